/**
 * Copies a tenant's installer into a bucket. A large one is sent in parts, and the object appears only after
 * verification.
 */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand
} from "@aws-sdk/client-s3"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadError } from "../errors/PayloadIntegrityError.js"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import { invalidArgument } from "../operation/arguments.js"
import type { CustomApp } from "../schemas/CustomApp.js"
import { CustomApps } from "../services/CustomApps.js"
import type { TransferOptions } from "../services/InstallerTransfer.js"
import { call, type Failure } from "./calls.js"
import { Client, type S3Object } from "./Client.js"
import { inParts, partMemory } from "./parts.js"

const mebibyte = 1024 * 1024
const operation = "S3Installers.archive"

/** Where an installer is copied to, and how. */
export interface ArchiveOptions extends S3Object, TransferOptions {
  /**
   * Bytes of one part: at least 5 MiB, which is the default. An installer that fits into one part is sent in one
   * request.
   */
  readonly partSize?: number | undefined
  /** How many parts are sent at the same time. Default 2. One more part is held in memory. */
  readonly concurrency?: number | undefined
}

/** An installer in a bucket. */
export interface Archived extends S3Object {
  /**
   * `unchanged`: the bucket already had the object from an earlier `archive` with the same sha256, and nothing was
   * sent.
   */
  readonly status: "archived" | "unchanged"
  /** In bytes; `undefined` if the tenant does not return it. */
  readonly size: number | undefined
  /** In lower-case hex; `undefined` if the tenant does not return it. Also the object's metadata `sha256`. */
  readonly sha256: string | undefined
  /** Whether the tenant returned a sha256, so that the bytes could be verified. */
  readonly verified: boolean
}

/**
 * Streams a tenant's installer into a bucket and verifies its sha256 before the object appears. If the sha256 is wrong,
 * or the copy fails or is interrupted, the bucket keeps neither an object nor parts. Sends nothing if the object's
 * metadata already has the same sha256.
 *
 * Fails with `Sink` if the bucket cannot be written, and with `Conflict` if the app got another installer during the
 * copy.
 *
 * @example
 * yield* S3Installers.archive(app, { bucket: "installers", key: `iru/${app.id}/${app.file_name}` })
 */
export const archive = (
  app: CustomApp | string,
  { bucket, concurrency = 2, key, partSize = 5 * mebibyte, ...options }: ArchiveOptions
): Effect.Effect<Archived, ApiClientError | PayloadError, Client | CustomApps> =>
  Effect.gen(function* () {
    if (!Number.isInteger(partSize) || partSize < 5 * mebibyte)
      return yield* invalidArgument(operation, { partSize: ["must be a whole number of bytes, 5 MiB or more"] })
    if (!Number.isInteger(concurrency) || concurrency < 1)
      return yield* invalidArgument(operation, { concurrency: ["must be a whole number above 0"] })
    const client = yield* Client
    const apps = yield* CustomApps
    const { file_name: name, file_size: size, id, sha256 } = yield* apps.get(typeof app === "string" ? app : app.id)

    const archived = { bucket, key, size, sha256, verified: sha256 !== undefined }
    const address = { Bucket: bucket, Key: key }
    const described = {
      ...address,
      ContentType: "application/octet-stream",
      ...(sha256 === undefined ? {} : { Metadata: { sha256 } })
    }
    const fail = ({ code, detail, status }: Failure) =>
      new PayloadTransferError({
        reason: "Sink",
        direction: "download",
        name,
        status,
        code,
        detail: `s3://${bucket}/${key}: ${detail}`
      })
    const sending = <A>(send: Parameters<typeof call<A>>[0]) => Effect.mapError(call(send), fail)

    // Without `s3:GetObject`, this request fails and the installer is sent again.
    const there = yield* Effect.option(call((signal) => client.send(new HeadObjectCommand(address), signal)))
    if (
      sha256 !== undefined &&
      there._tag === "Some" &&
      there.value.Metadata?.["sha256"] === sha256 &&
      there.value.ContentLength === (size ?? there.value.ContentLength)
    )
      return { status: "unchanged" as const, ...archived }

    const memory = yield* partMemory(concurrency + 1, partSize)
    const parts = inParts(apps.installer(id, options), memory)

    /** Checks that the app still has the installer whose metadata was read. */
    const stillTheSame = Effect.flatMap(apps.get(id), (now) =>
      now.sha256 === sha256
        ? Effect.void
        : new ApiClientError({
            reason: "Conflict",
            operation,
            detail: `${name} was replaced by another installer while it was archived`
          })
    )

    const whole = Effect.gen(function* () {
      const Body = Buffer.concat(Chunk.toReadonlyArray(yield* Stream.runCollect(parts)))
      yield* stillTheSame
      yield* sending((signal) => client.send(new PutObjectCommand({ ...described, Body }), signal))
    })

    const start = Effect.gen(function* () {
      // S3 only accepts parts with a checksum, which the SDK sends by default, if the upload was created with that
      // algorithm.
      const checksums = yield* Effect.promise(() => client.config.requestChecksumCalculation())
      const announced = {
        ...described,
        ...(checksums === "WHEN_SUPPORTED" ? { ChecksumAlgorithm: "CRC32" as const } : {})
      }
      const started = yield* sending((signal) => client.send(new CreateMultipartUploadCommand(announced), signal))
      return started.UploadId
    })

    const upload = (UploadId: string | undefined) =>
      Effect.gen(function* () {
        const Parts = yield* parts.pipe(
          Stream.zipWithIndex,
          Stream.mapEffect(
            ([Body, index]) => {
              const part = { ...address, UploadId, PartNumber: index + 1, Body }
              return sending((signal) => client.send(new UploadPartCommand(part), signal)).pipe(
                Effect.zipLeft(memory.offer(new Uint8Array(Body.buffer))),
                // The answer includes the checksums of the part, which S3 requires again at the end.
                Effect.map((sent): CompletedPart => ({ ...sent, PartNumber: index + 1 }))
              )
            },
            { concurrency }
          ),
          Stream.runCollect,
          Effect.map(Chunk.toArray)
        )
        yield* stillTheSame
        const complete = { ...address, UploadId, MultipartUpload: { Parts } }
        yield* sending((signal) => client.send(new CompleteMultipartUploadCommand(complete), signal))
      })

    const abandon = (UploadId: string | undefined) =>
      call((signal) => client.send(new AbortMultipartUploadCommand({ ...address, UploadId }), signal)).pipe(
        Effect.catchAll(({ code }) =>
          code === "NoSuchUpload"
            ? Effect.void
            : Effect.logWarning(`Parts of s3://${bucket}/${key} may be left in the bucket, upload ${UploadId}: ${code}`)
        )
      )

    yield* size !== undefined && size <= partSize
      ? whole
      : Effect.acquireUseRelease(start, upload, (uploadId, exit) =>
          Exit.isSuccess(exit) ? Effect.void : abandon(uploadId)
        )
    return { status: "archived" as const, ...archived }
  }).pipe(Effect.withSpan(operation, { captureStackTrace: false }))
