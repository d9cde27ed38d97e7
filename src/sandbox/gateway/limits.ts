/**
 * How many requests a tenant may make, as Kong's rate-limiting plugin counts: in whole seconds and whole hours of the
 * clock. What is refused is not counted.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Answer, json } from "./exchange.js"
import type { Handler } from "./exchange.js"

/** The most requests in one second and in one hour. */
export interface Limits {
  readonly perSecond: number
  readonly perHour: number
}

/** The limits of the service, others, or none. */
export type LimitsOption = boolean | Partial<Limits>

/** The limits, and how much of them is left. */
export interface Quota extends Limits {
  readonly leftThisSecond: number
  readonly leftThisHour: number
}

/** The limits in force. */
export interface Limiter {
  /** Nothing while there are no limits. */
  readonly quota: Effect.Effect<Quota | undefined>
  /** Changes the limits. The requests counted so far still count. */
  readonly set: (limits: LimitsOption) => Effect.Effect<void>
  /** Refuses with a 429 what is beyond the limits, and adds the headers that tell what is left. */
  readonly around: (handler: Handler) => Handler
}

/** What the service allows. */
export const realLimits: Limits = { perSecond: 50, perHour: 10_000 }

const limitsOf = (option: LimitsOption): Limits | undefined =>
  option === false ? undefined : option === true ? realLimits : { ...realLimits, ...option }

const second = 1000
const hour = 3_600_000

const headersOf = (quota: Quota, now: number): Readonly<Record<string, string>> => {
  // Kong's own trio speaks of the window with the least left, of the longer one where both have the same.
  const hourly = quota.leftThisHour <= quota.leftThisSecond
  const reset = Math.max(1, Math.ceil(((hourly ? hour : second) - (now % (hourly ? hour : second))) / 1000))
  return {
    "ratelimit-limit": String(hourly ? quota.perHour : quota.perSecond),
    "ratelimit-remaining": String(hourly ? quota.leftThisHour : quota.leftThisSecond),
    "ratelimit-reset": String(reset),
    "x-ratelimit-limit-second": String(quota.perSecond),
    "x-ratelimit-remaining-second": String(quota.leftThisSecond),
    "x-ratelimit-limit-hour": String(quota.perHour),
    "x-ratelimit-remaining-hour": String(quota.leftThisHour)
  }
}

/** Kong's refusal. */
export const limitExceeded = (retryAfter: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  json(429, { message: "API rate limit exceeded" }, { ...headers, "retry-after": String(retryAfter) })

/** Limits that nothing was taken from yet. */
export const makeLimiter = (option: LimitsOption): Limiter => {
  let limits = limitsOf(option)
  const used = { second: { window: -1, count: 0 }, hour: { window: -1, count: 0 } }

  const count = (span: keyof typeof used, window: number): number => {
    if (used[span].window !== window) used[span] = { window, count: 0 }
    return used[span].count
  }
  const quotaAt = ({ perHour, perSecond }: Limits, now: number): Quota => ({
    perSecond,
    perHour,
    leftThisSecond: Math.max(0, perSecond - count("second", Math.floor(now / second))),
    leftThisHour: Math.max(0, perHour - count("hour", Math.floor(now / hour)))
  })

  return {
    quota: Effect.map(Clock.currentTimeMillis, (now) => (limits === undefined ? undefined : quotaAt(limits, now))),
    set: (option) =>
      Effect.sync(() => {
        limits = limitsOf(option)
      }),
    around: (handler) => (incoming) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        if (limits === undefined) return handler(incoming)
        const before = quotaAt(limits, now)
        if (before.leftThisSecond === 0 || before.leftThisHour === 0) {
          const headers = headersOf(before, now)
          return Effect.succeed(limitExceeded(Number(headers["ratelimit-reset"]), headers))
        }
        used.second.count += 1
        used.hour.count += 1
        const headers = headersOf(quotaAt(limits, now), now)
        return Effect.map(handler(incoming), (answer) => ({ ...answer, headers: { ...headers, ...answer.headers } }))
      })
  }
}
