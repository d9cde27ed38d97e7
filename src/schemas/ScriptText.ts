import * as Schema from "effect/Schema"
import { InputFile } from "./InputFile.js"

/** A script: its text, or a file as `{ path }` or `{ content }`, which is UTF-8. */
export const ScriptText = Schema.Union(Schema.String, InputFile).annotations({
  message: () => ({ message: "is a text, { path } or { content }", override: true })
})
export type ScriptText = typeof ScriptText.Type

/** A script that has to be there. */
export const RequiredScript = ScriptText.pipe(Schema.filter((script) => script !== "" || "is empty"))
