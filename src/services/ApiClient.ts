/**
 * The session: one tenant, one token, one origin. Every resource goes through it.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import { ApiClientError } from "../errors/ApiClientError.js"
import { type Answer, decodeJson, explainAnswer, isSuccess, reasonOf } from "../internal/answer.js"
import { invalidArgument } from "../internal/arguments.js"
import { execute } from "../internal/exchange.js"
import { type PaceLimits, type Priority, type Quota, RequestPriority, type Turn } from "../internal/pace.js"
import { type Page, pagesOf } from "../internal/pages.js"
import { type ApiPath, literalPath, path } from "../internal/path.js"
import { type BuiltRequest, bareRequests, buildRequest, type Query, type RequestBody } from "../internal/request.js"
import {
  defaultRetry,
  mayHaveHappened,
  type Method,
  retrying,
  RetryOverride,
  type RetryPolicy
} from "../internal/retry.js"
import { hiding, withoutSecrets } from "../internal/secrets.js"
import { makeSession } from "../internal/session.js"
import { acquirePacer } from "../internal/sharedPace.js"
import {
  type CallFacts,
  observeAttempt,
  observeBytes,
  observeCall,
  observeQuota,
  observeRetry
} from "../internal/telemetry.js"
import { wireOf } from "../internal/wire.js"
import { ApiConfig } from "./ApiConfig.js"
import { SharedBudget } from "./SharedBudget.js"

export declare namespace ApiClient {
  /** How one request differs from a plain one. */
  export interface RequestOptions {
    /** Query parameters. `undefined` is left out; a list is joined by commas. `source` is the session's own. */
    readonly query?: Query | undefined
    /** What the operation is called in errors, spans and logs. */
    readonly operation?: string | undefined
    /** Which requests go first where some have to wait. Default: `bulk` for pages, `interactive` for all else. */
    readonly priority?: Priority | undefined
  }

  /** How a request with a body differs from a plain one. */
  export interface WriteOptions extends RequestOptions {
    /** The body: `{ json }`, `{ form }` (urlencoded) or `{ multipart }`. */
    readonly body?: RequestBody | undefined
  }

  /** How a listing is read. */
  export interface PagesOptions extends RequestOptions {
    /** Records a page (`limit`). Without it the service decides: 300 for most listings. */
    readonly pageSize?: number | undefined
    /** Pages read ahead in the background, from the second page on. Default 1; 0 reads strictly on demand. */
    readonly prefetch?: number | undefined
    /** Pages read at once, in order, where the first one tells how many there are. Default 1. */
    readonly concurrency?: number | undefined
  }

  /** A session that is open. */
  export interface Service {
    /** The origin that every request goes to. */
    readonly tenantUrl: string
    /**
     * `GET`, decoded. For an endpoint or a field that the library does not know yet.
     *
     * @example
     * client.get("/api/v1/devices", Schema.Array(Schema.Struct({ device_id: Schema.String })), { query: { limit: 300 } })
     */
    readonly get: <A, I>(
      path: string | ApiPath,
      schema: Schema.Schema<A, I>,
      options?: RequestOptions
    ) => Effect.Effect<A, ApiClientError>
    /** `POST`, decoded. Repeated only where it was certainly not acted on: a create never happens twice. */
    readonly post: <A, I>(
      path: string | ApiPath,
      schema: Schema.Schema<A, I>,
      options?: WriteOptions
    ) => Effect.Effect<A, ApiClientError>
    /** `PATCH`, decoded. Repeated only where it was certainly not acted on. */
    readonly patch: <A, I>(
      path: string | ApiPath,
      schema: Schema.Schema<A, I>,
      options?: WriteOptions
    ) => Effect.Effect<A, ApiClientError>
    /** `DELETE`. The answer's body is ignored. A 404 after a try whose answer was lost counts as done. */
    readonly delete: (path: string | ApiPath, options?: RequestOptions) => Effect.Effect<void, ApiClientError>
    /** The pages of a listing `{ count, next, previous, results }`, on demand. */
    readonly pages: <A, I>(
      path: string | ApiPath,
      item: Schema.Schema<A, I>,
      options?: PagesOptions
    ) => Stream.Stream<Page<A>, ApiClientError>
    /** What the tenant has left of its requests, as far as this process knows. Sends nothing. */
    readonly quota: Effect.Effect<Quota>
  }

  /** How the session behaves. */
  export interface Options {
    /** For one attempt, its answer's body included. Default 30 seconds. */
    readonly timeout?: Duration.DurationInput | undefined
    /** Default: 4 more tries within 10 minutes, and no wait above 5 minutes. */
    readonly retry?: Partial<RetryPolicy> | undefined
    /**
     * Requests a second and an hour. Default 50 and 10,000: what a tenant is allowed. All sessions of one tenant in this
     * process share it, and keep the lowest.
     */
    readonly pace?: Partial<PaceLimits> | undefined
    /** The largest answer that is read, in bytes. Default 64 MiB. */
    readonly maxAnswerSize?: number | undefined
    /** How long calls that are under way may still run when the scope closes. Default 2 seconds. */
    readonly drain?: Duration.DurationInput | undefined
  }
}

