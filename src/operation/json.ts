/**
 * Parses and decodes JSON from outside the program.
 */
import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import type { FieldErrors } from "../errors/ApiClientError.js"
import { problemsOf } from "./arguments.js"
import { readerOf } from "./reader.js"

/** Why an answer cannot be read. The messages contain no value. */
export interface Unreadable {
  readonly detail: string
  readonly fieldErrors?: FieldErrors
}

/** Matches a text that may contain `"__proto__"`, even if some of its letters are escaped. */
const mayNameProto = /__proto__|\\u00[567]/i

/** Leaves out `__proto__`, because it would become the prototype of an object that is built from the JSON. */
const withoutProto = (key: string, value: unknown): unknown => (key === "__proto__" ? undefined : value)

/** Parses JSON, or says what is wrong with it. */
export const parseJson = (text: string): Either.Either<unknown, string> => {
  try {
    return Either.right(mayNameProto.test(text) ? JSON.parse(text, withoutProto) : JSON.parse(text))
  } catch {
    return Either.left(text.trim() === "" ? "Invalid JSON: the body is empty." : "Invalid JSON.")
  }
}

/** Makes the decoder of a schema. Its messages name the place and the expected type, never the value. */
export const decoderOf = <A, I>(
  schema: Schema.Schema<A, I>,
  explain: (issue: ParseResult.ParseIssue) => Unreadable = explainIssue
): ((json: unknown) => Either.Either<A, Unreadable>) => {
  const read = readerOf(schema)
  return (json) => {
    try {
      return Either.mapLeft(read(json), (error) => explain(error.issue))
    } catch (error) {
      // If a schema refers to itself, a deeply nested answer can overflow the stack.
      if (error instanceof RangeError) return Either.left({ detail: "The answer is nested too deeply." })
      throw error
    }
  }
}

/** Describes the first problem. `root` is put before its place. */
export const explainIssue = (issue: ParseResult.ParseIssue, root: ReadonlyArray<PropertyKey> = []): Unreadable => {
  const [first] = problemsOf(issue)
  const place = formatPlace([...root, ...(first?.path ?? [])])
  const message = first?.message ?? "it has another shape"
  return { detail: place === "" ? message : `${place}: ${message}`, fieldErrors: { [place]: [message] } }
}

const formatPlace = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (place, key) =>
      typeof key === "number" ? `${place}[${key}]` : place === "" ? String(key) : `${place}.${String(key)}`,
    ""
  )
