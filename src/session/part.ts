/**
 * What a part of a program has otherwise than the whole: a reference that is set around an effect or a stream.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Stream from "effect/Stream"

/** A part of a program. */
export type Part = Effect.Effect<unknown, unknown, unknown> | Stream.Stream<unknown, unknown, unknown>

/** A function that takes a part and a value, in this order, or the value first. */
export interface ForPart<in Value> {
  (value: Value): <P extends Part>(self: P) => P
  <P extends Part>(self: P, value: Value): P
}

/** Makes the function that sets a reference. `combine` has what is set further out, and the new value. */
export const setReference = <Id, Current, Value>(
  reference: Context.Reference<Id, Current>,
  combine: (around: Current, value: Value) => Current
): ForPart<Value> =>
  dual(2, <P extends Part>(self: P, value: Value): P => {
    const set: Part = Effect.isEffect(self)
      ? Effect.flatMap(reference, (around) => Effect.provideService(self, reference, combine(around, value)))
      : Stream.unwrap(Effect.map(reference, (around) => Stream.provideService(self, reference, combine(around, value))))
    return set as P
  })
