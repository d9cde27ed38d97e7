/**
 * Transfers of installers on Node: read and written piece by piece, hashed on the way, never in memory as a whole.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { InstallerTransfer } from "../services/InstallerTransfer.js"
import { download } from "./transfer/download.js"
import { inspectOn, sha256 } from "./transfer/source.js"
import { stream } from "./transfer/stream.js"
import { upload } from "./transfer/upload.js"

/** How transfers behave. */
export interface Options {
  /** How long a transfer may stand still. Default 30 seconds. */
  readonly stallTimeout?: Duration.DurationInput | undefined
}

/** Transfers over the HTTP client at hand. Storage gets no token and no trace headers, and no span holds its address. */
export const layer = (
  options: Options = {}
): Layer.Layer<InstallerTransfer, never, HttpClient.HttpClient | FileSystem.FileSystem> =>
  Layer.effect(
    InstallerTransfer,
    Effect.gen(function* () {
      const inspect = inspectOn(yield* FileSystem.FileSystem)
      const http = (yield* HttpClient.HttpClient).pipe(
        HttpClient.withTracerPropagation(false),
        HttpClient.withTracerDisabledWhen(() => true)
      )
      const settings = { stallTimeout: Duration.decode(options.stallTimeout ?? "30 seconds") }
      return {
        inspect,
        sha256,
        upload: upload(http, inspect, settings),
        download: download(http, settings),
        stream: stream(http)
      }
    })
  )
