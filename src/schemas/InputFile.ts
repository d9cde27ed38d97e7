import * as Schema from "effect/Schema"
import { given, Required } from "./internal.js"

/** A small file: where it lies, or what it holds. It is sent as it is, byte for byte. */
export const InputFile = Schema.Union(
  Schema.Struct({ path: Required }),
  Schema.Struct({
    content: Schema.Union(Schema.String, Schema.Uint8ArrayFromSelf),
    /** Its file name. Default: a name that tells what it is. */
    name: given(Required)
  })
).annotations({ message: () => ({ message: "is { path } or { content }", override: true }) })
export type InputFile = typeof InputFile.Type
