/**
 * Which failures are worth another try, and when. A write that may have happened is never repeated.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { ApiClientError } from "../errors/ApiClientError.js"

export type Method = "GET" | "POST" | "PATCH" | "DELETE"

/** When a call that failed is tried again. */
export interface RetryPolicy {
  /** How often a call is tried again at most. */
  readonly times: number
  /** The first pause; it doubles from try to try, with jitter. */
  readonly base: Duration.DurationInput
  /** A server that asks to wait longer than this is not waited for: the call fails and says how long. */
  readonly maxWait: Duration.DurationInput
}

export const defaultRetry: RetryPolicy = { times: 4, base: "250 millis", maxWait: "5 minutes" }

const repeatable = (method: Method): boolean => method === "GET" || method === "DELETE"

/** A 429 was not acted on, so anything may follow it; all else is repeated only where a repetition changes nothing. */
const isWorthRetrying = (method: Method, error: ApiClientError): boolean => {
  switch (error.reason) {
    case "RateLimited":
      return true
    case "Transport":
    case "Timeout":
    case "Unavailable":
      return repeatable(method)
    default:
      return false
  }
}

/** Tries again by the policy. `Retry-After` is honoured: the pause is never shorter. */
export const retrying =
  (method: Method, policy: RetryPolicy) =>
  <A, R>(attempt: Effect.Effect<A, ApiClientError, R>): Effect.Effect<A, ApiClientError, R> =>
    Effect.retry(attempt, {
      while: (error) =>
        isWorthRetrying(method, error) && Duration.lessThanOrEqualTo(error.retryAfter ?? Duration.zero, policy.maxWait),
      times: policy.times,
      schedule: Schedule.exponential(policy.base).pipe(
        Schedule.jittered,
        Schedule.intersect(Schedule.identity<ApiClientError>()),
        Schedule.modifyDelay(([, error], pause) => Duration.max(pause, error.retryAfter ?? Duration.zero))
      )
    })
