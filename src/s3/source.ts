/**
 * An installer on its way out of a bucket.
 */
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Readable } from "node:stream"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import { baseName } from "../internal/files.js"
import type { Installer } from "../schemas/Installer.js"
import { call, type Failure, failureOf } from "./calls.js"
import { Client, type S3Object } from "./Client.js"

/** Where an installer lies. */
export interface SourceOptions extends S3Object {
  /** The name that the tenant is told. Default: the last part of the key. */
  readonly name?: string | undefined
}

/**
 * An installer that lies in a bucket, for `CustomApps.publish`, `create` or `update`. If the object
 * changes after this, reading it fails.
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

    const { ContentLength: size, ETag } = yield* Effect.mapError(
      call((options) => client.send(new HeadObjectCommand(address), options)),
      fail
    )
    if (size === undefined) return yield* fail({ status: undefined, code: "NoSize", detail: "its size is not told" })

    const open = call((options) => client.send(new GetObjectCommand({ ...address, IfMatch: ETag }), options)).pipe(
      Effect.flatMap(({ Body }) =>
        Body instanceof Readable
          ? Effect.succeed(Body)
          : Effect.fail({ status: undefined, code: "NoBody", detail: "there is nothing to read" })
      )
    )
    const stream = Stream.acquireRelease(open, (body) => Effect.sync(() => body.destroy())).pipe(
      Stream.flatMap((body) => Stream.fromAsyncIterable<Uint8Array, Failure>(body, failureOf)),
      Stream.mapError(fail)
    )
    return { stream, size, name }
  }).pipe(Effect.withSpan("S3Installers.source", { captureStackTrace: false }))
