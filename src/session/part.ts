/**
 * Sets a reference for one part of a program, which is an effect or a stream.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Stream from "effect/Stream"

/** A part of a program: an effect or a stream. */
export type Part = Effect.Effect<unknown, unknown, unknown> | Stream.Stream<unknown, unknown, unknown>

/** A function that takes a part and a value, or only the value; then it returns a function that takes the part. */
export interface ForPart<in Value> {
  (value: Value): <P extends Part>(self: P) => P
  <P extends Part>(self: P, value: Value): P
}

/** The type of a part that also needs `R`. */
export type NeedingPart<P extends Part, R> = [R] extends [never]
  ? P
  : P extends Effect.Effect<infer A, infer E, infer Needed>
    ? Effect.Effect<A, E, Needed | R>
    : P extends Stream.Stream<infer A, infer E, infer Needed>
      ? Stream.Stream<A, E, Needed | R>
      : never

/** Sets a reference around a part. `value` runs each time the part runs. */
export const provideTo = <Id, Current, R>(
  self: Part,
  reference: Context.Reference<Id, Current>,
  value: Effect.Effect<Current, never, R>
): Part =>
  Effect.isEffect(self)
    ? Effect.flatMap(value, (value) => Effect.provideService(self, reference, value))
    : Stream.unwrap(Effect.map(value, (value) => Stream.provideService(self, reference, value)))

/** Makes a function that sets a reference. `combine` gets the value that is set around the part, and the new value. */
export const setReference = <Id, Current, Value>(
  reference: Context.Reference<Id, Current>,
  combine: (around: Current, value: Value) => Current
): ForPart<Value> =>
  dual(
    2,
    <P extends Part>(self: P, value: Value): P =>
      provideTo(
        self,
        reference,
        Effect.map(reference, (around) => combine(around, value))
      ) as P
  )
