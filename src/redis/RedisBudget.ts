/**
 * A request budget that several machines share through Redis. Together they stay below the tenant's limits. While Redis
 * is unreachable, each machine counts only its own requests.
 *
 * Only this entry point needs the peer dependencies `ioredis` and `@effect/experimental`.
 */
import * as RateLimiter from "@effect/experimental/RateLimiter"
import * as RateLimiterRedis from "@effect/experimental/RateLimiter/Redis"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type { PaceLimits } from "../session/pace.js"
import { hiding } from "../session/secrets.js"
import { SharedBudget } from "../services/SharedBudget.js"
import { knock, quietly } from "./connecting.js"

type StoreOptions = Parameters<typeof RateLimiterRedis.make>[0]

/**
 * How to reach Redis, as options of `ioredis`: `host`, `port`, `password`, `tls`, … `prefix` is the prefix of all keys.
 */
export interface Options extends StoreOptions {
  /** How long Redis may take to answer before it counts as unreachable. Default 2 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long to wait between attempts to reach Redis again. Default 2 seconds. */
  readonly retryEvery?: Duration.DurationInput | undefined
}

/**
 * The shared budget, for the sessions to which it is provided. If Redis is unreachable at the start or later, one
 * warning is logged, and sessions count only their own requests until Redis answers again.
 *
 * @example
 * Iru.layerConfig().pipe(Layer.provide(RedisBudget.layer({ host: "redis.internal" })))
 */
export const layer = (options: Options = {}): Layer.Layer<SharedBudget> => Layer.scoped(SharedBudget, make(options))

const make = (options: Options) =>
  Effect.gen(function* () {
    const { retryEvery = "2 seconds", timeout = "2 seconds" } = options
    const layerScope = yield* Effect.scope
    let connected: Connection | undefined
    /** The operation that failed last. Redis counts as reachable again when it succeeds. */
    let trial: (connection: Connection) => Effect.Effect<unknown, RateLimiter.RateLimiterError> = () => Effect.void
    const leases = new Map<string, Lease>()
    // A server that does not know a command may repeat it in its error, including the password.
    const hide = hiding([options.password, options.sentinelPassword].map((password) => password ?? ""))

    const connect = Effect.suspend(() => openConnection(options, timeout, trial)).pipe(
      Effect.map((connection) => {
        connected = connection
      })
    )
    const comeBack = connect.pipe(
      Effect.zipRight(Effect.logInfo("Redis is back: the request budget is shared again.")),
      Effect.retry(Schedule.spaced(retryEvery)),
      Effect.forkIn(layerScope)
    )
    const goAlone = (cause: unknown) =>
      Effect.zipRight(
        Effect.logWarning(
          `Redis is unreachable (${hide(said(cause))}). Until it is back, this process counts only its own requests.`
        ),
        comeBack
      )
    /** Several calls can find at the same time that Redis is unreachable. Only the first one logs it. */
    const lose = (connection: Connection, question: typeof trial, cause: unknown) =>
      Effect.suspend(() => {
        if (connected !== connection) return Effect.void
        connected = undefined
        trial = question
        return Effect.zipRight(goAlone(cause), Effect.forkIn(connection.close, layerScope))
      })

    const take = (
      { limiter }: Connection,
      tenantUrl: string,
      { perHour, perSecond }: PaceLimits
    ): Effect.Effect<Duration.Duration | undefined, RateLimiter.RateLimiterError> =>
      Effect.clockWith((clock) => {
        const now = clock.unsafeCurrentTimeMillis()
        const number = Math.floor(now / hourLength)
        const second = secondBudget(perSecond)
        const fromSecond = consume(limiter, `${tenantUrl}:second`, second).pipe(
          Effect.filterOrFail(
            (wait) => wait === undefined || Duration.lessThan(wait, longestSecond),
            () => unsound("a counter of requests per second that expires too late")
          ),
          Effect.map((wait) => wait && Duration.min(wait, Duration.millis(second.refill * second.limit)))
        )
        const lease = leases.get(tenantUrl)
        if (lease?.number === number && lease.left > 0) {
          lease.left--
          return fromSecond
        }
        const budget = hourBudget(perHour)
        return Effect.flatMap(fromSecond, (wait) =>
          wait !== undefined
            ? Effect.succeed(wait)
            : Effect.map(consume(limiter, hourKey(tenantUrl, number), budget), (exceeded) => {
                if (exceeded !== undefined) return Duration.millis((number + 1) * hourLength - now)
                const before = leases.get(tenantUrl)
                const left = (before?.number === number ? before.left : 0) + budget.tokens - 1
                leases.set(tenantUrl, { number, budget, left })
                return undefined
              })
        )
      })

    /** Puts unused requests back into the shared budget, if their hour has not ended. */
    const giveBack = ({ limiter }: Connection) =>
      Effect.clockWith((clock) =>
        Effect.forEach(
          leases,
          ([tenantUrl, { budget, left, number }]) =>
            left > 0 && number === Math.floor(clock.unsafeCurrentTimeMillis() / hourLength)
              ? consume(limiter, hourKey(tenantUrl, number), { ...budget, tokens: -left })
              : Effect.succeed(undefined),
          { concurrency: "unbounded", discard: true }
        )
      ).pipe(Effect.interruptible, Effect.timeout(timeout), Effect.ignore)

    yield* Effect.catchAll(connect, goAlone)
    yield* Effect.addFinalizer(() =>
      connected === undefined ? Effect.void : Effect.zipRight(giveBack(connected), connected.close)
    )

    return SharedBudget.of({
      take: (tenantUrl, limits) =>
        Effect.suspend(() => {
          const connection = connected
          if (connection === undefined) return Effect.succeed(undefined)
          const question = (connection: Connection) => take(connection, tenantUrl, limits)
          return question(connection).pipe(
            Effect.timeout(timeout),
            Effect.catchAllCause((cause) =>
              Cause.isInterruptedOnly(cause)
                ? Effect.interrupt
                : Effect.as(lose(connection, question, Cause.squash(cause)), undefined)
            )
          )
        })
    })
  })

