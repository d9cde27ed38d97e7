/**
 * An installer's way from storage to whoever reads it: the last piece comes only when all of it is verified.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import type { InstallerTransfer } from "../../services/InstallerTransfer.js"
import { openObject } from "./object.js"
import type { Settings } from "./wire.js"

/** Reads one installer over one connection, and goes on over another where that one breaks. */
export const stream =
  (settings: Settings): InstallerTransfer.Service["stream"] =>
  (source, options = {}) =>
    Effect.gen(function* () {
      const object = yield* openObject(source, settings, options)
      const hash = createHash("sha256")
      let bytes = 0
      let withheld = Chunk.empty<Uint8Array>()
      const verified = Effect.suspend(() => Effect.as(object.verify(bytes, hash.digest("hex")), withheld))
      return object.read(0).pipe(
        Stream.catchTag("ObjectChanged", ({ error }) => Stream.fail(error)),
        Stream.mapConcatChunk(({ pieces, size }) => {
          for (const piece of pieces) hash.update(piece)
          bytes += size
          const ready = withheld
          withheld = Chunk.unsafeFromArray(pieces)
          return ready
        }),
        Stream.concat(Stream.fromIterableEffect(verified))
      )
    }).pipe(Stream.unwrap)
