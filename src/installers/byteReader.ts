/**
 * Reads a stream of bytes into buffers. A pipeline that runs an effect for each piece keeps about a hundred megabytes
 * of pieces alive, because they outlive the garbage collector's quick collections. Here each piece is copied and free
 * at once.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export interface ByteReader<E, R> {
  /** Fills the first `length` bytes of a buffer, or fewer if the stream ends. Gives the number of bytes. */
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
