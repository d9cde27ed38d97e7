/**
 * An installer's way from storage to whoever reads it: the last piece comes only when all of it is verified.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { type PayloadError, PayloadIntegrityError } from "../../errors/PayloadIntegrityError.js"
import type { InstallerTransfer } from "../../services/InstallerTransfer.js"
import { failures, followRedirects, refusal, type StorageClient, transportFacts } from "./storage.js"

/** Reads one installer. */
export const stream = (bare: StorageClient): InstallerTransfer.Service["stream"] => {
  const http = followRedirects(bare)
  return (source, options = {}) =>
    Effect.gen(function* () {
      const { name, sha256, size, url } = yield* source
      const hash = createHash("sha256")
      let bytes = 0
      let withheld = Chunk.empty<Uint8Array>()
      const fail = failures("download", name, () => bytes)
      const response = yield* http
        .execute(HttpClientRequest.get(Redacted.value(url), { headers: { "accept-encoding": "identity" } }))
        .pipe(Effect.mapError((error) => fail("Transport", transportFacts(error.cause))))
      if (response.status !== 200) return yield* refusal(response, fail)
      const verified = Effect.suspend((): Effect.Effect<Chunk.Chunk<Uint8Array>, PayloadError> => {
        options.onProgress?.({ phase: "verifying", name, bytes, total: size })
        if (size !== undefined && bytes < size) return fail("Truncated", { detail: `${bytes} of ${size} bytes` })
        const differs = (check: "size" | "sha256", expected: string, actual: string) =>
          new PayloadIntegrityError({ direction: "download", name, check, expected, actual })
        if (size !== undefined && bytes > size) return differs("size", `${size} bytes`, "more than that")
        const [expected, actual] = [sha256?.toLowerCase(), hash.digest("hex")]
        if (expected !== undefined && actual !== expected) return differs("sha256", expected, actual)
        return Effect.succeed(withheld)
      })
      return response.stream.pipe(
        Stream.mapError((error) => fail("Transport", transportFacts(error.cause))),
        Stream.mapChunks((pieces) => {
          for (const piece of pieces) {
            hash.update(piece)
            bytes += piece.length
          }
          options.onProgress?.({ phase: "downloading", name, bytes, total: size })
          const ready = withheld
          withheld = pieces
          return ready
        }),
        Stream.concat(Stream.fromIterableEffect(verified))
      )
    }).pipe(Stream.unwrap)
}
