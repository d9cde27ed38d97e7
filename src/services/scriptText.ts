/**
 * Reads the scripts to send from their files, and refuses scripts that certainly cannot run.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { ApiClientError, FieldErrors } from "../errors/ApiClientError.js"
import { readSmallFile } from "../installers/files.js"
import { invalidArgument } from "../operation/arguments.js"
import type { ScriptText } from "../schemas/ScriptText.js"
import { storedText } from "./comparing.js"

/** Options for sending scripts. */
export interface ScriptOptions {
  /**
   * Corrects a script that cannot run: removes a byte order mark before `#!` and a CR at the end of the `#!` line. If
   * the script has only CRs as line ends, they are replaced by line feeds. Without this option such a script is
   * refused.
   */
  readonly normalize?: boolean | undefined
}

/** The fields, with the text of each script in place of its file. */
type WithTexts<Fields, Names> = {
  readonly [Field in keyof Fields]: Field extends Names ? Exclude<Fields[Field], object> : Fields[Field]
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const mark = "\uFEFF"

/** The problem of a script, and the corrected script if it can be corrected. */
const inspect = (text: string): { readonly problem: string; readonly mended?: string } | undefined => {
  if (text.includes("\0")) return { problem: "has a NUL character: it is no script" }
  if (/\p{Surrogate}/u.test(text)) return { problem: "has half a character: it cannot be written as UTF-8" }
  const plain = text.startsWith(mark) ? text.slice(1) : text
  const [first = "", ...rest] = plain.split("\n")
  if (!first.startsWith("#!")) return undefined
  // A CR within the first line means that the script has CRs as its only line ends.
  const mended = /\r[^\r]/.test(first) ? plain.replace(/\r\n?/g, "\n") : [first.replace(/\r+$/, ""), ...rest].join("\n")
  if (mended === text) return undefined
  const what =
    plain === text
      ? "has a CR at the end of its #! line, so the system looks for a shell of that name"
      : "has a byte order mark before #!, so the system does not see which shell is meant"
  return { problem: `${what}. With the option normalize: true it is sent without`, mended }
}

/** Why a script certainly cannot run, or `undefined`. */
export const scriptProblem = (text: string): string | undefined => inspect(text)?.problem

/**
 * Makes the function that reads scripts. Its argument `stored` reads the texts that the tenant already has: a script
 * that does not change is never refused, even if it cannot run.
 */
export const scriptReader = (files: Option.Option<FileSystem.FileSystem>) => {
  const read = (operation: string, field: string, script: ScriptText): Effect.Effect<string, ApiClientError> => {
    const refuse = (why: string) => Effect.fail(invalidArgument(operation, { [field]: [why] }))
    if (typeof script === "string") return Effect.succeed(script)
    if ("path" in script) {
      return Option.match(files, {
        onNone: () => refuse("is a path, and there is no FileSystem to read it from: give its content"),
        onSome: (fs) =>
          Effect.flatMap(readSmallFile(fs, operation, field, script.path), (bytes) =>
            decoded(bytes, () => refuse(`The file ${script.path} is not UTF-8.`))
          )
      })
    }
    return typeof script.content === "string"
      ? Effect.succeed(script.content)
      : decoded(script.content, () => refuse("is not UTF-8"))
  }

  return <Names extends string, Fields extends { readonly [Name in Names]?: ScriptText | undefined }>(
    operation: string,
    names: ReadonlyArray<Names>,
    fields: Fields,
    { normalize = false }: ScriptOptions,
    stored: Effect.Effect<{ readonly [Name in Names]?: unknown }, ApiClientError> = Effect.succeed({})
  ): Effect.Effect<WithTexts<Fields, Names>, ApiClientError> =>
    Effect.gen(function* () {
      const texts: Record<string, string> = {}
      const problems: Record<string, ReadonlyArray<string>> = {}
      for (const name of names) {
        const script = fields[name]
        if (script === undefined) continue
        const text = yield* read(operation, name, script)
        const found = inspect(text)
        texts[name] = normalize ? (found?.mended ?? text) : text
        if (found !== undefined && (found.mended === undefined || !normalize)) problems[name] = [found.problem]
        else if (/\r/.test(texts[name] ?? ""))
          yield* Effect.logWarning(
            `${operation}: ${name} has CR line ends, which most shells take as a part of the line.`
          )
      }
      const refused = Object.keys(problems).length === 0 ? {} : yield* changedOnly(problems, texts, stored)
      if (Object.keys(refused).length > 0) return yield* invalidArgument(operation, refused)
      return { ...fields, ...texts } as WithTexts<Fields, Names>
    })
}

const decoded = <E>(bytes: Uint8Array, refuse: () => Effect.Effect<never, E>): Effect.Effect<string, E> =>
  Either.match(
    Either.try(() => utf8.decode(bytes)),
    { onLeft: refuse, onRight: Effect.succeed }
  )

/** The problems of the scripts that differ from the tenant's. */
const changedOnly = (
  problems: FieldErrors,
  texts: Readonly<Record<string, string>>,
  stored: Effect.Effect<Readonly<Record<string, unknown>>, ApiClientError>
): Effect.Effect<FieldErrors, ApiClientError> =>
  Effect.map(stored, (record) =>
    Object.fromEntries(
      Object.entries(problems).filter(([field]) => {
        const there = record[field]
        return typeof there !== "string" || storedText(there) !== storedText(texts[field])
      })
    )
  )