/** A request, and what its tries go by. */
interface Call extends BuiltRequest, CallFacts {
  readonly apiToken: Redacted.Redacted
  readonly policy: RetryPolicy
  readonly priority: Priority
}

const make = (
  options: ApiClient.Options = {}
): Effect.Effect<ApiClient.Service, never, ApiConfig | HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const { apiToken, tenantUrl } = yield* ApiConfig
    const wire = yield* wireOf(yield* HttpClient.HttpClient)
    const isCi = yield* Config.string("CI").pipe(Config.option, Effect.orElseSucceed(Option.none))
    const pace = { perSecond: options.pace?.perSecond ?? 50, perHour: options.pace?.perHour ?? 10_000 }
    const pacer = yield* acquirePacer(tenantUrl, pace)
    const shared = yield* Effect.serviceOption(SharedBudget)
    const admit = Option.isSome(shared) ? shared.value.take(tenantUrl, pace) : undefined

    const bare = bareRequests(apiToken)
    const origin = { tenantUrl, bare, source: Option.isSome(isCi) ? "effect-iru-ci" : "effect-iru" }
    const { host } = new URL(tenantUrl)
    const limits = { timeout: options.timeout ?? "30 seconds", maxSize: options.maxAnswerSize ?? 64 * 1024 * 1024 }
    const session = yield* makeSession({ drain: options.drain ?? "2 seconds", timeout: limits.timeout })
    const policy: RetryPolicy = { ...defaultRetry, ...options.retry }

    const attempt =
      (call: Call, span: Tracer.Span | undefined) =>
      (triesBefore: number): Effect.Effect<Answer, ApiClientError> =>
        pacer.run({ ...turnOf(call), watch: session.watch, admit }, (learn) =>
          observeAttempt(
            call,
            span,
            triesBefore,
            execute(wire, session, call, limits).pipe(
              Effect.flatMap((answer) => {
                const learned = learn(answer)
                observeBytes(call.request.body.contentLength ?? 0, answer.size)
                observeQuota(host, pacer.quota())
                return Effect.zipRight(learned, isSuccess(answer) ? Effect.succeed(answer) : refusal(call, answer))
              })
            )
          )
        )

    const run = <A>(
      method: Method,
      path: string | ApiPath,
      options: ApiClient.WriteOptions | undefined,
      use: (
        answer: Effect.Effect<Answer, ApiClientError>,
        call: Call,
        isMaybeDone: () => boolean
      ) => Effect.Effect<A, ApiClientError>
    ): Effect.Effect<A, ApiClientError> =>
      Effect.contextWithEffect((context: Context.Context<never>) => {
        const operation = options?.operation ?? `ApiClient.${method.toLowerCase()}`
        const target = typeof path === "string" ? literalPath(path) : path
        const built = buildRequest(origin, method, target, options ?? {})
        if (Either.isLeft(built))
          return Effect.fail(invalidArgument(operation, { [built.left.field]: [built.left.problem] }))
        const call: Call = {
          ...built.right,
          apiToken,
          operation,
          method,
          template: target.template,
          host,
          policy: { ...policy, ...Context.get(context, RetryOverride) },
          priority: Context.get(context, RequestPriority) ?? options?.priority ?? "interactive"
        }
        const closed = () => failure(call, { reason: "SessionClosed" })
        return observeCall(call, (span) => {
          let maybeDone = false
          const answer = retrying(method, call.policy, attempt(call, span), (failed, pause) => {
            maybeDone ||= mayHaveHappened(failed.error)
            return Effect.zipRight(
              observeRetry(call, span, failed, pause),
              Effect.flatMap(session.sleep(pause), (isThere) => (isThere ? Effect.void : Effect.fail(closed())))
            )
          })
          return session.run(
            use(answer, call, () => maybeDone),
            closed
          )
        })
      })

    const decoded =
      <A, I>(schema: Schema.Schema<A, I>) =>
      (answer: Effect.Effect<Answer, ApiClientError>, call: Call) =>
        Effect.flatMap(answer, decodeAnswer(schema, call))

    const get: ApiClient.Service["get"] = (path, schema, options) => run("GET", path, options, decoded(schema))

    return {
      tenantUrl,
      get,
      post: (path, schema, options) => run("POST", path, options, decoded(schema)),
      patch: (path, schema, options) => run("PATCH", path, options, decoded(schema)),
      delete: (path, options) => run("DELETE", path, options, deleted),
      pages: (path, item, options) =>
        pagesOf(get, path, item, { ...options, operation: options?.operation ?? "ApiClient.pages" }),
      quota: Effect.sync(pacer.quota)
    }
  })

