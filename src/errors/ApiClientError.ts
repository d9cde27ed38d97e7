/**
 * The failure of a call to the Iru API: one tag, a closed `reason`.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Schema from "effect/Schema"
import { whereToLook } from "../operation/stranger.js"

/**
 * Why a call to the API failed.
 *
 * - `SessionClosed`: the session's scope has closed. Nothing was sent, unless `detail` says that the call was cut
 * - `Refused`: a guard did not admit it; nothing was sent
 * - `InvalidArgument`: refused before anything was sent; `fieldErrors` says which arguments
 * - `Transport`: no complete answer came (DNS, connection, TLS, a cut in the middle)
 * - `Timeout`: an attempt took longer than the session's timeout
 * - `Decode`: a 2xx answer that is not what the schema says
 * - `BadRequest` (400, 405, 413, 415, 422), `Unauthorized` (401), `Forbidden` (403), `NotFound` (404, 410),
 *   `Conflict` (409, and an exclusive assignment), `RateLimited` (429; without a status: not sent, since its turn would
 *   come too late), `Unavailable` (5xx),
 *   `UnexpectedStatus` (any other, redirects included): what the server answered
 */
export const ApiClientErrorReason = Schema.Literal(
  "SessionClosed",
  "InvalidArgument",
  "Refused",
  "Transport",
  "Timeout",
  "Decode",
  "BadRequest",
  "Unauthorized",
  "Forbidden",
  "NotFound",
  "Conflict",
  "RateLimited",
  "Unavailable",
  "UnexpectedStatus"
)
export type ApiClientErrorReason = typeof ApiClientErrorReason.Type

/** Messages by field, in the shape the API itself uses for a 400. Messages about no field stand under `""`. */
export const FieldErrors = Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) })
export type FieldErrors = typeof FieldErrors.Type

/**
 * A call to the Iru API that failed. It never holds the request. `detail`, `fieldErrors` and `body` may be the server's
 * answer; the token and `Redacted` arguments are removed from them.
 */
export class ApiClientError extends Schema.TaggedError<ApiClientError>("effect-iru/ApiClientError")("ApiClientError", {
  reason: ApiClientErrorReason,
  /** The operation as a caller knows it: `"CustomApps.create"`, or `"ApiClient.get"` for the escape hatch. */
  operation: Schema.String,
  /** HTTP method. */
  method: Schema.optional(Schema.String),
  /** Path on the tenant's host, without query. */
  path: Schema.optional(Schema.String),
  /** HTTP status, where an answer came. */
  status: Schema.optional(Schema.Int),
  /** What the server (or the check, the decoder, the transport) said, whatever the shape it came in. */
  detail: Schema.optional(Schema.String),
  /** Messages by field: the server's for a 400, the library's for `InvalidArgument` and `Decode`. */
  fieldErrors: Schema.optional(FieldErrors),
  /**
   * What answered, if it does not look like the service: `a page "Access denied" (Server: squid/5.7)`. A
   * proxy, a firewall, a CDN or the sign-in page of a network refuses with the same statuses as the service.
   */
  answeredBy: Schema.optional(Schema.String),
  /** The answer's text, at most 4,096 characters. Only for answers outside 2xx. */
  body: Schema.optional(Schema.String),
  /** How long to wait before the next try: as the server asks, or until the call would have its turn. */
  retryAfter: Schema.optional(Schema.DurationFromMillis),
  /** The key of an installer that was uploaded before this call failed: pass it on to upload nothing twice. */
  fileKey: Schema.optional(Schema.String),
  /** The underlying error. */
  cause: Schema.optional(Schema.Defect)
}) {
  override get message(): string {
    const where = this.method === undefined ? "" : ` (${this.method} ${this.path ?? ""})`
    const uploaded = this.fileKey === undefined ? "" : ` The installer is uploaded: pass fileKey "${this.fileKey}".`
    return `${this.operation}: ${explain(this)}${where}${uploaded}`
  }
}

const sentence = (text: string | undefined): string =>
  text === undefined || text === "" ? "" : ` ${/[.!?]$/.test(text) ? text : `${text}.`}`

const fieldList = (errors: FieldErrors | undefined): string | undefined =>
  errors === undefined
    ? undefined
    : Object.entries(errors)
        .map(([field, messages]) => (field === "" ? messages.join(" ") : `${field}: ${messages.join(" ")}`))
        .join("; ")

