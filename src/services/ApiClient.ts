/**
 * The session with one tenant. Every service sends its requests through it, with one token and to one origin.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import * as Answer from "../operation/Answer.js"
import { invalidArgument } from "../operation/arguments.js"
import type { Query, RequestBody } from "../operation/body.js"
import { type ListOptions, listOptionProblems, type Page } from "../operation/listing.js"
import type { Any, Functions, Kind, Listing, Method, Operation } from "../operation/Operation.js"
import { counted, isPages, type Pages } from "../operation/Pages.js"
import { type ApiPath, literalPath, path } from "../operation/path.js"
import { makeSend, type Outgoing } from "../session/calls.js"
import { callOf, functionsOf, type ListingFunctions, listingOf, readPages } from "../session/functions.js"
import { admitAll, type Guard, install, RulesAround, withNeeds } from "../session/guard.js"
import { located, locatedStream } from "../session/located.js"
import { type PaceLimits, type Priority, type Quota, RequestPriority } from "../session/pace.js"
import { type ForPart, type NeedingPart, type Part, provideTo, setReference } from "../session/part.js"
import { bareRequests } from "../session/request.js"
import { defaultRetry, RetryOverride, type RetryPolicy } from "../session/retry.js"
import { makeServerTime } from "../session/serverTime.js"
import { makeSession } from "../session/session.js"
import { acquirePacer } from "../session/sharedPace.js"
import { makeMeter, observeRefusal } from "../session/telemetry.js"
import { sessionWire } from "../session/wire.js"
import { ApiConfig } from "./ApiConfig.js"
import { SharedBudget } from "./SharedBudget.js"

export declare namespace ApiClient {
  /** Options of one request. */
  export interface RequestOptions {
    /**
     * Query parameters. `undefined` is left out; a list is joined by commas. The session sets `source` itself, unless
     * its option `source` is `false`.
     */
    readonly query?: Query | undefined
    /** The name of the operation in errors, spans and logs. */
    readonly operation?: string | undefined
    /**
     * The effect of the call, which guards check. Default for a GET: `secret` if the path contains `/secrets`,
     * otherwise `read`. Default for any other method: `destructive`.
     */
    readonly kind?: Kind | undefined
    /** Which requests are sent first if some have to wait. Default: `bulk` for pages, otherwise `interactive`. */
    readonly priority?: Priority | undefined
  }

  /** Options of one request that can have a body. */
  export interface WriteOptions extends RequestOptions {
    /** The body: `{ json }`, `{ form }` (URL-encoded) or `{ multipart }`. */
    readonly body?: RequestBody | undefined
  }

  /** Options for reading a listing. */
  export interface PagesOptions extends RequestOptions, ListOptions {}

  /** An open session. */
  export interface Service {
    /** The origin that every request goes to. */
    readonly tenantUrl: string
    /**
     * Makes the function that sends an operation. The operation is one of `effect-iru/operations`, or your own
     * (`Operation.make`).
     *
     * @example
     * client.call(operations.Tags.update)(tagId, { name: "Kiosk" })
     */
    readonly call: <Arguments extends ReadonlyArray<unknown>, A>(
      operation: Operation<Arguments, A>
    ) => (...args: Arguments) => Effect.Effect<A, ApiClientError>
    /** Makes the functions that read a listing with pages. They return its records as a stream or as a list. */
    readonly listing: <Arguments extends ReadonlyArray<unknown>, A>(
      listing: Listing<Arguments, A>
    ) => ListingFunctions<Arguments, A>
    /** Makes the functions of a group of operations, by verb. For a listing `stream`, it also makes `list`. */
    readonly functions: <Group extends { readonly [verb: string]: Any }>(group: Group) => Functions<Group>
    /**
     * Sends a `GET`, for an endpoint or a field that this library does not know yet. Pass a schema of the JSON answer,
     * or an `Answer`.
     *
     * @example
     * client.get("/api/v1/devices", Schema.Array(Schema.Struct({ device_id: Schema.String })), { query: { limit: 300 } })
     */
    readonly get: <S extends Answer.Spec>(
      path: string | ApiPath,
      answer: S,
      options?: RequestOptions
    ) => Effect.Effect<Answer.TypeOf<S>, ApiClientError>
    /** Sends a `POST`. It is retried only if the server certainly did nothing with it, so nothing is created twice. */
    readonly post: <S extends Answer.Spec>(
      path: string | ApiPath,
      answer: S,
      options?: WriteOptions
    ) => Effect.Effect<Answer.TypeOf<S>, ApiClientError>
    /** Sends a `PATCH`. It is retried only if the server certainly did nothing with it. */
    readonly patch: <S extends Answer.Spec>(
      path: string | ApiPath,
      answer: S,
      options?: WriteOptions
    ) => Effect.Effect<Answer.TypeOf<S>, ApiClientError>
    /**
     * Sends a `DELETE`; ignores the answer's body. A 404 counts as success if the answer to an earlier try was lost.
     */
    readonly delete: (path: string | ApiPath, options?: RequestOptions) => Effect.Effect<void, ApiClientError>
    /**
     * Streams the pages of a listing, which are requested as you read the stream. If you pass a schema of the records,
     * the pages are read in the style `Pages.counted`.
     *
     * @example
     * client.pages("/api/v1/devices", Pages.array(Device), { query: { platform: "Mac" } })
     */
    readonly pages: <A, I>(
      path: string | ApiPath,
      records: Schema.Schema<A, I> | Pages<A>,
      options?: PagesOptions
    ) => Stream.Stream<Page<A>, ApiClientError>
    /**
     * Asks the guard once whether an operation may run on many devices, given by their ids. Returns a guard that admits
     * this operation on these devices without asking again, and apart from that only reads. Fails with `Refused` if the
     * guard refuses. Sends nothing.
     */
    readonly admit: (operation: Any, devices: ReadonlyArray<string>) => Effect.Effect<Guard, ApiClientError>
    /** How many requests the tenant may still send, as far as this process knows. Sends nothing. */
    readonly quota: Effect.Effect<Quota>
    /**
     * The current time of the tenant's clock, in milliseconds since 1970. It is computed from the `Date` header of the
     * tenant's last answer; before the first answer, it is the time of this machine. If the two clocks differ by more
     * than five minutes, this is logged once. Sends nothing.
     */
    readonly serverTime: Effect.Effect<number>
  }

  /** Options of the session. `R` stands for the services that its guard needs. */
  export interface Options<out R = never> {
    /** The time limit of one attempt, including the answer's body. Default 30 seconds. */
    readonly timeout?: Duration.DurationInput | undefined
    /** How failed requests are retried. Default: at most 4 retries within 10 minutes, with no wait above 5 minutes. */
    readonly retry?: Partial<RetryPolicy> | undefined
    /**
     * The most requests per second and per hour. Default 50 and 10,000, which are the limits of a tenant. All sessions
     * with one tenant in this process share these limits; if they differ, the lowest applies.
     */
    readonly pace?: Partial<PaceLimits> | undefined
    /** The size of the largest answer that is read, in bytes. Default 64 MiB. */
    readonly maxAnswerSize?: number | undefined
    /** How long running calls may continue after the scope closes. Default 2 seconds. */
    readonly drain?: Duration.DurationInput | undefined
    /**
     * The value of the query parameter `source` of every request. The vendor uses it to count the clients in use.
     * `false`: no parameter is sent. Default: `effect-iru`, or `effect-iru-ci` if the environment variable `CI` is set.
     */
    readonly source?: string | false | undefined
    /** Rules that every call must pass before it is sent. Default: none. */
    readonly guard?: Guard<R> | undefined
  }
}

