/**
 * Reads fields like Django REST framework: all problems are collected and answered at once.
 */
import * as Effect from "effect/Effect"
import { type Answer, invalid } from "./exchange.js"

const truths: ReadonlyArray<unknown> = ["t", "y", "yes", "true", "on", "1", 1, true]
const lies: ReadonlyArray<unknown> = ["f", "n", "no", "false", "off", "0", 0, false]

/** How a field is read. */
export interface FieldRules {
  readonly required?: boolean | undefined
  /** Whether `""` is allowed. */
  readonly blank?: boolean | undefined
}

/** The fields of one request. Each method returns the value, or `undefined` if the field is missing or invalid. */
export interface Fields {
  readonly text: (name: string, rules?: FieldRules) => string | undefined
  readonly boolean: (name: string, rules?: FieldRules) => boolean | undefined
  readonly choice: <const C extends string>(
    name: string,
    choices: ReadonlyArray<C>,
    rules?: FieldRules
  ) => C | undefined
  /** Adds a problem that the endpoint has found. */
  readonly refuse: (name: string, problem: string) => void
  /** Fails with a 400 that lists all problems, if there are any. */
  readonly checked: Effect.Effect<void, Answer>
  /** Like `checked`, but puts the problems under the key of the object that contains these fields. */
  readonly checkedWithin: (key: string) => Effect.Effect<void, Answer>
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text is a UUID. */
export const isUuid = (text: string): boolean => uuid.test(text)

export const readFields = (values: Readonly<Record<string, unknown>>): Fields => {
  const problems: Record<string, Array<string>> = {}
  const refuse = (name: string, problem: string): void => {
    problems[name] = [...(problems[name] ?? []), problem]
  }
  /** The value, unless it is missing or null. Both can be problems. */
  const given = (name: string, rules: FieldRules): unknown => {
    const value = values[name]
    if (value === undefined && rules.required === true) refuse(name, "This field is required.")
    if (value === null) refuse(name, "This field may not be null.")
    return value ?? undefined
  }
  const text = (name: string, rules: FieldRules = {}): string | undefined => {
    const value = given(name, rules)
    if (value === undefined) return undefined
    if (typeof value !== "string" && typeof value !== "number") {
      refuse(name, "Not a valid string.")
      return undefined
    }
    if (rules.blank !== true && String(value).trim() === "") {
      refuse(name, "This field may not be blank.")
      return undefined
    }
    if (String(value).includes("\0")) {
      refuse(name, "Null characters are not allowed.")
      return undefined
    }
    return String(value)
  }
  return {
    text,
    boolean: (name, rules = {}) => {
      const value = given(name, rules)
      if (value === undefined) return undefined
      const plain = typeof value === "string" ? value.toLowerCase() : value
      if (truths.includes(plain)) return true
      if (lies.includes(plain)) return false
      refuse(name, "Must be a valid boolean.")
      return undefined
    },
    choice: (name, choices, rules = {}) => {
      const value = given(name, rules)
      if (value === undefined) return undefined
      const chosen = choices.find((choice) => choice === value)
      if (chosen === undefined) refuse(name, `"${String(value)}" is not a valid choice.`)
      return chosen
    },
    refuse,
    checked: Effect.suspend(() => (Object.keys(problems).length === 0 ? Effect.void : Effect.fail(invalid(problems)))),
    checkedWithin: (key) =>
      Effect.suspend(() =>
        Object.keys(problems).length === 0 ? Effect.void : Effect.fail(invalid({ [key]: problems }))
      )
  }
}
