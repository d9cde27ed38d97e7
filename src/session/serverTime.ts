/**
 * Tells the time of the server's clock, because that clock decides what has expired. This machine's clock may be wrong.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export interface ServerTime {
  /** Reads the `Date` of an answer. `now` is the time of this machine, in milliseconds since 1970. */
  readonly learn: (date: string | undefined, now: number) => void
  /**
   * Milliseconds since 1970, by the server's clock if an answer had a `Date`, else by this machine's clock. Logs a
   * warning, once, if the two are more than five minutes apart.
   */
  readonly now: Effect.Effect<number>
}

export const makeServerTime = (): ServerTime => {
  /** The server's time minus this machine's, in milliseconds. */
  let ahead = 0
  let isTold = false
  return {
    learn: (date, now) => {
      const time = Date.parse(date ?? "")
      if (!Number.isNaN(time)) ahead = time - now
    },
    now: Effect.clockWith((clock) => {
      const local = clock.unsafeCurrentTimeMillis()
      const time = Effect.succeed(local + ahead)
      const difference = clockDifference(local, local + ahead)
      if (isTold || difference === undefined || local < wasNeverSet) return time
      isTold = true
      return Effect.zipRight(Effect.logWarning(`Expiry is judged by the server's clock: ${difference}.`), time)
    })
  }
}

/** A clock near 1970 is a `TestClock`: on a machine with that time, TLS would have failed. */
const wasNeverSet = Duration.toMillis("365 days")

/** Differences up to this one are normal. */
const tolerance = Duration.toMillis("5 minutes")

/**
 * Says how wrong this machine's clock is. Returns `undefined` if the two times are at most five minutes apart. Both are
 * in milliseconds since 1970.
 */
export const clockDifference = (local: number, server: number): string | undefined => {
  const seconds = Math.round((local - server) / 1000)
  if (Math.abs(seconds) * 1000 <= tolerance) return undefined
  const size = Duration.format(Duration.seconds(Math.abs(seconds)))
  return `the clock of this machine is ${size} ${seconds > 0 ? "ahead of" : "behind"} the server's`
}