const make = <R = never>(
  options: ApiClient.Options<R> = {}
): Effect.Effect<ApiClient.Service, never, ApiConfig | HttpClient.HttpClient | Scope.Scope | R> =>
  Effect.gen(function* () {
    const { apiToken, guard, tenantUrl } = yield* ApiConfig
    const wire = yield* sessionWire
    const pace = { perSecond: options.pace?.perSecond ?? 50, perHour: options.pace?.perHour ?? 10_000 }
    const pacer = yield* acquirePacer(tenantUrl, pace)
    const shared = yield* Effect.serviceOption(SharedBudget)
    const limits = { timeout: options.timeout ?? "30 seconds", maxSize: options.maxAnswerSize ?? 64 * 1024 * 1024 }
    const session = yield* makeSession({ drain: options.drain ?? "2 seconds", timeout: limits.timeout })
    const serverTime = makeServerTime()
    const meter = makeMeter(new URL(tenantUrl).host)
    const rules = [
      ...(guard === undefined ? [] : yield* install(guard)),
      ...(options.guard === undefined ? [] : yield* install(options.guard))
    ]
    const send = makeSend({
      serverTime,
      apiToken,
      origin: { tenantUrl, bare: bareRequests(apiToken), source: options.source ?? (yield* defaultSource) },
      wire,
      session,
      pacer,
      admit: Option.isSome(shared) ? shared.value.take(tenantUrl, pace) : undefined,
      limits,
      guard: rules,
      policy: { ...defaultRetry, ...options.retry }
    })

    const short =
      (method: Method) =>
      <S extends Answer.Spec>(path: string | ApiPath, answer: S, options: ApiClient.WriteOptions = {}) =>
        withPath(`ApiClient.${method.toLowerCase()}`, method, path, options, (outgoing) =>
          send(outgoing, Answer.readerOf(answer))
        )

    return {
      tenantUrl,
      call: callOf(send),
      listing: listingOf(send),
      functions: functionsOf(send),
      get: located(short("GET")),
      post: located(short("POST")),
      patch: located(short("PATCH")),
      delete: located((path, options) => short("DELETE")(path, Answer.nothing, options)),
      pages: locatedStream((path, records, options = {}) =>
        Stream.unwrap(
          withPath("ApiClient.pages", "GET", path, options, (outgoing) => {
            const problems = listOptionProblems(options)
            return Object.keys(problems).length > 0
              ? Effect.fail(invalidArgument(outgoing.operation, problems))
              : Effect.succeed(readPages(send, isPages(records) ? records : counted(records), outgoing, options))
          })
        )
      ),
      admit: (operation, devices) =>
        Effect.flatMap(RulesAround, (around) =>
          Effect.catchAll(admitAll(rules, around, operation, devices), ({ cause, detail }) => {
            const { method, name, template: path } = operation
            const error = new ApiClientError({ reason: "Refused", operation: name, method, path, detail, cause })
            return Effect.flatMap(FiberRef.get(FiberRef.currentMetricLabels), (labels) =>
              observeRefusal(error, { labels, meter, operation: name })
            )
          })
        ),
      quota: Effect.sync(pacer.quota),
      serverTime: serverTime.now
    }
  })