const explain = (error: ApiClientError): string => {
  const said = sentence(error.detail ?? fieldList(error.fieldErrors))
  if (error.answeredBy !== undefined) return explainStranger(error, error.answeredBy)
  switch (error.reason) {
    case "SessionClosed":
      return `No open client available.${said}`
    case "InvalidArgument":
      return `refused before anything was sent:${said}`
    case "Refused":
      return `a guard refused it, and nothing was sent.${said}`
    case "Transport":
      return `no complete answer came.${said}`
    case "Timeout":
      return `timed out.${said}`
    case "Decode":
      return `the answer is not what was expected.${said}`
    case "BadRequest":
      return `the server refused it (${error.status}).${said}`
    case "Unauthorized":
      return `the API token is wrong, expired or revoked (401).${said}`
    case "Forbidden":
      return `the API token has no permission for this endpoint (403): grant it to the token in Iru.${said}`
    case "NotFound":
      return isGatewayNotFound(error)
        ? `the gateway knows no such address (404): check the tenant URL and the path.${said}`
        : `not found (404).${said}`
    case "Conflict":
      return `it conflicts with what is there${error.status === undefined ? "" : ` (${error.status})`}.${said}`
    case "RateLimited":
      return `the tenant's request limit is reached${error.status === undefined ? "" : " (429)"}${
        error.retryAfter === undefined ? "" : `: try again in ${Duration.format(inSeconds(error.retryAfter))}`
      }.${said}`
    case "Unavailable":
      return `the service is not available (${error.status}).${said}`
    case "UnexpectedStatus":
      return error.status !== undefined && error.status >= 300 && error.status < 400
        ? `the server redirects (${error.status}), which is not followed with a token: check the tenant URL.${said}`
        : `the server answered ${error.status}.${said}`
  }
}

/** The service is not blamed for what something else said. */
const explainStranger = (error: ApiClientError, answeredBy: string): string => {
  const who = `${answeredBy} (${error.status})`
  if (error.reason === "Unavailable") return `the service is not available: ${who} answers in its place.`
  return error.body?.trim() === ""
    ? `refused without a reason: ${who}. Either the API token is wrong or has no permission for this endpoint, or something on the way refused. ${whereToLook}`
    : `something on the way answers in the service's place: ${who}. ${whereToLook}`
}

/** Whole seconds, rounded up: nobody waits for the nanosecond. */
const inSeconds = (duration: Duration.Duration) => Duration.seconds(Math.ceil(Duration.toSeconds(duration)))

/** The gateway in front of the API answers an unknown host or path with words of its own. */
const isGatewayNotFound = (error: ApiClientError): boolean => error.detail?.startsWith("no Route matched") === true

/** `ApiClientError` with one or some of its reasons. */
export type ApiClientErrorOf<Reason extends ApiClientErrorReason> = ApiClientError & { readonly reason: Reason }

/** Whether a value is an `ApiClientError`. */
export const isApiClientError = Schema.is(ApiClientError)

const hasReason = <Reason extends ApiClientErrorReason>(
  error: unknown,
  reasons: Reason | ReadonlyArray<Reason>
): error is ApiClientErrorOf<Reason> =>
  error instanceof ApiClientError &&
  (typeof reasons === "string" ? error.reason === reasons : reasons.some((reason) => reason === error.reason))

/**
 * Recovers from an `ApiClientError` with one reason, or one of several. Every other failure passes.
 *
 * @example
 * scripts.get(id).pipe(catchReason("NotFound", () => Effect.succeed(undefined)))
 */
export const catchReason: {
  <const Reason extends ApiClientErrorReason, A2, E2, R2>(
    reason: Reason | ReadonlyArray<Reason>,
    recover: (error: ApiClientErrorOf<Reason>) => Effect.Effect<A2, E2, R2>
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A | A2, E | E2, R | R2>
  <A, E, R, const Reason extends ApiClientErrorReason, A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    reason: Reason | ReadonlyArray<Reason>,
    recover: (error: ApiClientErrorOf<Reason>) => Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A | A2, E | E2, R | R2>
} = dual(
  3,
  <A, E, R, Reason extends ApiClientErrorReason, A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    reason: Reason | ReadonlyArray<Reason>,
    recover: (error: ApiClientErrorOf<Reason>) => Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A | A2, E | E2, R | R2> =>
    Effect.catchAll(self, (error): Effect.Effect<A2, E | E2, R2> =>
      hasReason(error, reason) ? recover(error) : Effect.fail(error)
    )
)
