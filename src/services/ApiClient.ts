/**
 * The session: one tenant, one token, one origin. Every resource goes through it.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RateLimiter from "effect/RateLimiter"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import { type Answer, decodeJson, explainAnswer, isSuccess, reasonOf } from "../internal/answer.js"
import { invalidArgument } from "../internal/arguments.js"
import { execute } from "../internal/exchange.js"
import { type Page, pagesOf } from "../internal/pages.js"
import { type ApiPath, literalPath, path } from "../internal/path.js"
import { type BuiltRequest, buildRequest, type Query, type RequestBody } from "../internal/request.js"
import { defaultRetry, type Method, retrying, type RetryPolicy } from "../internal/retry.js"
import { makeSession } from "../internal/session.js"
import { ApiConfig } from "./ApiConfig.js"

export declare namespace ApiClient {
  /** How one request differs from a plain one. */
  export interface RequestOptions {
    /** Query parameters. `undefined` is left out; a list is joined by commas. `source` is the session's own. */
    readonly query?: Query | undefined
    /** What the operation is called in errors, spans and logs. */
    readonly operation?: string | undefined
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
    /** `POST`, decoded. Repeated only after a 429: a create that may have happened never happens twice. */
    readonly post: <A, I>(
      path: string | ApiPath,
      schema: Schema.Schema<A, I>,
      options?: WriteOptions
    ) => Effect.Effect<A, ApiClientError>
    /** `PATCH`, decoded. Repeated only after a 429. */
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
  }

  /** How the session behaves. */
  export interface Options {
    /** For one attempt, its answer's body included. Default 30 seconds. */
    readonly timeout?: Duration.DurationInput | undefined
    /** Default: 4 more tries, from 250 ms on, and no wait above 5 minutes. */
    readonly retry?: Partial<RetryPolicy> | undefined
    /** Requests a second and an hour. Default 50 and 10,000: what a tenant is allowed. */
    readonly pace?: { readonly perSecond?: number | undefined; readonly perHour?: number | undefined } | undefined
    /** The largest answer that is read, in bytes. Default 64 MiB. */
    readonly maxAnswerSize?: number | undefined
    /** How long calls that are under way may still run when the scope closes. Default 2 seconds. */
    readonly drain?: Duration.DurationInput | undefined
  }
}

type Request = BuiltRequest & { readonly operation: string; readonly method: Method }

const make = (
  options: ApiClient.Options = {}
): Effect.Effect<ApiClient.Service, never, ApiConfig | HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const { apiToken, tenantUrl } = yield* ApiConfig
    const http = (yield* HttpClient.HttpClient).pipe(HttpClient.withTracerPropagation(false))
    const isCi = yield* Config.string("CI").pipe(Config.option, Effect.orElseSucceed(Option.none))
    const runInSession = yield* makeSession(options.drain ?? "2 seconds")
    const perSecond = yield* RateLimiter.make({ limit: options.pace?.perSecond ?? 50, interval: "1 seconds" })
    const perHour = yield* RateLimiter.make({ limit: options.pace?.perHour ?? 10_000, interval: "1 hours" })

    const origin = { tenantUrl, apiToken, source: Option.isSome(isCi) ? "effect-iru-ci" : "effect-iru" }
    const limits = { timeout: options.timeout ?? "30 seconds", maxSize: options.maxAnswerSize ?? 64 * 1024 * 1024 }
    const policy: RetryPolicy = { ...defaultRetry, ...options.retry }

    const attempt = (request: Request): Effect.Effect<Answer, ApiClientError> =>
      execute(http, request, limits).pipe(
        Effect.flatMap((answer) => (isSuccess(answer) ? Effect.succeed(answer) : refusal(request, answer))),
        Effect.tapError((error) => Effect.logDebug(error.message)),
        Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
        perSecond,
        perHour
      )

    const call = <A>(
      method: Method,
      path: string | ApiPath,
      options: ApiClient.WriteOptions | undefined,
      use: (attempt: Effect.Effect<Answer, ApiClientError>, request: Request) => Effect.Effect<A, ApiClientError>
    ): Effect.Effect<A, ApiClientError> =>
      Effect.suspend(() => {
        const operation = options?.operation ?? `ApiClient.${method.toLowerCase()}`
        const target = typeof path === "string" ? literalPath(path) : path
        const built = buildRequest(origin, method, target, options ?? {})
        if (Either.isLeft(built))
          return Effect.fail(invalidArgument(operation, { [built.left.field]: [built.left.problem] }))
        const request = { ...built.right, operation, method }
        return runInSession(
          use(attempt(request), request),
          () => new ApiClientError({ reason: "SessionClosed", operation, method, path: target.value })
        ).pipe(
          Effect.withSpan(operation, {
            kind: "client",
            captureStackTrace: false,
            attributes: { "http.request.method": method, "url.path": target.value }
          })
        )
      })

    const decoded =
      <A, I>(method: Method, schema: Schema.Schema<A, I>) =>
      (attempt: Effect.Effect<Answer, ApiClientError>, request: Request) =>
        Effect.flatMap(retrying(method, policy)(attempt), decodeAnswer(schema, request))

    const get: ApiClient.Service["get"] = (path, schema, options) => call("GET", path, options, decoded("GET", schema))

    return {
      tenantUrl,
      get,
      post: (path, schema, options) => call("POST", path, options, decoded("POST", schema)),
      patch: (path, schema, options) => call("PATCH", path, options, decoded("PATCH", schema)),
      delete: (path, options) => call("DELETE", path, options, deleting(policy)),
      pages: (path, item, options) =>
        pagesOf(get, path, item, { ...options, operation: options?.operation ?? "ApiClient.pages" })
    }
  })

const refusal = (request: Request, answer: Answer): Effect.Effect<never, ApiClientError> =>
  Effect.clockWith((clock) =>
    Effect.fail(
      new ApiClientError({
        reason: reasonOf(answer.status),
        operation: request.operation,
        method: request.method,
        path: request.path,
        status: answer.status,
        ...explainAnswer(answer, clock.unsafeCurrentTimeMillis())
      })
    )
  )

const decodeAnswer = <A, I>(schema: Schema.Schema<A, I>, request: Request) => {
  const decode = decodeJson(schema)
  return (answer: Answer): Either.Either<A, ApiClientError> =>
    Either.mapLeft(
      decode(answer.text),
      (problem) =>
        new ApiClientError({
          reason: "Decode",
          operation: request.operation,
          method: request.method,
          path: request.path,
          status: answer.status,
          ...problem
        })
    )
}

/** A 404 that follows a lost answer says that the lost one had deleted it. */
const deleting = (policy: RetryPolicy) => (attempt: Effect.Effect<Answer, ApiClientError>) =>
  Effect.suspend(() => {
    let answerLost = false
    return attempt.pipe(
      Effect.tapError((error) =>
        Effect.sync(() => {
          answerLost ||= error.reason === "Transport" || error.reason === "Timeout" || error.reason === "Unavailable"
        })
      ),
      retrying("DELETE", policy),
      Effect.asVoid,
      Effect.catchIf(
        (error) => answerLost && error.reason === "NotFound",
        () => Effect.void
      )
    )
  })

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

  /** Builds a path with percent-encoded segments: ``ApiClient.path`/api/v1/devices/${id}/details` ``. */
  static readonly path = path
}
