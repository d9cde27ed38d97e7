/**
 * Faults as rules, written in TypeScript with the functions below, or as JSON.
 *
 * @example
 * ```ts
 * yield* Sandbox.fault(Fault.rateLimited({ path: "/api/v1/blueprints", times: 2 }))
 * yield* Sandbox.fault(Fault.status(500, { method: "GET" }))
 * ```
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { answerProblem } from "./gateway/answerProblem.js"
import { limitExceeded } from "./gateway/limits.js"

const units: Readonly<Record<string, Duration.DurationInput>> = {
  ms: "1 millis",
  s: "1 second",
  m: "1 minute",
  min: "1 minute",
  h: "1 hour",
  d: "1 day"
}

const short = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)$/

/** `"50ms"`, `"10s"`, `"2m"`, `"24h"`, `"7d"`, what Effect understands (`"10 seconds"`), or a number of milliseconds. */
export const parseDuration = (text: string | number): Option.Option<Duration.Duration> => {
  if (typeof text === "number") return text >= 0 ? Option.some(Duration.millis(text)) : Option.none()
  const [, amount, unit = ""] = short.exec(text.trim()) ?? []
  return amount === undefined
    ? Duration.decodeUnknown(text.trim())
    : Option.map(Option.fromNullable(units[unit]), (one) => Duration.times(one, Number(amount)))
}

const DurationText = Schema.transformOrFail(Schema.Union(Schema.String, Schema.Number), Schema.DurationFromSelf, {
  strict: true,
  decode: (text, _, ast) =>
    Option.match(parseDuration(text), {
      onNone: () =>
        ParseResult.fail(new ParseResult.Type(ast, text, `${text} is no time such as "50ms" or "10 seconds"`)),
      onSome: ParseResult.succeed
    }),
  encode: (duration) => ParseResult.succeed(Duration.toMillis(duration))
})

const Count = Schema.NonNegativeInt

/** The requests to which a rule applies. */
export interface Match {
  /** Default: any method. */
  readonly method?: string | undefined
  /** The whole path, in which `*` stands for any text, or a regular expression. Default: any path. */
  readonly path?: string | RegExp | undefined
  /** The API, or the storage that installers go to. Default: both. */
  readonly target?: "api" | "storage" | undefined
  /** The number of requests to which it applies. Default 1. */
  readonly times?: number | undefined
}

/** An answer in place of the tenant's own. */
export interface FaultAnswer {
  readonly status: number
  /** An object is sent as JSON, a string as it is, with the content type of `headers` or `text/plain`. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A fault, and the requests to which it applies. */
export interface Fault extends Match {
  /** How long the request waits before the sandbox handles it. */
  readonly delay?: Duration.DurationInput | undefined
  /** The answer. The request is not carried out. */
  readonly respond?: FaultAnswer | undefined
  /** The request is carried out, but the connection ends after this many bytes of the answer's body. */
  readonly cutAfter?: number | undefined
  /** The request is carried out, but nothing follows after this many bytes of the answer's body. */
  readonly stallAfter?: number | undefined
  /** The request is carried out, but the connection ends without an answer. */
  readonly drop?: boolean | undefined
  /** The connection ends after this many bytes of the request's body, and nothing is carried out. */
  readonly cutRequestAfter?: number | undefined
  /** The `next` of the answer, if it is a page. `{url}` in it is replaced by the requested address. */
  readonly next?: string | undefined
  /** How long the service processes what this request uploads, before an app can be created with it. */
  readonly processing?: Duration.DurationInput | undefined
  /** Storage answers as if the form or the address had expired. */
  readonly expired?: boolean | undefined
}

/** A rule in JSON: `path` is no regular expression, and a time is `"50ms"`, `"10 seconds"` or a number of milliseconds. */
export const FaultRule = Schema.Struct({
  method: Schema.optional(Schema.String),
  path: Schema.optional(Schema.String),
  target: Schema.optional(Schema.Literal("api", "storage")),
  times: Schema.optional(Count),
  delay: Schema.optional(DurationText),
  respond: Schema.optional(
    Schema.Struct({
      status: Schema.Int.pipe(Schema.between(200, 599)),
      body: Schema.optional(Schema.Unknown),
      headers: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
    }).pipe(Schema.filter(answerProblem))
  ),
  cutAfter: Schema.optional(Count),
  stallAfter: Schema.optional(Count),
  drop: Schema.optional(Schema.Boolean),
  cutRequestAfter: Schema.optional(Count),
  next: Schema.optional(Schema.String),
  processing: Schema.optional(DurationText),
  expired: Schema.optional(Schema.Boolean)
})

const decodeJson = Schema.decodeEither(Schema.parseJson())
const decodeRules = Schema.decodeUnknownEither(Schema.Array(FaultRule), { onExcessProperty: "error" })

/** The rules from JSON text: a list, or one rule. A failure says in one line what is wrong. Unknown keys are refused. */
export const parseRules = (text: string): Either.Either<ReadonlyArray<Fault>, string> =>
  decodeJson(text).pipe(
    Either.flatMap((json) => decodeRules(Array.isArray(json) ? json : [json])),
    Either.mapLeft((error) => {
      const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
      const place = issue?.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("") ?? ""
      return `${place === "" ? "" : `${place}: `}${issue?.message ?? error.message}`.replace(/\s+/g, " ")
    })
  )

/** Another status, with a body of your choice. */
export const status = (
  status: number,
  match: Match = {},
  body: unknown = { detail: `Injected fault: status ${status}` }
): Fault => ({
  ...match,
  respond: { status, body }
})

/** Kong's 429. `retryAfter` in seconds, default 1. */
export const rateLimited = ({ retryAfter = 1, ...match }: Match & { readonly retryAfter?: number } = {}): Fault => {
  const { headers, status } = limitExceeded(retryAfter)
  return { target: "api", ...match, respond: { status, headers, body: { message: "API rate limit exceeded" } } }
}

/** The answer for a token that lacks the permission for an endpoint. */
export const forbidden = (match: Match = {}): Fault => ({
  target: "api",
  ...match,
  respond: { status: 403, body: { detail: "You do not have permission to perform this action." } }
})

/** The request waits first. */
export const delayed = (delay: Duration.DurationInput, match: Match = {}): Fault => ({ ...match, delay })

/** The connection ends after some bytes of the answer's body. */
export const cut = (bytes: number, match: Match = {}): Fault => ({ ...match, cutAfter: bytes })

/** Nothing follows after some bytes of the answer's body. */
export const stalled = (bytes: number, match: Match = {}): Fault => ({ ...match, stallAfter: bytes })

/** The request is carried out, but its answer is lost. */
export const dropped = (match: Match = {}): Fault => ({ ...match, drop: true })

/** The connection ends after some bytes of the request's body; nothing is carried out. */
export const cutRequest = (bytes: number, match: Match = {}): Fault => ({ ...match, cutRequestAfter: bytes })

/** A page with a link to where no client should go. */
export const hostileNext = (next: string, match: Match = {}): Fault => ({
  target: "api",
  method: "GET",
  ...match,
  next
})

/** A page that names itself as the next one. */
export const repeatedPage = (match: Match = {}): Fault => hostileNext("{url}", match)

/** The service processes the next uploaded installer for this long, and answers 503 until then. */
export const processing = (duration: Duration.DurationInput, match: Match = {}): Fault => ({
  target: "storage",
  method: "POST",
  ...match,
  processing: duration
})

/** The next `file_url` that is read has expired. With `method: "POST"`: the next form. */
export const expired = (match: Match = {}): Fault => ({ target: "storage", method: "GET", ...match, expired: true })