/** Requests that this process has taken from the hour's budget of a tenant and not sent yet. */
interface Lease {
  readonly number: number
  readonly budget: Budget
  left: number
}

interface Connection {
  readonly limiter: RateLimiter.RateLimiter
  readonly close: Effect.Effect<void>
}

/**
 * A connection that is not opened again when it breaks. Closing the store sends QUIT to Redis and throws if Redis is
 * unreachable; that error is ignored.
 */
const openConnection = (
  options: StoreOptions,
  timeout: Duration.DurationInput,
  trial: (connection: Connection) => Effect.Effect<unknown, RateLimiter.RateLimiterError>
): Effect.Effect<Connection, string | Cause.TimeoutException | RateLimiter.RateLimiterError> =>
  Effect.gen(function* () {
    yield* Effect.timeout(knock(options), timeout)
    const scope = yield* Scope.make()
    const goodbye = Effect.interruptible(Effect.disconnect(Scope.close(scope, Exit.void)))
    const close = Effect.ignore(Effect.timeout(Effect.sandbox(goodbye), timeout))
    const store = yield* RateLimiterRedis.make(
      Object.assign({ prefix: "effect-iru:" }, options, quietly(options), {
        retryStrategy: () => null,
        maxRetriesPerRequest: 0
      })
    ).pipe(Scope.extend(scope))
    const limiter = yield* Effect.provideService(RateLimiter.make, RateLimiter.RateLimiterStore, checked(store))
    const connection = { limiter, close }
    // A test of the counter: a Redis that is full or read-only answers PING, but cannot count.
    yield* consume(limiter, "here", { limit: 1_000, refill: 1, tokens: 1 }).pipe(
      Effect.zipRight(trial(connection)),
      Effect.timeout(timeout),
      Effect.onError(() => close)
    )
    return connection
  })

/** Checks the answers, since they may come from a proxy, another script, or a key that is used for something else. */
const checked = (store: RateLimiter.RateLimiterStore["Type"]) =>
  RateLimiter.RateLimiterStore.of({
    ...store,
    fixedWindow: (options) =>
      Effect.filterOrFail(store.fixedWindow(options), isCount, () => unsound("an unexpected answer"))
  })

/** The count, and the milliseconds until it expires. */
const isCount = Schema.is(Schema.Tuple(Schema.Int, Schema.Int.pipe(Schema.nonNegative())))

const unsound = (what: string) =>
  new RateLimiter.RateLimitStoreError({ message: `it returned ${what}`, cause: undefined })

/** If a counter of requests per second expires later than this, the key is used by something else. */
const longestSecond = Duration.minutes(1)

const hourLength = 3_600_000
const hourKey = (tenantUrl: string, number: number): string => `${tenantUrl}:hour:${number}`

interface Budget {
  readonly limit: number
  /** Milliseconds after which one token is refilled. A whole number, since Redis only accepts integers. */
  readonly refill: number
  readonly tokens: number
}

/**
 * Allows a fifth of the limit at once and spreads the rest evenly, so that no period of one second exceeds the limit.
 */
const secondBudget = (perSecond: number): Budget => {
  const limit = Math.max(1, Math.floor(perSecond / 5))
  return { limit, refill: Math.max(1, Math.ceil(1_000 / Math.max(1, perSecond - limit))), tokens: 1 }
}

/**
 * Each hour has its own counter, as in the service. A counter expires when all its tokens are refilled. With less than
 * 1 % of the limit counted, that can happen before the hour ends, so 1 % of the limit is kept in reserve. Tokens are
 * taken in small lots, to ask Redis less often.
 */
const hourBudget = (perHour: number): Budget => {
  const spare = Math.max(1, Math.floor(perHour / 100))
  return {
    limit: Math.max(1, perHour - spare),
    refill: Math.ceil(hourLength / spare),
    tokens: Math.min(10, Math.max(1, Math.floor(perHour / 1_000)))
  }
}

/** Takes tokens. Returns `undefined` on success, or the time until enough tokens are available. */
const consume = (
  limiter: RateLimiter.RateLimiter,
  key: string,
  { limit, refill, tokens }: Budget
): Effect.Effect<Duration.Duration | undefined, RateLimiter.RateLimiterError> =>
  Number.isFinite(limit)
    ? limiter.consume({ key, limit, window: Duration.millis(refill * limit), tokens, onExceeded: "fail" }).pipe(
        Effect.as(undefined),
        Effect.catchIf(
          (error) => error.reason === "Exceeded",
          ({ retryAfter }) => Effect.succeed(Duration.max(retryAfter, Duration.millis(1)))
        )
      )
    : Effect.succeed(undefined)

/** The message of Redis is in the cause of the store's error. */
const said = (cause: unknown): string =>
  cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause)
