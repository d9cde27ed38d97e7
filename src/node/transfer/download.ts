/**
 * An installer's way from storage to a file: beside the target first, and onto it only when it is whole and verified.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as NodeSink from "@effect/platform-node/NodeSink"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { createHash, randomBytes } from "node:crypto"
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { PayloadIntegrityError } from "../../errors/PayloadIntegrityError.js"
import type { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import type { InstallerTransfer } from "../../services/InstallerTransfer.js"
import { pieceSize } from "./source.js"
import {
  failures,
  followRedirects,
  refusal,
  type Settings,
  stalled,
  type StorageClient,
  transportFacts
} from "./storage.js"

type Fail = ReturnType<typeof failures>

/** Downloads one installer to a file. */
export const download = (bare: StorageClient, settings: Settings): InstallerTransfer.Service["download"] => {
  const http = followRedirects(bare)
  return (source, target, options = {}) =>
    Effect.gen(function* () {
      const installer = yield* source
      const { name, size } = installer
      const hash = createHash("sha256")
      let bytes = 0
      const fail = failures("download", name, () => bytes)
      const report = (phase: "downloading" | "verifying") => options.onProgress?.({ phase, name, bytes, total: size })

      const part = yield* partFile(target, fail)
      const response = yield* http
        .execute(HttpClientRequest.get(Redacted.value(installer.url), { headers: { "accept-encoding": "identity" } }))
        .pipe(Effect.mapError((error) => fail("Transport", transportFacts(error.cause))))
      if (response.status !== 200) return yield* refusal(response, fail)

      yield* response.stream.pipe(
        Stream.mapError((error) => cutOrTransport(error.cause, fail)),
        Stream.mapChunks((pieces) => {
          for (const piece of pieces) {
            hash.update(piece)
            bytes += piece.length
          }
          report("downloading")
          return pieces
        }),
        Stream.takeUntil(() => size !== undefined && bytes > size),
        Stream.run(
          NodeSink.fromWritable(
            () => part.handle.createWriteStream({ highWaterMark: pieceSize }),
            (cause) => fail("Sink", transportFacts(cause))
          )
        ),
        Effect.raceFirst(stalled(() => bytes, fail, settings))
      )

      if (size !== undefined && bytes < size) return yield* fail("Truncated", { detail: `${bytes} of ${size} bytes` })
      if (size !== undefined && bytes > size) {
        return yield* new PayloadIntegrityError({
          direction: "download",
          name,
          check: "size",
          expected: `${size} bytes`,
          actual: `more than that`
        })
      }
      report("verifying")
      const actual = hash.digest("hex")
      const expected = installer.sha256?.toLowerCase()
      if (expected !== undefined && actual !== expected) {
        return yield* new PayloadIntegrityError({ direction: "download", name, check: "sha256", expected, actual })
      }
      yield* onDisk(() => rename(part.path, target), fail)
      return { path: target, size: bytes, sha256: actual, verified: expected !== undefined }
    }).pipe(Effect.scoped, Effect.withSpan("InstallerTransfer.download", { captureStackTrace: false }))
}

interface PartFile {
  readonly path: string
  readonly handle: FileHandle
}

/** A file of its own beside the target, which goes with the scope unless it was renamed. */
const partFile = (target: string, fail: Fail): Effect.Effect<PartFile, PayloadTransferError, Scope.Scope> =>
  Effect.zipRight(
    refuseFolder(target, fail),
    Effect.acquireRelease(
      Effect.suspend(() => {
        const path = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString("hex")}.part`)
        return onDisk(async () => ({ path, handle: await open(path, "wx") }), fail)
      }),
      ({ handle, path }) =>
        Effect.promise(async () => {
          await handle.close().catch(() => undefined)
          await rm(path, { force: true })
        })
    )
  )

const refuseFolder = (target: string, fail: Fail) =>
  Effect.flatMap(
    Effect.promise(() => stat(target).catch(() => undefined)),
    (found) =>
      found?.isDirectory() === true ? Effect.fail(fail("Sink", { detail: `${target} is a folder` })) : Effect.void
  )

const onDisk = <A>(action: () => Promise<A>, fail: Fail): Effect.Effect<A, PayloadTransferError> =>
  Effect.tryPromise({ try: action, catch: (cause) => fail("Sink", transportFacts(cause)) })

/** A connection that ends before the length it promised is a cut. */
const cutOrTransport = (cause: unknown, fail: Fail): PayloadTransferError =>
  fail(cause instanceof Error && "code" in cause && cause.code === "UND_ERR_SOCKET" ? "Truncated" : "Transport", {
    ...transportFacts(cause)
  })
