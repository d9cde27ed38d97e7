/**
 * What an answer of the API means. Errors come in many shapes: an object with `detail`, `message`, `error` or
 * `details`, a map of field to messages, a list of texts, a JSON string, plain text, an HTML page, nothing.
 */
import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import * as Duration from "effect/Duration"
import type { ApiClientErrorReason, FieldErrors } from "../errors/ApiClientError.js"
import { problemsOf } from "./arguments.js"
import { readerOf } from "./reader.js"

/** A complete answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  /** Bytes of the body. */
  readonly size: number
}

/** The service answers 200, 201 and 204 as it likes: any 2xx is success. */
export const isSuccess = ({ status }: { readonly status: number }): boolean => status >= 200 && status <= 299

const reasonByStatus: Readonly<Record<number, ApiClientErrorReason>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "BadRequest",
  409: "Conflict",
  410: "NotFound",
  413: "BadRequest",
  415: "BadRequest",
  422: "BadRequest",
  429: "RateLimited"
}

/** The reason for an answer outside 2xx. */
export const reasonOf = (status: number): ApiClientErrorReason =>
  reasonByStatus[status] ?? (status >= 500 && status <= 599 ? "Unavailable" : "UnexpectedStatus")

const bodyLimit = 4096

/** What an answer outside 2xx says. */
export const explainAnswer = (answer: Answer, now: number) => ({
  ...explainText(answer.text),
  body: answer.text.slice(0, bodyLimit),
  retryAfter: parseRetryAfter(answer.headers["retry-after"], now)
})

const explainText = (text: string): { readonly detail?: string; readonly fieldErrors?: FieldErrors } => {
  const trimmed = text.trim()
  if (trimmed === "") return {}
  const json = parseJson(trimmed)
  if (Either.isRight(json)) return explainJson(json.right)
  return { detail: /^<(?:!doctype|html|\?xml)/i.test(trimmed) ? htmlTitle(trimmed) : capped(trimmed) }
}

const explainJson = (json: unknown): { readonly detail?: string; readonly fieldErrors?: FieldErrors } => {
  if (typeof json === "string") return { detail: capped(json) }
  if (isTexts(json)) return { detail: capped(json.join(" ")) }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return {}
  const entries = Object.entries(json)
  for (const key of ["detail", "message", "error", "errors", "details"]) {
    const said = entries.find(([name]) => name === key)?.[1]
    if (typeof said === "string") return { detail: capped(said) }
    if (isTexts(said)) return { detail: capped(said.join(" ")) }
  }
  const fields = entries.flatMap(([field, said]): Array<[string, ReadonlyArray<string>]> =>
    typeof said === "string" ? [[field, [said]]] : isTexts(said) ? [[field, said]] : []
  )
  return fields.length === 0 ? {} : { fieldErrors: Object.fromEntries(fields) }
}

const isTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === "string")

/** Looked for near the top only: a page of tags without an end would take long. */
const htmlTitle = (html: string): string =>
  /<(title|h1)[^>]*>([^<]{1,200})<\/\1>/i.exec(html.slice(0, bodyLimit))?.[2]?.trim() ?? "an HTML page"

const capped = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text)

/** `Retry-After` comes as seconds or as an HTTP date. */
export const parseRetryAfter = (header: string | undefined, now: number): Duration.Duration | undefined => {
  if (header === undefined) return undefined
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000
  return Number.isFinite(seconds) ? Duration.seconds(Math.max(0, seconds)) : undefined
}

/** `"__proto__"`, whichever of its letters are escaped. */
const mayNameProto = /__proto__|\\u00[567]/i

/** A key that would become the prototype of whatever is built from the JSON is left out. */
const withoutProto = (key: string, value: unknown): unknown => (key === "__proto__" ? undefined : value)

/** JSON, or that it is none. */
export const parseJson = (text: string): Either.Either<unknown, string> => {
  try {
    return Either.right(mayNameProto.test(text) ? JSON.parse(text, withoutProto) : JSON.parse(text))
  } catch {
    const start = text.trimStart()
    if (start === "") return Either.left("Invalid JSON: the body is empty.")
    return Either.left(
      start.startsWith("<")
        ? `Invalid JSON: the body is a page of markup (${htmlTitle(start)}). Something on the way answers in place of the tenant, such as a captive portal or a proxy.`
        : "Invalid JSON."
    )
  }
}

/** Makes the decoder of a JSON text. What is wrong is told by place and expected type, never by value. */
export const decodeJson = <A, I>(schema: Schema.Schema<A, I>) => {
  const read = readerOf(schema)
  const decode = (json: unknown) => {
    try {
      return Either.mapLeft(read(json), (error) => explainIssue(error.issue))
    } catch (error) {
      // Only a schema that holds itself goes as deep as its answer does.
      if (error instanceof RangeError) return Either.left({ detail: "The answer is nested too deeply." })
      throw error
    }
  }
  return (text: string): Either.Either<A, { readonly detail: string; readonly fieldErrors?: FieldErrors }> =>
    Either.flatMap(
      Either.mapLeft(parseJson(text), (detail) => ({ detail })),
      decode
    )
}

const explainIssue = (issue: ParseResult.ParseIssue) => {
  const [first] = problemsOf(issue)
  const place = formatPlace(first?.path ?? [])
  const message = first?.message ?? "it has another shape"
  return { detail: place === "" ? message : `${place}: ${message}`, fieldErrors: { [place]: [message] } }
}

const formatPlace = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (place, key) =>
      typeof key === "number" ? `${place}[${key}]` : place === "" ? String(key) : `${place}.${String(key)}`,
    ""
  )
