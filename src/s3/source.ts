/**
 * An installer on its way out of a bucket.
 */
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import { baseName } from "../installers/files.js"
import type { Installer } from "../schemas/Installer.js"
import { call, type Failure, failureOf } from "./calls.js"
import { Client, type S3Object } from "./Client.js"

/** How often a connection that breaks is opened again without a byte in between. */
const maxTries = 3

/** Where an installer lies. */
export interface SourceOptions extends S3Object {
  /** The name that the tenant is told. Default: the last part of the key. */
  readonly name?: string | undefined
}

/**
 * An installer that lies in a bucket, for `CustomApps.publish`, `create` or `update`. If the object
 * changes after this, reading it fails; a connection that breaks is continued where it broke. If its metadata has a
 * `sha256`, as `archive` writes it, the bytes that are read must have it.
 *
 * Fails with `Source` where it cannot be read.
 *
 * @example
 * const installer = yield* S3Installers.source({ bucket: "installers", key: "firefox/Firefox.pkg" })
 * yield* apps.publish({ name: "Firefox", install_type: "package", install_enforcement: "install_once", installer })
 */
export const source = (object: SourceOptions): Effect.Effect<Installer, PayloadTransferError, Client> =>
  Effect.gen(function* () {
    const client = yield* Client
    const address = { Bucket: object.bucket, Key: object.key }
    const name = object.name ?? baseName(object.key)
    const fail = ({ code, detail, status }: Failure) =>
      new PayloadTransferError({
        reason: "Source",
        direction: "upload",
        name,
        status,
        code,
        detail: `s3://${object.bucket}/${object.key}: ${status === 412 ? "it was changed meanwhile" : detail}`
      })

    const {
      ContentLength: size,
      ETag,
      Metadata
    } = yield* Effect.mapError(
      call((options) => client.send(new HeadObjectCommand(address), options)),
      fail
    )
    if (size === undefined) return yield* fail({ status: undefined, code: "NoSize", detail: "its size is not told" })

    const open = (start: number) =>
      call((options) =>
        client.send(
          new GetObjectCommand({ ...address, IfMatch: ETag, ...(start > 0 ? { Range: `bytes=${start}-` } : {}) }),
          options
        )
      ).pipe(
        Effect.flatMap(({ Body }) =>
          Body instanceof Readable
            ? Effect.succeed(Body)
            : Effect.fail({ status: undefined, code: "NoBody", detail: "there is nothing to read" })
        )
      )
    /** From a byte on. A connection that breaks is opened again where it broke, a few times without a byte at most. */
    const from = (start: number, tries: number): Stream.Stream<Uint8Array, Failure> =>
      Stream.suspend(() => {
        let read = start
        return Stream.acquireRelease(open(start), (body) => Effect.sync(() => body.destroy())).pipe(
          Stream.flatMap((body) => Stream.fromAsyncIterable<Uint8Array, Failure>(body, failureOf)),
          Stream.mapChunks((pieces) => {
            for (const piece of pieces) read += piece.length
            return pieces
          }),
          Stream.catchAll((failure) => {
            const left = read > start ? maxTries : tries - 1
            return failure.status === undefined && left > 0 ? from(read, left) : Stream.fail(failure)
          })
        )
      })
    const stream = from(0, maxTries).pipe(withDigest(Metadata?.["sha256"]), Stream.mapError(fail))
    return { stream, size, name }
  }).pipe(Effect.withSpan("S3Installers.source", { captureStackTrace: false }))

/** Ends in a failure if the bytes do not have the sha256 that is given. */
const withDigest =
  (expected: string | undefined) =>
  (stream: Stream.Stream<Uint8Array, Failure>): Stream.Stream<Uint8Array, Failure> =>
    expected === undefined
      ? stream
      : Stream.suspend(() => {
          const hash = createHash("sha256")
          const compare = Stream.suspend(() => {
            const actual = hash.digest("hex")
            if (actual === expected.toLowerCase()) return Stream.empty
            const detail = `its sha256 is ${actual}, and its metadata says ${expected}`
            return Stream.fail({ status: undefined, code: "BadDigest", detail })
          })
          return stream.pipe(
            Stream.map((piece) => {
              hash.update(piece)
              return piece
            }),
            Stream.concat(compare)
          )
        })
