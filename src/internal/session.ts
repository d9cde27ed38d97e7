/**
 * A session is open as long as its scope. A call after that fails at once; calls that are under way when the scope
 * closes get a moment to finish, and then fail as well.
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"

/** Runs a call in the session, or fails with what `closed` makes. */
export type RunInSession = <A, E>(call: Effect.Effect<A, E>, closed: () => E) => Effect.Effect<A, E>

export const makeSession = (drain: Duration.DurationInput): Effect.Effect<RunInSession, never, Scope.Scope> =>
  Effect.gen(function* () {
    const drained = yield* Deferred.make<void>()
    const underWay = new Set<() => void>()
    let open = true

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        open = false
        return underWay.size === 0 ? Effect.void : Effect.asVoid(Effect.timeoutOption(Deferred.await(drained), drain))
      }).pipe(Effect.zipRight(Effect.sync(() => underWay.forEach((cut) => cut()))))
    )

    return (call, closed) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.suspend(() => {
          if (!open) return Effect.fail(closed())
          // A timeout holds although the caller cannot be interrupted, as while it acquires a resource.
          return Effect.flatMap(Effect.fork(Effect.interruptible(call)), (fiber) =>
            restore(
              Effect.async<Effect.Effect.Success<typeof call>, Effect.Effect.Error<typeof call>>((resume) => {
                const cut = () => resume(Effect.zipRight(Fiber.interruptFork(fiber), Effect.fail(closed())))
                underWay.add(cut)
                fiber.addObserver((exit) => {
                  underWay.delete(cut)
                  if (!open && underWay.size === 0) Deferred.unsafeDone(drained, Effect.void)
                  resume(exit)
                })
              })
            ).pipe(Effect.onInterrupt(() => Fiber.interrupt(fiber)))
          )
        })
      )
  })
