/**
 * A session is open until its scope closes. After that, a new call fails at once. Calls that are under way get some
 * time to finish, and are then stopped. The session also watches the timeout of its requests, with one fiber for all of
 * them.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { monotonic } from "./pace.js"

/** Why a call that was under way is stopped. */
export type Cut = "closed" | "timeout"

export interface Session {
  /** Runs a call. If the session is closed, it fails with the error that `closed` returns. */
  readonly run: <A, E>(call: Effect.Effect<A, E>, closed: () => E) => Effect.Effect<A, E>
  /** Calls `cut` when the session stops its calls. Returns the function that ends this watch. */
  readonly watch: (cut: (why: Cut) => void) => () => void
  /** The same, but `cut` is also called when the timeout has passed. */
  readonly watchTime: (cut: (why: Cut) => void) => () => void
  /** Sleeps, and returns whether the session is still open. Returns early if the session stops its calls. */
  readonly sleep: (pause: Duration.Duration) => Effect.Effect<boolean>
}

interface Watch {
  /**
   * Replaced when the watch ends, because V8 can keep a deleted element of a set, and everything that it refers to, for
   * a long time.
   */
  cut: (why: Cut) => void
  /** When the timeout has passed, in monotonic milliseconds; `Infinity` if there is no timeout. */
  readonly deadline: number
}

const nothing = (): void => undefined

/**
 * The longest sleep of the watching fiber, in milliseconds. It is short because a sleeping fiber keeps the process
 * alive.
 */
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
    /** All have the same timeout, so the set is in the order of their deadlines. */
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
        // A finalizer is uninterruptible. The time limit can only stop the wait if the wait is made interruptible.
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
