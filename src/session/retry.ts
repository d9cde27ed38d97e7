/**
 * Decides which failed calls are tried again, and when. A write that may have happened is never repeated.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { Method } from "../operation/Operation.js"
import { isRefusedByProxy, isUnsent, isUntrusted } from "./transport.js"

/** When a call that failed is tried again. */
export interface RetryPolicy {
  /** How often a call is tried again at most. The first try does not count. */
  readonly times: number
  /**
   * The longest first pause. Each pause is random, and the longest possible one doubles with every try, up to 30
   * seconds.
   */
  readonly base: Duration.DurationInput
  /**
   * The longest wait for a turn, and the longest `Retry-After` that a call waits for. If either is longer, the call
   * fails, and `retryAfter` of the error says how long to wait. The reason is `RateLimited`, or that of the answer with
   * the `Retry-After`.
   */
  readonly maxWait: Duration.DurationInput
  /**
   * How long after the start of the first try the last pause may end. If the next pause would end later, the call
   * fails.
   */
  readonly within: Duration.DurationInput
}

export const defaultRetry: RetryPolicy = {
  times: 4,
  base: Duration.millis(250),
  maxWait: Duration.minutes(5),
  within: Duration.minutes(10)
}

/** The longest random pause. */
export const longestBackoff = Duration.seconds(30)

/** Retry options of one part of a program. They replace those of its session. */
export class RetryOverride extends Context.Reference<RetryOverride>()("effect-iru/RetryOverride", {
  defaultValue: (): Partial<RetryPolicy> => ({})
}) {}

const every: ReadonlyArray<Method> = ["GET", "DELETE", "POST", "PATCH"]
const repeatable: ReadonlyArray<Method> = ["GET", "DELETE"]

/** Each way in which a try fails, and the methods that are tried again after it. The documentation shows this table. */
export const retryRules = {
  RateLimited: {
    failure: "429",
    retried: every,
    why: "The gateway refused it before anything was done. All calls of the tenant wait, not only this one."
  },
  NotSent: {
    failure: "connection refused, no route, host name unknown, connect timeout",
    retried: every,
    why: "No connection was made, so nothing was sent."
  },
  Untrusted: {
    failure: "a certificate that is not valid",
    retried: [],
    why: "It would not be valid the second time either."
  },
  RefusedByProxy: {
    failure: "a proxy that wants a password or does not let the host through (407, 403)",
    retried: [],
    why: "It would refuse the second time too."
  },
  Lost: {
    failure: "connection cut, or an answer that breaks off",
    retried: repeatable,
    why: "The service may have acted. To read or to delete again changes nothing; to write again might do it twice."
  },
  Timeout: {
    failure: "no complete answer within the timeout",
    retried: repeatable,
    why: "The same: the service may have acted."
  },
  Unavailable: {
    failure: "500 to 599",
    retried: repeatable,
    why: "The same: the service may have acted. Only a 503 that says that an upload is still being processed means that it has not, so `CustomApps` sends the request again."
  },
  Final: {
    failure: "any other answer",
    retried: [],
    why: "The same request would get the same answer."
  }
} satisfies Record<string, { readonly failure: string; readonly retried: ReadonlyArray<Method>; readonly why: string }>

export type FailureKind = keyof typeof retryRules

/** Returns the row of the table that a failure belongs to. */
export const failureKind = (error: ApiClientError): FailureKind => {
  switch (error.reason) {
    case "RateLimited":
      return error.status === undefined ? "Final" : "RateLimited"
    case "Transport":
      if (isRefusedByProxy(error.cause)) return "RefusedByProxy"
      return isUnsent(error.cause) ? "NotSent" : isUntrusted(error.cause) ? "Untrusted" : "Lost"
    case "Timeout":
      return "Timeout"
    case "Unavailable":
      return "Unavailable"
    default:
      return "Final"
  }
}

/** Whether the service may have acted on a request although it failed. */
export const mayHaveHappened = (error: ApiClientError): boolean =>
  ["Lost", "Timeout", "Unavailable"].includes(failureKind(error))

export interface Failed {
  readonly method: Method
  readonly error: ApiClientError
  /** The number of tries so far, including this one. */
  readonly tries: number
  /** The time since the first try began. */
  readonly elapsed: Duration.Duration
}

/** Returns the pause before the next try, or `undefined` if there is no next try. `random` is from 0 to 1. */
export const pauseAfter = (
  policy: RetryPolicy,
  { elapsed, error, method, tries }: Failed,
  random: number
): Duration.Duration | undefined => {
  const rule: { readonly retried: ReadonlyArray<Method> } = retryRules[failureKind(error)]
  const asked = error.retryAfter ?? Duration.zero
  if (!rule.retried.includes(method) || tries > policy.times) return undefined
  if (Duration.greaterThan(asked, policy.maxWait)) return undefined
  const bound = Duration.min(Duration.times(policy.base, 2 ** (tries - 1)), longestBackoff)
  const pause = Duration.max(Duration.times(bound, random), asked)
  return Duration.greaterThan(Duration.sum(elapsed, pause), policy.within) ? undefined : pause
}

/**
 * Runs `attempt` until it succeeds or the policy allows no other try. `attempt` gets the number of tries before it;
 * `onRetry` pauses.
 */
export const retrying = <A>(
  method: Method,
  policy: RetryPolicy,
  attempt: (triesBefore: number) => Effect.Effect<A, ApiClientError>,
  onRetry: (failed: Failed, pause: Duration.Duration) => Effect.Effect<void, ApiClientError>
): Effect.Effect<A, ApiClientError> =>
  Effect.flatMap(Clock.currentTimeMillis, (start) => {
    const go = (triesBefore: number): Effect.Effect<A, ApiClientError> =>
      Effect.catchAll(attempt(triesBefore), (error) =>
        Effect.gen(function* () {
          const elapsed = Duration.millis((yield* Clock.currentTimeMillis) - start)
          const failed = { method, error, tries: triesBefore + 1, elapsed }
          const pause = pauseAfter(policy, failed, yield* Random.next)
          if (pause === undefined) return yield* error
          yield* onRetry(failed, pause)
          return yield* go(triesBefore + 1)
        })
      )
    return go(0)
  })
