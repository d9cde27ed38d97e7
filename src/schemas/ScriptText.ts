import * as Schema from "effect/Schema"
import { InputFile } from "./InputFile.js"

/** A script: its text, or a UTF-8 file as `{ path }` or `{ content }`. */
export const ScriptText = Schema.Union(Schema.String, InputFile).annotations({
  message: () => ({ message: "is a text, { path } or { content }", override: true })
})
export type ScriptText = typeof ScriptText.Type

/** A script that must not be empty. */
export const RequiredScript = ScriptText.pipe(Schema.filter((script) => script !== "" || "is empty"))
