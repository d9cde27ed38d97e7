/**
 * Limits the requests of a tenant like Kong's rate-limiting plugin, which counts by whole seconds and whole hours of
 * the clock. Refused requests are not counted.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Answer, json } from "./exchange.js"
import type { Handler } from "./exchange.js"

/** The maximum number of requests per second and per hour. */
export interface Limits {
  readonly perSecond: number
  readonly perHour: number
}

/** `true`: the limits of the service. `false`: no limits. An object: other limits. */
export type LimitsOption = boolean | Partial<Limits>

/** The limits, and how many requests are left. */
export interface Quota extends Limits {
  readonly leftThisSecond: number
  readonly leftThisHour: number
}

/** Counts requests and refuses those above the limits. */
export interface Limiter {
  /** `undefined` if there are no limits. */
  readonly quota: Effect.Effect<Quota | undefined>
  /** Changes the limits. Requests that were already counted still count. */
  readonly set: (limits: LimitsOption) => Effect.Effect<void>
  /** Answers requests above the limits with a 429. Adds the headers that say how many requests are left. */
  readonly around: (handler: Handler) => Handler
}

/** The limits of the service. */
export const realLimits: Limits = { perSecond: 50, perHour: 10_000 }

const limitsOf = (option: LimitsOption): Limits | undefined =>
  option === false ? undefined : option === true ? realLimits : { ...realLimits, ...option }

const second = 1000
const hour = 3_600_000

const headersOf = (quota: Quota, now: number): Readonly<Record<string, string>> => {
  // Kong's three headers describe the window with fewer requests left, or the hour if both have the same number.
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

/** Kong's answer to a request above the limits. */
export const limitExceeded = (retryAfter: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  json(429, { message: "API rate limit exceeded" }, { ...headers, "retry-after": String(retryAfter) })

/** A limiter that has not counted any request. */
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
