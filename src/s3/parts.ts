/**
 * Bytes in parts of one size.
 */
import * as Stream from "effect/Stream"

/** Parts of `size` bytes, in order; the last one has what is left. */
export const inParts = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>, size: number): Stream.Stream<Uint8Array, E, R> =>
  Stream.suspend(() => {
    let part = Buffer.alloc(0)
    let filled = 0
    return bytes.pipe(
      Stream.mapConcat((piece) => {
        const full: Array<Uint8Array> = []
        for (let taken = 0; taken < piece.length;) {
          if (filled === 0) part = Buffer.allocUnsafeSlow(size)
          const next = piece.subarray(taken, taken + size - filled)
          part.set(next, filled)
          taken += next.length
          filled += next.length
          if (filled < size) continue
          full.push(part)
          filled = 0
        }
        return full
      }),
      Stream.concat(Stream.suspend(() => (filled === 0 ? Stream.empty : Stream.make(part.subarray(0, filled)))))
    )
  })
