/**
 * Streams an installer from storage. The last piece is sent only after the whole installer is verified.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import type { InstallerTransfer } from "../../services/InstallerTransfer.js"
import { openObject, type ReadError } from "./object.js"
import type { Settings } from "./wire.js"

/** How many bytes are handed over at a time. The same number of bytes may arrive meanwhile. */
const batchSize = 512 * 1024

/** Reads an installer over one connection, and continues over another one if it breaks. */
export const stream =
  (settings: Settings): InstallerTransfer.Service["stream"] =>
  (source, options = {}) =>
    Effect.gen(function* () {
      const object = yield* openObject(source, settings, options)
      const hash = createHash("sha256")
      const ready = yield* Effect.acquireRelease(
        Mailbox.make<Chunk.Chunk<Uint8Array>, ReadError>({ capacity: 1 }),
        ({ shutdown }) => shutdown
      )
      const run = Runtime.runPromise(yield* Effect.runtime<never>())
      let bytes = 0
      let pieces: Array<Buffer> = []
      let size = 0
      /** Hands over all pieces except the last one, which waits until the installer is verified. */
      const handOver = () => {
        const batch = Chunk.unsafeFromArray<Uint8Array>(pieces.splice(0, pieces.length - 1))
        size = 0
        return run(ready.offer(batch))
      }
      yield* object
        .read(0, undefined, (piece) => {
          hash.update(piece)
          bytes += piece.length
          pieces.push(piece)
          size += piece.length
          return size < batchSize || pieces.length === 1 ? undefined : handOver()
        })
        .pipe(Mailbox.into(ready), Effect.forkScoped)

      const last = Effect.suspend(() =>
        Effect.as(object.verify(bytes, hash.digest("hex")), Chunk.unsafeFromArray<Uint8Array>(pieces))
      )
      return Mailbox.toStream(ready).pipe(
        Stream.catchTag("ObjectChanged", ({ error }) => Stream.fail(error)),
        Stream.concat(Stream.fromEffect(last)),
        Stream.flattenChunks
      )
    }).pipe(Stream.unwrapScoped)
