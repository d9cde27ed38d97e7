/**
 * Splits a stream of bytes into parts of equal size.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { byteReader } from "../installers/byteReader.js"

/** Buffers for this many parts. The buffer of a finished part is used again for the next one. */
export const partMemory = (parts: number, size: number): Effect.Effect<Queue.Queue<Uint8Array>> =>
  Effect.tap(Queue.unbounded<Uint8Array>(), (memory) =>
    memory.offerAll(Array.from({ length: parts }, () => Buffer.allocUnsafeSlow(size)))
  )

/** Parts in order, each as large as a buffer; the last one may be smaller. Waits until a buffer is free. */
export const inParts = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  memory: Queue.Queue<Uint8Array>
): Stream.Stream<Uint8Array, E, R> =>
  Stream.unwrapScoped(
    Effect.map(byteReader(bytes), ({ fill }) =>
      Stream.repeatEffectOption(
        Effect.gen(function* () {
          const part = yield* memory.take
          const filled = yield* Effect.mapError(fill(part, part.length), Option.some)
          return filled === 0 ? yield* Effect.fail(Option.none()) : part.subarray(0, filled)
        })
      )
    )
  )
