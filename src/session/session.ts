/**
 * A session is open as long as its scope. A call after that fails at once; calls that are under way when the scope
 * closes get a moment to finish, and then are cut. The session also watches how long its exchanges take: one fiber for
 * all of them.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { monotonic } from "./pace.js"

/** Why something that was under way ends. */
export type Cut = "closed" | "timeout"

export interface Session {
  /** Runs a call, or fails with what `closed` makes. */
  readonly run: <A, E>(call: Effect.Effect<A, E>, closed: () => E) => Effect.Effect<A, E>
  /** Calls `cut` when the session is cut. Returns the function that ends the watch. */
  readonly watch: (cut: (why: Cut) => void) => () => void
  /** The same, and also when an exchange times out. */
  readonly watchTime: (cut: (why: Cut) => void) => () => void
  /** Sleeps, and returns whether the session is still open. Wakes up early if the session is cut. */
  readonly sleep: (pause: Duration.Duration) => Effect.Effect<boolean>
}

interface Watch {
  /** Let go of when the watch ends: V8 can keep an element of a set for long after it was deleted, with all it holds. */
  cut: (why: Cut) => void
  /** `Infinity`, or when the time is over. */
  readonly deadline: number
}

const nothing = (): void => undefined

/** How long the watching fiber sleeps at most: it also keeps the process alive. */
const nap = 1_000

export const makeSession = (options: {
  readonly drain: Duration.DurationInput
  readonly timeout: Duration.DurationInput
}): Effect.Effect<Session, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const runtime = yield* Effect.runtime<never>()
    const drained = yield* Deferred.make<void>()
    const gone = yield* Deferred.make<void>()
    const timeout = Duration.toMillis(options.timeout)
    const untimed = new Set<Watch>()
    /** The timeout is the same for all, so they stand in the order in which their time is over. */
    const timed = new Set<Watch>()
    let state: "open" | "draining" | "cut" = "open"
    let running = 0
    let watcher: Fiber.RuntimeFiber<void> | undefined

    const watchTimes: Effect.Effect<void> = Effect.suspend(() => {
      for (const watch of timed) {
        const left = watch.deadline - monotonic(clock)
        if (left > 0) return Effect.zipRight(Effect.sleep(Math.max(1, Math.min(left, nap))), watchTimes)
        timed.delete(watch)
        watch.cut("timeout")
      }
      watcher = undefined
      return Effect.void
    })

    const watchIn =
      (watches: Set<Watch>, deadline: () => number) =>
      (cut: (why: Cut) => void): (() => void) => {
        if (state === "cut") {
          cut("closed")
          return nothing
        }
        const watch: Watch = { cut, deadline: deadline() }
        watches.add(watch)
        return () => {
          watches.delete(watch)
          watch.cut = nothing
        }
      }
    const addTimed = watchIn(timed, () => monotonic(clock) + timeout)

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        state = "draining"
        // A finalizer cannot be interrupted, so what has a time limit there must say that it can.
        const done = Effect.interruptible(Deferred.await(drained))
        return running === 0 ? Effect.void : Effect.asVoid(Effect.timeoutOption(done, options.drain))
      }).pipe(
        Effect.zipRight(
          Effect.suspend(() => {
            state = "cut"
            for (const { cut } of [...untimed, ...timed]) cut("closed")
            Deferred.unsafeDone(gone, Effect.void)
            return watcher === undefined ? Effect.void : Fiber.interrupt(watcher)
          })
        )
      )
    )

    return {
      run: (call, closed) =>
        Effect.suspend(() => {
          let isIn = false
          return Effect.onExit(
            Effect.suspend(() => {
              if (state !== "open") return Effect.fail(closed())
              isIn = true
              running++
              return call
            }),
            () => {
              if (isIn) running--
              if (state === "draining" && running === 0) Deferred.unsafeDone(drained, Effect.void)
              return Effect.void
            }
          )
        }),
      watch: watchIn(untimed, () => Infinity),
      watchTime: (cut) => {
        const end = addTimed(cut)
        watcher ??= Runtime.runFork(runtime, watchTimes)
        return end
      },
      sleep: (pause) =>
        Effect.map(Effect.timeoutOption(Effect.interruptible(Deferred.await(gone)), pause), Option.isNone)
    }
  })
