/**
 * Transfers installers on Node. Reads, hashes and writes them piece by piece, and never holds a whole one in memory.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { InstallerTransfer } from "../services/InstallerTransfer.js"
import { makeAgents } from "./transfer/agents.js"
import { download } from "./transfer/download.js"
import { httpClientWire } from "./transfer/httpClientWire.js"
import { nodeWire } from "./transfer/nodeWire.js"
import { observed } from "./transfer/observed.js"
import { inspectOn, sha256 } from "./transfer/source.js"
import { stream } from "./transfer/stream.js"
import { upload } from "./transfer/upload.js"
import type { Settings, Wire } from "./transfer/wire.js"

/** How transfers behave. */
export interface Options {
  /**
   * How long a transfer may stand still or be slower than 1 KiB a second. After this time its connection counts as
   * broken. Default 30 seconds.
   */
  readonly stallTimeout?: Duration.DurationInput | undefined
  /**
   * How many times in a row a broken connection is opened again. A download continues where it stopped, and counts from
   * 0 again after it has received 1 MiB. An upload starts over. Default 5.
   */
  readonly retries?: number | undefined
  /** The pause before the first retry, which doubles up to 30 seconds. Default 1 second. */
  readonly retryDelay?: Duration.DurationInput | undefined
  /**
   * How many connections share the download of a large file. Default: 4 if a single connection is slower than 64 MiB a
   * second (those to S3 are), otherwise 1.
   */
  readonly connections?: number | undefined
  /** The size in bytes above which several connections share a download. Default 64 MiB. */
  readonly rangesAbove?: number | undefined
}

/**
 * Transfers with their own connections. Requests to storage contain no token and no trace headers, and spans contain no
 * storage address.
 */
export const layer = (options: Options = {}): Layer.Layer<InstallerTransfer, never, FileSystem.FileSystem> =>
  Layer.scoped(
    InstallerTransfer,
    Effect.flatMap(makeAgents, (agents) => make(nodeWire(agents), options))
  )

/** Transfers over the `HttpClient` that you provide: for a sandbox in the same process, or a recording. */
export const layerHttpClient = (
  options: Options = {}
): Layer.Layer<InstallerTransfer, never, FileSystem.FileSystem | HttpClient.HttpClient> =>
  Layer.effect(
    InstallerTransfer,
    Effect.flatMap(HttpClient.HttpClient, (client) => make(httpClientWire(client), options))
  )

const make = (wire: Wire, options: Options) =>
  Effect.map(FileSystem.FileSystem, (fs): InstallerTransfer.Service => {
    const inspect = inspectOn(fs)
    const settings: Settings = {
      wire,
      stallTimeout: Duration.toMillis(options.stallTimeout ?? "30 seconds"),
      retries: options.retries ?? 5,
      retryDelay: Duration.toMillis(options.retryDelay ?? "1 second"),
      // `NaN` would mean no connection at all.
      connections: options.connections === undefined ? undefined : Math.max(1, Math.floor(options.connections) || 1),
      rangesAbove: options.rangesAbove ?? 64 * 1024 * 1024
    }
    return {
      inspect,
      sha256,
      ...observed(settings, (settings) => ({
        upload: upload(inspect, settings),
        download: download(settings),
        stream: stream(settings)
      }))
    }
  })
