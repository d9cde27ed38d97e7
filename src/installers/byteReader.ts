/**
 * A stream of bytes, read by hand into buffers. Pieces on their way through a pipeline with an effect for each of them
 * outlive the quick collections: a hundred megabytes at a time, where these are copied and gone.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export interface ByteReader<E, R> {
  /** Fills the beginning of a buffer, this many bytes of it, or fewer where the stream ends. Gives how many. */
  readonly fill: (buffer: Uint8Array, length: number) => Effect.Effect<number, E, R>
  readonly isAtEnd: Effect.Effect<boolean, E, R>
}

/** Reads a stream while the scope is open. */
export const byteReader = <E, R>(
  stream: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<ByteReader<E, R>, never, R | Scope.Scope> =>
  Effect.map(Stream.toPull(stream), (pull) => {
    const next = Effect.catchAll(
      Effect.asSome(pull),
      Option.match({ onNone: () => Effect.succeedNone, onSome: (error) => Effect.fail(error) })
    )
    let pieces: Iterator<Uint8Array> = [].values()
    let rest: Uint8Array = new Uint8Array()

    const isAtEnd = Effect.gen(function* () {
      while (rest.length === 0) {
        const piece = pieces.next()
        if (piece.done !== true) rest = piece.value
        else {
          const chunk = yield* next
          if (Option.isNone(chunk)) return true
          pieces = chunk.value[Symbol.iterator]()
        }
      }
      return false
    })
    const fill = (buffer: Uint8Array, length: number) =>
      Effect.gen(function* () {
        let filled = 0
        while (filled < length && !(yield* isAtEnd)) {
          const taken = rest.subarray(0, length - filled)
          buffer.set(taken, filled)
          filled += taken.length
          rest = rest.subarray(taken.length)
        }
        return filled
      })
    return { fill, isAtEnd }
  })
