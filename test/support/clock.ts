/**
 * Time that passes as fast as a test likes, beside sockets that take the time they take.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"

const aTurn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

/**
 * Runs a program on the test clock. Whenever it sleeps for a time within the limits, the clock goes there at once; what
 * sleeps for longer or shorter (a timeout, a pace) is not what it waits for. Gives how it ended, and its waits in seconds.
 */
export const runCountingWaits = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  { atLeast, atMost }: { readonly atLeast: Duration.DurationInput; readonly atMost: Duration.DurationInput }
): Effect.Effect<{ readonly exit: Exit.Exit<A, E>; readonly waits: ReadonlyArray<number> }, never, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(program)
    const waits: Array<number> = []
    for (;;) {
      const exit = yield* Fiber.poll(fiber)
      if (exit._tag === "Some") return { exit: exit.value, waits }
      const now = yield* Clock.currentTimeMillis
      const wait = [...(yield* TestClock.sleeps())]
        .map((until) => until - now)
        .filter((millis) => millis >= Duration.toMillis(atLeast) && millis <= Duration.toMillis(atMost))
        .sort((one, other) => one - other)[0]
      if (wait === undefined) {
        yield* aTurn
      } else {
        waits.push(wait / 1000)
        yield* TestClock.adjust(wait)
      }
    }
  })