const defaultSource: Effect.Effect<string> = Config.string("CI").pipe(
  Config.option,
  Effect.orElseSucceed(Option.none),
  Effect.map((ci) => (Option.isSome(ci) ? "effect-iru-ci" : "effect-iru"))
)

/** Checks a path that a caller wrote, and fails if it is not a path of the API. */
const withPath = <A>(
  name: string,
  method: Method,
  given: string | ApiPath,
  { body, kind, operation = name, priority, query }: ApiClient.WriteOptions,
  use: (outgoing: Outgoing) => Effect.Effect<A, ApiClientError>
): Effect.Effect<A, ApiClientError> =>
  Effect.suspend(() => {
    const { problem, template, value } = typeof given === "string" ? literalPath(given) : given
    return problem === undefined
      ? use({
          operation,
          method,
          template,
          kind: kind ?? kindOf(method, value),
          path: value,
          ids: undefined,
          query,
          body,
          priority
        })
      : Effect.fail(invalidArgument(operation, { path: [problem] }))
  })

const kindOf = (method: Method, path: string): Kind => {
  if (method !== "GET") return "destructive"
  const plain = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /\/secrets(?:\/|$)/i.test(plain) ? "secret" : "read"
}

/**
 * One session with one tenant. It stays open until its scope closes. It sends the token only to the configured origin,
 * keeps the request limits, has a timeout, and retries requests that can safely be sent again. Use it directly to call
 * endpoints that this library does not know.
 *
 * A call after the scope has closed fails with `ApiClientError` (`SessionClosed`).
 */
export class ApiClient extends Context.Tag("effect-iru/ApiClient")<ApiClient, ApiClient.Service>() {
  /** Opens a session with the tenant of `ApiConfig`. Each call makes a new layer: two tenants never share one. */
  static readonly layer = <R = never>(
    options: ApiClient.Options<R> = {}
  ): Layer.Layer<ApiClient, never, ApiConfig | HttpClient.HttpClient | R> =>
    Layer.unwrapEffect(
      Effect.map(withNeeds<R, ApiClient.Options<R>>(options), (options) => Layer.scoped(this, make(options)))
    )

  /** The session as a scoped effect, for programs that open and close it themselves. */
  static readonly make = make

  /** How many requests the tenant may still send, as far as this process knows. Sends nothing. */
  static readonly quota: Effect.Effect<Quota, never, ApiClient> = Effect.flatMap(this, ({ quota }) => quota)

  /**
   * Changes the retry policy for a part of a program (an effect or a stream). Settings that you leave out keep their
   * value. If several policies are nested, the innermost one applies.
   *
   * @example
   * scripts.get(id).pipe(ApiClient.withRetry({ times: 10, within: "1 hour" }))
   */
  static readonly withRetry: ForPart<Partial<RetryPolicy>> = setReference(RetryOverride, (around, policy) => ({
    ...around,
    ...policy
  }))

  /** Turns retries off for a part of a program (an effect or a stream). */
  static readonly noRetry = this.withRetry({ times: 0 })

  /**
   * Sets the priority of the requests of a part of a program (an effect or a stream). If requests have to wait,
   * `interactive` ones go before `bulk` ones.
   */
  static readonly withPriority: ForPart<Priority> = setReference(RequestPriority, (_, priority) => priority)

  /**
   * Applies a guard to a part of a program (an effect or a stream) and to all fibers that it forks. The rules of the
   * session still apply; the guard cannot loosen them. Each run of the part starts its counts for `Guard.limit` at 0.
   *
   * @example
   * cleanUp.pipe(ApiClient.withGuard(Guard.limit({ destructive: 5 })))
   */
  static readonly withGuard: {
    <R>(guard: Guard<R>): <P extends Part>(self: P) => NeedingPart<P, R>
    <P extends Part, R>(self: P, guard: Guard<R>): NeedingPart<P, R>
  } = dual(
    2,
    <P extends Part, R>(self: P, guard: Guard<R>) =>
      provideTo(
        self,
        RulesAround,
        Effect.zipWith(RulesAround, install(guard), (around, rules) => [...around, ...rules])
      ) as NeedingPart<P, R>
  )

  /** The reference that `withRetry` sets. It holds the settings that differ from the session's retry policy. */
  static readonly RetryOverride = RetryOverride

  /** The reference that `withPriority` sets. */
  static readonly RequestPriority = RequestPriority

  /** Builds a path with percent-encoded segments: ``ApiClient.path`/api/v1/devices/${id}/details` ``. */
  static readonly path = path
}