/** A failure of a call. Whoever answered may have repeated the request, so the token is taken out of what was said. */
const failure = (
  { apiToken, method, operation, path }: Call,
  what: Omit<ConstructorParameters<typeof ApiClientError>[0], "operation" | "method" | "path">
): ApiClientError =>
  new ApiClientError({ operation, method, path, ...what, ...withoutSecrets([Redacted.value(apiToken)], what) })

const turnOf = (call: Call): Omit<Turn<ApiClientError>, "watch"> => ({
  closed: () => failure(call, { reason: "SessionClosed" }),
  priority: call.priority,
  maxWait: call.policy.maxWait,
  tooLong: (wait) =>
    failure(call, {
      reason: "RateLimited",
      retryAfter: wait,
      detail: `Not sent, since nobody waits longer than ${Duration.format(call.policy.maxWait)} here.`
    })
})

const refusal = (call: Call, answer: Answer): Effect.Effect<never, ApiClientError> =>
  Effect.clockWith((clock) =>
    Effect.fail(
      failure(call, {
        reason: reasonOf(answer.status),
        status: answer.status,
        ...explainAnswer(
          // Before the text is cut: half a token is still a secret.
          { ...answer, text: hiding([Redacted.value(call.apiToken)])(answer.text) },
          clock.unsafeCurrentTimeMillis()
        )
      })
    )
  )

const decodeAnswer = <A, I>(schema: Schema.Schema<A, I>, call: Call) => {
  const decode = decodeJson(schema)
  return (answer: Answer): Either.Either<A, ApiClientError> =>
    Either.mapLeft(decode(answer.text), (problem) =>
      failure(call, { reason: "Decode", status: answer.status, ...problem })
    )
}

/** A 404 that follows a lost answer says that the lost one had deleted it. */
const deleted = (
  answer: Effect.Effect<Answer, ApiClientError>,
  _: Call,
  isMaybeDone: () => boolean
): Effect.Effect<void, ApiClientError> =>
  Effect.catchIf(
    Effect.asVoid(answer),
    (error) => error.reason === "NotFound" && isMaybeDone(),
    () => Effect.void
  )

/**
 * One session with one tenant, as long as its scope. It sends the token to the configured origin and nowhere else,
 * paces itself, times out, and repeats what can be repeated. It is also the way to endpoints that the library does not
 * know.
 *
 * A call after the scope has closed fails with `ApiClientError` (`SessionClosed`).
 */
export class ApiClient extends Context.Tag("effect-iru/ApiClient")<ApiClient, ApiClient.Service>() {
  /** The session of the `ApiConfig` at hand. Every call makes a layer of its own: two tenants never share one. */
  static readonly layer = (
    options?: ApiClient.Options
  ): Layer.Layer<ApiClient, never, ApiConfig | HttpClient.HttpClient> => Layer.scoped(this, make(options))

  /** The session as a scoped effect, for those who open and close it by hand. */
  static readonly make = make

  /** What the tenant has left of its requests, as far as this process knows. Sends nothing. */
  static readonly quota: Effect.Effect<Quota, never, ApiClient> = Effect.flatMap(this, ({ quota }) => quota)

  /**
   * Makes a part of a program retry otherwise than its session: what is not given stays as it is. The innermost counts.
   *
   * @example
   * scripts.get(id).pipe(ApiClient.withRetry({ times: 10, within: "1 hour" }))
   */
  static readonly withRetry =
    (policy: Partial<RetryPolicy>) =>
    <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.flatMap(RetryOverride, (around) => Effect.provideService(self, RetryOverride, { ...around, ...policy }))

  /** Makes a part of a program try every request once. */
  static readonly noRetry: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = this.withRetry({
    times: 0
  })

  /**
   * Makes the requests of a part of a program go before others (`interactive`) or after them (`bulk`), whenever some
   * have to wait.
   */
  static readonly withPriority =
    (priority: Priority) =>
    <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.provideService(self, RequestPriority, priority)

  /** Builds a path with percent-encoded segments: ``ApiClient.path`/api/v1/devices/${id}/details` ``. */
  static readonly path = path
}
