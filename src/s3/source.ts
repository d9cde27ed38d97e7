/**
 * Reads an installer from a bucket.
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

/** How many times in a row a broken connection is opened again if no byte arrives in between. */
const maxTries = 3

/** Where the installer is. */
export interface SourceOptions extends S3Object {
  /** The file name that the tenant gets. Default: the last part of the key. */
  readonly name?: string | undefined
}

/**
 * An installer in a bucket, for `CustomApps.publish`, `create` or `update`. Reading fails if the object changes
 * afterwards. A broken connection resumes at the byte where it broke. If the object's metadata has a `sha256`, as
 * `archive` writes it, reading fails unless the bytes match it.
 *
 * Fails with `Source` if the object cannot be read.
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
        detail: `s3://${object.bucket}/${object.key}: ${status === 412 ? "it was changed since it was opened" : detail}`
      })

    const {
      ContentLength: size,
      ETag,
      Metadata
    } = yield* Effect.mapError(
      call((options) => client.send(new HeadObjectCommand(address), options)),
      fail
    )
    if (size === undefined)
      return yield* fail({ status: undefined, code: "NoSize", detail: "S3 does not report its size" })

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
            : Effect.fail({ status: undefined, code: "NoBody", detail: "the answer has no content" })
        )
      )
    /**
     * The bytes from an offset on. A broken connection is opened again at the byte where it broke, at most `maxTries`
     * times in a row without receiving a byte.
     */
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

/** Fails at the end if the bytes do not have the expected sha256. */
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
            const detail = `its sha256 is ${actual}, but its metadata says ${expected}`
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
