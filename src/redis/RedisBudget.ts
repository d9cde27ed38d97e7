/**
 * One budget of requests for several machines, kept in Redis. Together they stay inside the tenant's limits. While Redis
 * cannot be reached, each machine goes by its own count.
 *
 * `ioredis` and `@effect/experimental` are peers that only this entry point needs.
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

/** Where Redis is, as `ioredis` takes it: `host`, `port`, `password`, `tls`, … `prefix` is what the keys begin with. */
export interface Options extends StoreOptions {
  /** How long one question to Redis may take before it counts as away. Default 2 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long to wait before an absent Redis is tried again. Default 2 seconds. */
  readonly retryEvery?: Duration.DurationInput | undefined
}

/**
 * The budget in Redis, for the sessions that it is provided to. Where Redis is away, at the start or later, a warning
 * is logged once, the sessions go by their own count, and Redis is tried again until it is back.
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
    /** What failed last: Redis is back once this works again. */
    let trial: (connection: Connection) => Effect.Effect<unknown, RateLimiter.RateLimiterError> = () => Effect.void
    const leases = new Map<string, Lease>()
    // What does not know a command may repeat it, with the password in it.
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
          `Redis cannot be asked (${hide(said(cause))}): until it is back, this process counts its requests alone.`
        ),
        comeBack
      )
    /** Several calls can find at the same time that Redis is away; one of them says so. */
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
            () => unsound("a counter of requests a second that does not run out")
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

    /** What was taken and not sent is there for others, as long as its hour lasts. */
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

/** Requests of a tenant's hour that this process has taken and not sent yet. */
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
 * A connection that is given up when it breaks. The store says goodbye to Redis when it closes, and dies if Redis is
 * away by then: that is nobody's concern here.
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
    // One that is full or may only be read would answer, and never count.
    yield* consume(limiter, "here", { limit: 1_000, refill: 1, tokens: 1 }).pipe(
      Effect.zipRight(trial(connection)),
      Effect.timeout(timeout),
      Effect.onError(() => close)
    )
    return connection
  })

/** What Redis answers may come from something else: a proxy, another script, a key that is in use for other things. */
const checked = (store: RateLimiter.RateLimiterStore["Type"]) =>
  RateLimiter.RateLimiterStore.of({
    ...store,
    fixedWindow: (options) =>
      Effect.filterOrFail(store.fixedWindow(options), isCount, () => unsound("an answer of another shape"))
  })

/** What was counted, and the milliseconds for which it is remembered. */
const isCount = Schema.is(Schema.Tuple(Schema.Int, Schema.Int.pipe(Schema.nonNegative())))

const unsound = (what: string) => new RateLimiter.RateLimitStoreError({ message: `it gives ${what}`, cause: undefined })

/** A counter of requests a second is never remembered for so long, whatever limits others have. */
const longestSecond = Duration.minutes(1)

const hourLength = 3_600_000
const hourKey = (tenantUrl: string, number: number): string => `${tenantUrl}:hour:${number}`

interface Budget {
  readonly limit: number
  /** Milliseconds for which one token is remembered. A whole number: Redis knows no other. */
  readonly refill: number
  readonly tokens: number
}

/**
 * A fifth of the limit at once, and the rest evenly: whenever a second begins, no more than the limit falls into it.
 */
const secondBudget = (perSecond: number): Budget => {
  const limit = Math.max(1, Math.floor(perSecond / 5))
  return { limit, refill: Math.max(1, Math.ceil(1_000 / Math.max(1, perSecond - limit))), tokens: 1 }
}

/**
 * An hour is counted under a key of its own, as the service counts it. A counter lives as long as its tokens are
 * remembered, so it can be forgotten within its hour, and what it counted then is less than one in a hundred: that much
 * is kept back. Tokens are taken in small lots, to ask less often.
 */
const hourBudget = (perHour: number): Budget => {
  const spare = Math.max(1, Math.floor(perHour / 100))
  return {
    limit: Math.max(1, perHour - spare),
    refill: Math.ceil(hourLength / spare),
    tokens: Math.min(10, Math.max(1, Math.floor(perHour / 1_000)))
  }
}

/** `undefined`, or how long it takes until there is something left again. */
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

/** The store's own words say little: what Redis said lies below them. */
const said = (cause: unknown): string =>
  cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause)
