/**
 * The time by the tenant's clock, which decides what has expired. This machine's clock may be wrong.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export interface ServerTime {
  /** Takes what an answer says of the time. `now` is this machine's, in milliseconds since 1970. */
  readonly learn: (date: string | undefined, now: number) => void
  /**
   * Milliseconds since 1970, by the server's clock as far as an answer told it, else by this machine's. Logs a warning,
   * once, if the two are more than five minutes apart.
   */
  readonly now: Effect.Effect<number>
}

export const makeServerTime = (): ServerTime => {
  /** The server's time minus this machine's. */
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

/** A clock near 1970 is a `TestClock`: with such a machine time, TLS would have failed. */
const wasNeverSet = Duration.toMillis("365 days")

/** Smaller differences are normal. */
const tolerance = Duration.toMillis("5 minutes")

/** What is wrong with this machine's clock, if it is more than five minutes from the server's. */
export const clockDifference = (local: number, server: number): string | undefined => {
  const seconds = Math.round((local - server) / 1000)
  if (Math.abs(seconds) * 1000 <= tolerance) return undefined
  const size = Duration.format(Duration.seconds(Math.abs(seconds)))
  return `the clock of this machine is ${size} ${seconds > 0 ? "ahead of" : "behind"} the server's`
}
