/**
 * The session: one tenant, one token, one origin. Every resource goes through it.
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
  /** How one request differs from a plain one. */
  export interface RequestOptions {
    /** Query parameters. `undefined` is left out; a list is joined by commas. `source` is the session's own, unless it has none. */
    readonly query?: Query | undefined
    /** The name of the operation in errors, spans and logs. */
    readonly operation?: string | undefined
    /**
     * What the call does to the tenant. Default for a GET: `read`, or `secret` below `/secrets/`. For any other method:
     * `destructive`.
     */
    readonly kind?: Kind | undefined
    /** Which requests go first if some have to wait. Default: `bulk` for pages, `interactive` for everything else. */
    readonly priority?: Priority | undefined
  }

  /** How a request with a body differs from a plain one. */
  export interface WriteOptions extends RequestOptions {
    /** The body: `{ json }`, `{ form }` (urlencoded) or `{ multipart }`. */
    readonly body?: RequestBody | undefined
  }

  /** How a listing is read. */
  export interface PagesOptions extends RequestOptions, ListOptions {}

  /** A session that is open. */
  export interface Service {
    /** The origin that every request goes to. */
    readonly tenantUrl: string
    /**
     * The function of an operation: of one of `effect-iru/operations`, or of your own (`Operation.make`).
     *
     * @example
     * client.call(operations.Tags.update)(tagId, { name: "Kiosk" })
     */
    readonly call: <Arguments extends ReadonlyArray<unknown>, A>(
      operation: Operation<Arguments, A>
    ) => (...args: Arguments) => Effect.Effect<A, ApiClientError>
    /** The functions of a listing that has pages: its records as a stream, and as a list. */
    readonly listing: <Arguments extends ReadonlyArray<unknown>, A>(
      listing: Listing<Arguments, A>
    ) => ListingFunctions<Arguments, A>
    /** The functions of a group of operations, by verb. A listing `stream` brings `list` with it. */
    readonly functions: <Group extends { readonly [verb: string]: Any }>(group: Group) => Functions<Group>
    /**
     * `GET`, for an endpoint or a field that the library does not know yet. The answer is a schema of JSON, or an
     * `Answer`.
     *
     * @example
     * client.get("/api/v1/devices", Schema.Array(Schema.Struct({ device_id: Schema.String })), { query: { limit: 300 } })
     */
    readonly get: <S extends Answer.Spec>(
      path: string | ApiPath,
      answer: S,
      options?: RequestOptions
    ) => Effect.Effect<Answer.TypeOf<S>, ApiClientError>
    /** `POST`. Repeated only if it was certainly not acted on: a create never happens twice. */
    readonly post: <S extends Answer.Spec>(
      path: string | ApiPath,
      answer: S,
      options?: WriteOptions
    ) => Effect.Effect<Answer.TypeOf<S>, ApiClientError>
    /** `PATCH`. Repeated only if it was certainly not acted on. */
    readonly patch: <S extends Answer.Spec>(
      path: string | ApiPath,
      answer: S,
      options?: WriteOptions
    ) => Effect.Effect<Answer.TypeOf<S>, ApiClientError>
    /** `DELETE`. The answer's body is ignored. A 404 after a try whose answer was lost counts as done. */
    readonly delete: (path: string | ApiPath, options?: RequestOptions) => Effect.Effect<void, ApiClientError>
    /**
     * The pages of a listing, on demand. A schema of its records means the style `Pages.counted`.
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
     * Asks the guard once for an operation on many devices, by their ids. Gives a guard that admits this operation on
     * these devices without asking again, and beside it nothing but reads. Fails with `Refused`. Sends nothing.
     */
    readonly admit: (operation: Any, devices: ReadonlyArray<string>) => Effect.Effect<Guard, ApiClientError>
    /** What the tenant has left of its requests, as far as this process knows. Sends nothing. */
    readonly quota: Effect.Effect<Quota>
    /**
     * The time by the tenant's clock, in milliseconds since 1970, as the `Date` of its last answer told it; by this
     * machine's before the first one. A difference of more than five minutes is logged once. Sends nothing.
     */
    readonly serverTime: Effect.Effect<number>
  }

  /** How the session behaves. `R` is what its guard needs. */
  export interface Options<out R = never> {
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
    /**
     * The query parameter `source` of every request, by which the vendor counts the clients in use. `false`: none.
     * Default: `effect-iru`, or `effect-iru-ci` if the variable `CI` is there.
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
 * One session with one tenant, as long as its scope. It sends the token to the configured origin and nowhere else,
 * paces itself, times out, and repeats what can be repeated. It is also the way to endpoints that the library does not
 * know.
 *
 * A call after the scope has closed fails with `ApiClientError` (`SessionClosed`).
 */
export class ApiClient extends Context.Tag("effect-iru/ApiClient")<ApiClient, ApiClient.Service>() {
  /** The session of the `ApiConfig` at hand. Every call makes a layer of its own: two tenants never share one. */
  static readonly layer = <R = never>(
    options: ApiClient.Options<R> = {}
  ): Layer.Layer<ApiClient, never, ApiConfig | HttpClient.HttpClient | R> =>
    Layer.unwrapEffect(
      Effect.map(withNeeds<R, ApiClient.Options<R>>(options), (options) => Layer.scoped(this, make(options)))
    )

  /** The session as a scoped effect, for programs that open and close it themselves. */
  static readonly make = make

  /** What the tenant has left of its requests, as far as this process knows. Sends nothing. */
  static readonly quota: Effect.Effect<Quota, never, ApiClient> = Effect.flatMap(this, ({ quota }) => quota)

  /**
   * Makes a part of a program, an effect or a stream, retry otherwise than its session: what is not given stays as it
   * is. The innermost counts.
   *
   * @example
   * scripts.get(id).pipe(ApiClient.withRetry({ times: 10, within: "1 hour" }))
   */
  static readonly withRetry: ForPart<Partial<RetryPolicy>> = setReference(RetryOverride, (around, policy) => ({
    ...around,
    ...policy
  }))

  /** Makes a part of a program, an effect or a stream, try every request once. */
  static readonly noRetry = this.withRetry({ times: 0 })

  /**
   * Makes the requests of a part of a program, an effect or a stream, go before others (`interactive`) or after them
   * (`bulk`), whenever some have to wait.
   */
  static readonly withPriority: ForPart<Priority> = setReference(RequestPriority, (_, priority) => priority)

  /**
   * Puts a guard in force for a part of a program, an effect or a stream, and all that it forks: beside the rules of the
   * session, which it cannot loosen. What it limits is counted for each run anew.
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

  /** What `withRetry` sets: the part of the retry policy in which a part of a program differs from its session. */
  static readonly RetryOverride = RetryOverride

  /** What `withPriority` sets. */
  static readonly RequestPriority = RequestPriority

  /** Builds a path with percent-encoded segments: ``ApiClient.path`/api/v1/devices/${id}/details` ``. */
  static readonly path = path
}
