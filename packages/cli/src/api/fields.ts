/**
 * Reads the options `-f KEY=TEXT` and `-F KEY=JSON`.
 */
import * as Predicate from "effect/Predicate"
import * as Effect from "effect/Effect"
import { fileText } from "../operations/values.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"

const usage = (message: string) => new Problem({ message, code: exitCodes.usage })

const split = (option: string, text: string): Effect.Effect<readonly [key: string, value: string], Problem> => {
  const place = text.indexOf("=")
  return place < 1
    ? usage(`${option} takes KEY=VALUE, but got "${text}".`)
    : Effect.succeed([text.slice(0, place), text.slice(place + 1)] as const)
}

/** The value of a field: `@file` stands for the content of the file, `@-` for standard input. */
const content = (value: string): Effect.Effect<string, Problem> =>
  value.startsWith("@") ? fileText(value.slice(1)) : Effect.succeed(value)

const parsed = (option: string, text: string): Effect.Effect<unknown, Problem> =>
  Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: () => usage(`${option} is not valid JSON. Give a text with -f KEY=VALUE; -F takes a number, true, a list, …`)
  })

/** The fields of a request. If a key is given more than once, `-F` wins over `-f`, and `-f` over `--input`. */
export const readFields = ({
  field = [],
  input,
  value = []
}: {
  readonly field?: ReadonlyArray<string>
  readonly value?: ReadonlyArray<string>
  readonly input?: string
}): Effect.Effect<unknown, Problem> =>
  Effect.gen(function* () {
    const base = input === undefined ? {} : yield* Effect.flatMap(fileText(input), (text) => parsed("--input", text))
    if (field.length + value.length === 0) return base
    if (!Predicate.isRecord(base)) return yield* usage("--input is not a JSON object, so -f and -F cannot add to it.")
    const texts = yield* Effect.forEach(field, (text) =>
      Effect.flatMap(split("-f", text), ([key, value]) => Effect.map(content(value), (text) => [key, text] as const))
    )
    const values = yield* Effect.forEach(value, (text) =>
      Effect.flatMap(split("-F", text), ([key, value]) =>
        Effect.map(
          Effect.flatMap(content(value), (text) => parsed(`-F ${key}`, text)),
          (json) => [key, json] as const
        )
      )
    )
    return { ...base, ...Object.fromEntries(texts), ...Object.fromEntries(values) }
  })
