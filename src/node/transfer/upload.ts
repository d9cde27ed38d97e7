/**
 * An installer's way to storage: a form with the fields that the place wants, and the file last.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Readable } from "node:stream"
import type { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { multipart } from "../../internal/multipart.js"
import type { InstallerTransfer } from "../../services/InstallerTransfer.js"
import { readPolicy } from "./policy.js"
import { pieceSize, readInstaller } from "./source.js"
import { failures, refusal, type Settings, stalled, type StorageClient, transportFacts } from "./storage.js"

/** Uploads to one place, checked against the place's own policy first. */
export const upload =
  (
    http: StorageClient,
    inspect: InstallerTransfer.Service["inspect"],
    settings: Settings
  ): InstallerTransfer.Service["upload"] =>
  (installer, options) =>
    Effect.gen(function* () {
      const { name, size } = yield* inspect(installer, "InstallerTransfer.upload")
      const place = yield* options.presign
      const fields = Redacted.value(place.post_data)
      let sent = 0
      let broken: unknown
      const fail = failures("upload", name, () => sent)

      const { expires, sizes } = readPolicy(fields)
      if (expires !== undefined && expires <= (yield* Clock.currentTimeMillis)) {
        return yield* fail("Expired", { detail: `its place in storage expired ${new Date(expires).toISOString()}` })
      }
      if (sizes !== undefined && (size < sizes.least || size > sizes.most)) {
        return yield* fail("Rejected", {
          code: size > sizes.most ? "EntityTooLarge" : "EntityTooSmall",
          detail: `${size} bytes where storage takes ${sizes.least} to ${sizes.most}; nothing was sent`
        })
      }

      const frame = multipart(Object.entries(fields), {
        field: "file",
        filename: name,
        contentType: "application/octet-stream"
      })
      const body = async function* () {
        yield frame.head
        try {
          for await (const piece of readInstaller(installer, size)) {
            yield piece
            sent += piece.length
            options.onProgress?.({ phase: "uploading", name, bytes: sent, total: size })
          }
        } catch (cause) {
          broken = cause
          throw cause
        }
        yield frame.tail
      }
      const request = HttpClientRequest.post(place.post_url).pipe(
        HttpClientRequest.setBody(
          HttpBody.raw(Readable.from(body(), { objectMode: false, highWaterMark: pieceSize }), {
            contentType: frame.contentType,
            contentLength: frame.head.length + size + frame.tail.length
          })
        )
      )

      const sourceOrTransport = (error: { readonly cause?: unknown }): PayloadTransferError =>
        broken === undefined
          ? fail("Transport", transportFacts(error.cause))
          : fail("Source", { detail: broken instanceof Error ? broken.message : String(broken), cause: broken })

      yield* http.execute(request).pipe(
        Effect.mapError(sourceOrTransport),
        Effect.flatMap((response) =>
          response.status >= 200 && response.status <= 299
            ? Effect.mapError(response.text, sourceOrTransport)
            : refusal(response, fail)
        ),
        Effect.raceFirst(stalled(() => sent, fail, settings))
      )
      if (sent !== size) return yield* fail("Truncated", { detail: "storage answered before it had everything" })
      return place
    }).pipe(Effect.withSpan("InstallerTransfer.upload", { captureStackTrace: false }))
