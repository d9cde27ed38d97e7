import * as Schema from "effect/Schema"
import { given, Required } from "./internal.js"

/** A small file, as a path or as content. Its bytes are sent unchanged. */
export const InputFile = Schema.Union(
  Schema.Struct({ path: Required }),
  Schema.Struct({
    content: Schema.Union(Schema.String, Schema.Uint8ArrayFromSelf),
    /** The file name. Default: a name that describes the content. */
    name: given(Required)
  })
).annotations({ message: () => ({ message: "is { path } or { content }", override: true }) })
export type InputFile = typeof InputFile.Type
