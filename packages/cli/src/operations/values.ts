/**
 * Turns the options of a command into the arguments of its operation.
 */
import { Operation } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import { readStdin } from "../shell/ask.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import { type Field, optionName } from "./fields.js"
import { parseFilter } from "./words.js"

const usage = (message: string) => new Problem({ message, code: exitCodes.usage })

const reasonOf = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  return code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code ?? cause)
}

/** Reads a file. */
export const fileBytes = (path: string): Effect.Effect<Uint8Array, Problem> =>
  Effect.tryPromise({
    try: () => readFile(path),
    catch: (cause) => usage(`Cannot read ${path}: ${reasonOf(cause)}`)
  })

/** Reads a file as text, or standard input if the path is `-`. */
export const fileText = (path: string): Effect.Effect<string, Problem> =>
  path === "-" ? readStdin : Effect.map(fileBytes(path), (bytes) => new TextDecoder().decode(bytes))

const json = (option: string, text: string): Effect.Effect<unknown, Problem> =>
  Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: (cause) => usage(`${option} is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  })

/** `@file` stands for the content of the file, `@-` for standard input, `@@…` for a text that begins with `@`. */
const text = (value: string): Effect.Effect<string, Problem> =>
  !value.startsWith("@")
    ? Effect.succeed(value)
    : value.startsWith("@@")
      ? Effect.succeed(value.slice(1))
      : fileText(value.slice(1))

/** Parses the text of an option as the schema of its field expects. */
const valueOf = (field: Field, given: unknown): Effect.Effect<unknown, Problem> => {
  const option = `--${field.option}`
  if (Array.isArray(given)) {
    const words = given.map(String)
    if (field.name !== "filter") return Effect.succeed(words)
    return Effect.try({
      try: () => (field.kind === "json" ? parseFilter(words) : JSON.stringify(parseFilter(words))),
      catch: (error) => (error instanceof Problem ? error : usage(`--filter is not valid JSON: ${String(error)}`))
    })
  }
  if (typeof given !== "string") return Effect.succeed(given)
  if (field.isNullable && given === "") return Effect.succeed(null)
  switch (field.kind) {
    case "number":
      return Number.isNaN(Number(given)) ? usage(`${option} is not a number`) : Effect.succeed(Number(given))
    case "json":
      return Effect.flatMap(text(given), (text) => json(option, text))
    case "file":
      return Effect.map(
        fileBytes(given),
        (bytes) => new Operation.FormFile({ filename: basename(given), contentType: "application/octet-stream", bytes })
      )
    case "secret":
      return given.startsWith("@") && !given.startsWith("@@")
        ? Effect.map(text(given), (secret) => secret.replace(/\r?\n$/, ""))
        : usage(
            `${option} is a secret, and other users of this machine can see arguments. Give ${option} @FILE, or ${option} @- for standard input`
          )
    default:
      return text(given)
  }
}

/** The values of the given options, by their field names in the API. */
export const given = (
  fields: ReadonlyArray<Field>,
  options: Readonly<Record<string, unknown>>
): Effect.Effect<Readonly<Record<string, unknown>>, Problem> =>
  Effect.map(
    Effect.forEach(
      fields.filter(({ option }) => options[attributeOf(option)] !== undefined),
      (field) => Effect.map(valueOf(field, options[attributeOf(field.option)]), (value) => [field.name, value] as const)
    ),
    Object.fromEntries
  )

/** The name of an option in the parser: `serialNumber` for `serial-number`. */
export const attributeOf = (option: string): string =>
  option.replace(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const decoded = (schema: Schema.Schema.AnyNoContext, value: unknown): Effect.Effect<unknown, Problem> =>
  Either.mapLeft(Schema.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })(value), (error) => {
    const problems = new Map<string, string>()
    for (const { message, path } of ParseResult.ArrayFormatter.formatErrorSync(error)) {
      // For a wrong value of an optional field the schema reports a second problem, that it is not `undefined`.
      const option = path.length === 0 ? "" : `--${optionName(String(path[0]))}`
      if (!problems.has(option)) problems.set(option, message)
    }
    return usage([...problems].map(([option, message]) => `${option} ${message}`.trim()).join("; "))
  })

/** The query of an operation. */
export const queryOf = (
  schema: Schema.Schema.AnyNoContext,
  fields: ReadonlyArray<Field>,
  options: Readonly<Record<string, unknown>>
): Effect.Effect<unknown, Problem> => Effect.flatMap(given(fields, options), (values) => decoded(schema, values))

/** The body of an operation: the JSON of `--input`, overridden by the options. `undefined` if neither is given. */
export const bodyOf = (
  schema: Schema.Schema.AnyNoContext,
  fields: ReadonlyArray<Field>,
  options: Readonly<Record<string, unknown>>
): Effect.Effect<unknown, Problem> =>
  Effect.gen(function* () {
    const { input } = options
    const base =
      typeof input === "string" ? yield* Effect.flatMap(fileText(input), (text) => json("--input", text)) : {}
    if (typeof base !== "object" || base === null || Array.isArray(base))
      return yield* usage("--input is not a JSON object")
    const values = { ...base, ...(yield* given(fields, options)) }
    return Object.keys(values).length === 0 && !fields.some(({ isRequired }) => isRequired)
      ? undefined
      : yield* decoded(schema, values)
  })
