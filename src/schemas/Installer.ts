import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { given, Required } from "./internal.js"

const ByteStream = Schema.declare(
  (value: unknown): value is Stream.Stream<Uint8Array, unknown> => Predicate.hasProperty(value, Stream.StreamTypeId),
  { identifier: "Stream<Uint8Array>" }
)

/** An installer: a file, bytes, or a stream with a known size. Its name has an extension: `Firefox.pkg`. */
export const Installer = Schema.Union(
  Schema.Struct({
    path: Required,
    /** Default: the file's own name. */
    name: given(Required)
  }),
  Schema.Struct({ bytes: Schema.Uint8ArrayFromSelf, name: Required }),
  Schema.Struct({
    /** The content. It is read again for each upload attempt. */
    stream: ByteStream,
    /** In bytes. */
    size: Schema.Int,
    name: Required
  })
).annotations({
  message: () => ({ message: "is { path }, { bytes, name } or { stream, size, name }", override: true })
})
export type Installer = typeof Installer.Type
