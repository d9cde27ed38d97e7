/**
 * A session is open as long as its scope. A call after that fails at once; calls that are under way when the scope
 * closes get a moment to finish, and then fail as well.
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Runs a call in the session, or fails with what `closed` makes. */
export type RunInSession = <A, E>(call: Effect.Effect<A, E>, closed: () => E) => Effect.Effect<A, E>

export const makeSession = (drain: Duration.DurationInput): Effect.Effect<RunInSession, never, Scope.Scope> =>
  Effect.gen(function* () {
    const cut = yield* Deferred.make<void>()
    const drained = yield* Deferred.make<void>()
    let open = true
    let calls = 0

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        open = false
        return calls === 0 ? Effect.void : Deferred.await(drained)
      }).pipe(Effect.timeoutOption(drain), Effect.zipRight(Deferred.succeed(cut, undefined)))
    )

    return (call, closed) =>
      Effect.suspend(() => {
        if (!open) return Effect.fail(closed())
        calls++
        return call.pipe(
          Effect.raceFirst(Effect.flatMap(Deferred.await(cut), () => Effect.fail(closed()))),
          Effect.ensuring(
            Effect.suspend(() => {
              calls--
              return open || calls > 0 ? Effect.void : Deferred.succeed(drained, undefined)
            })
          )
        )
      })
  })
