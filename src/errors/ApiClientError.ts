/**
 * The error of a failed call to the Iru API. It has one tag; its `reason` is one of a fixed list.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Schema from "effect/Schema"
import { whereToLook } from "../operation/stranger.js"

/**
 * Why a call to the API failed.
 *
 * - `SessionClosed`: the session's scope has closed. Nothing was sent, unless `detail` says that the close interrupted
 *   the call
 * - `Refused`: a guard refused the call; nothing was sent
 * - `InvalidArgument`: an argument is invalid, so nothing was sent; `fieldErrors` names the arguments
 * - `Transport`: no complete answer arrived (DNS, connection or TLS failed, or the connection broke during the answer)
 * - `Timeout`: an attempt took longer than the session's timeout
 * - `Decode`: the server answered 2xx, but the answer does not match the schema
 * - `BadRequest`: status 400, 405, 413, 415 or 422
 * - `Unauthorized`: status 401
 * - `Forbidden`: status 403
 * - `NotFound`: status 404 or 410
 * - `Conflict`: status 409; or several records match; or the Blueprint already has another library item of a type that
 *   it can have only once
 * - `RateLimited`: status 429. Without a `status`, the call was not sent, because the request limit would have delayed
 *   it for too long
 * - `Unavailable`: status 5xx
 * - `UnexpectedStatus`: any other status, redirects included
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

/**
 * Messages by field, in the shape that the API uses for a 400. A message that is not about a field has the key `""`.
 */
export const FieldErrors = Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) })
export type FieldErrors = typeof FieldErrors.Type

/**
 * A call to the Iru API failed. This error never contains the request. `detail`, `fieldErrors` and `body` can contain
 * text of the server's answer, from which the token and `Redacted` arguments are removed.
 */
export class ApiClientError extends Schema.TaggedError<ApiClientError>("effect-iru/ApiClientError")("ApiClientError", {
  reason: ApiClientErrorReason,
  /** The function that was called: `"CustomApps.create"`, or `"ApiClient.get"` for a path that the caller wrote. */
  operation: Schema.String,
  /** The HTTP method. */
  method: Schema.optional(Schema.String),
  /** The path on the tenant's host, without the query. */
  path: Schema.optional(Schema.String),
  /** The HTTP status, if an answer arrived. */
  status: Schema.optional(Schema.Int),
  /** The explanation as text: from the server, or from the check, decoder or transport that failed. */
  detail: Schema.optional(Schema.String),
  /** Messages by field: from the server for a 400, from this library for `InvalidArgument` and `Decode`. */
  fieldErrors: Schema.optional(FieldErrors),
  /**
   * The sender of an answer that does not look like one of Iru, such as
   * `a page "Access denied" (Server: squid/5.7)`. A proxy, a firewall, a CDN or the sign-in page of a network uses the
   * same statuses as Iru.
   */
  answeredBy: Schema.optional(Schema.String),
  /** The answer's text, at most 4,096 characters. Only for answers with a status other than 2xx. */
  body: Schema.optional(Schema.String),
  /**
   * How long to wait before the next try: the time that the server asks for, or until the request limit allows the
   * call.
   */
  retryAfter: Schema.optional(Schema.DurationFromMillis),
  /**
   * The key of an installer that was uploaded before this call failed. Pass it on, so the installer is not uploaded
   * again.
   */
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

/** Explains an answer that is not from Iru, so that the message does not blame Iru for it. */
const explainStranger = (error: ApiClientError, answeredBy: string): string => {
  const who = `${answeredBy} (${error.status})`
  if (error.reason === "Unavailable") return `the service is not available: ${who} answers in its place.`
  return error.body?.trim() === ""
    ? `refused without a reason: ${who}. Either the API token is wrong or has no permission for this endpoint, or something on the way refused. ${whereToLook}`
    : `something on the way answers in the service's place: ${who}. ${whereToLook}`
}

/** Rounds up to whole seconds, because a message needs no nanoseconds. */
const inSeconds = (duration: Duration.Duration) => Duration.seconds(Math.ceil(Duration.toSeconds(duration)))

/** The gateway in front of the API answers an unknown host or path with its own text. */
const isGatewayNotFound = (error: ApiClientError): boolean => error.detail?.startsWith("no Route matched") === true

/** An `ApiClientError` whose reason is `Reason`. */
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
 * Recovers from an `ApiClientError` that has the given reason, or one of several. Does not catch any other failure.
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
