/**
 * Reads the answers outside 2xx. The service sends errors in many shapes: an object with `detail`, `message`, `error`
 * or `details`, a map of field to messages, a list of texts, a JSON string, plain text, an HTML page or an empty body.
 */
import * as Either from "effect/Either"
import * as Duration from "effect/Duration"
import type { ApiClientErrorReason, FieldErrors } from "../errors/ApiClientError.js"
import type { Response } from "../operation/Answer.js"
import { parseJson } from "../operation/json.js"
import { describePage, htmlTitle, isHtml, programs } from "../operation/stranger.js"

/** Any 2xx is success, because the service does not use 200, 201 and 204 consistently. */
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

/** Returns the error reason for a status outside 2xx. */
export const reasonOf = (status: number): ApiClientErrorReason =>
  reasonByStatus[status] ?? (status >= 500 && status <= 599 ? "Unavailable" : "UnexpectedStatus")

const bodyLimit = 4096

/** Describes an answer outside 2xx for the error. `hide` removes secrets from its text. */
export const explainAnswer = ({ bytes, headers, status }: Response, now: number, hide: (text: string) => string) => {
  // Secrets are hidden before the text is shortened: `hide` would not recognise half a token.
  const text = hide(new TextDecoder().decode(bytes))
  return {
    ...explainText(
      text.trim(),
      { ...headers, server: hide(headers["server"] ?? ""), via: hide(headers["via"] ?? "") },
      status
    ),
    body: text.slice(0, bodyLimit),
    retryAfter: parseRetryAfter(headers, now)
  }
}

interface Explanation {
  readonly detail?: string | undefined
  readonly fieldErrors?: FieldErrors
  readonly answeredBy?: string | undefined
}

const explainText = (text: string, headers: Response["headers"], status: number): Explanation => {
  const isRefusal = status === 401 || status === 403
  if (text === "") return isRefusal ? { answeredBy: `an empty answer${programs(headers)}` } : {}
  const json = parseJson(text)
  if (Either.isRight(json)) return explainJson(json.right)
  if (isHtml(text, headers)) {
    return {
      detail: htmlTitle(text) ?? "an HTML page",
      answeredBy: isOwnPage(status, text) ? undefined : describePage(text, headers)
    }
  }
  // If a token is wrong, the service answers in JSON. Any other text comes from another program.
  return { detail: capped(text), answeredBy: isRefusal ? `a text that is no JSON${programs(headers)}` : undefined }
}

/** Whether this is the service's own 404 page, the only HTML page that the service sends. */
const isOwnPage = (status: number, html: string): boolean => status === 404 && htmlTitle(html) === "Not Found"

const explainJson = (json: unknown): Explanation => {
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

const capped = (text: string): string => (text.length > 500 ? `${text.slice(0, 500)}…` : text)

/**
 * `Retry-After` is a number of seconds or an HTTP date. A date is compared with the answer's own `Date`. If it is not
 * later than that, a proxy has probably rewritten one of the two, so it is compared with this machine's clock.
 */
export const parseRetryAfter = (
  { date = "", "retry-after": header }: Response["headers"],
  now: number
): Duration.Duration | undefined => {
  if (header === undefined) return undefined
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(header)) return Duration.seconds(Number(header))
  const until = Date.parse(header)
  return Number.isNaN(until)
    ? undefined
    : Duration.millis([until - Date.parse(date), until - now].find((wait) => wait > 0) ?? 0)
}
