/**
 * The session's connections and files on Node.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ShortWire } from "../session/wire.js"
import { proxiesOf } from "./proxies.js"
import { undiciWire } from "./undiciWire.js"

/** How the session's connections behave. */
export interface Options {
  /** Connections to one host at most. Default 48: a list takes 32, and leaves some to other calls. */
  readonly connections?: number | undefined
}

const agent = (options: Options) =>
  Effect.acquireRelease(
    Effect.sync((): Undici.Dispatcher => {
      const connections = {
        connections: options.connections ?? 48,
        keepAliveTimeout: 30_000,
        connect: { timeout: 10_000 }
      }
      const proxies = proxiesOf(process.env)
      return proxies === undefined
        ? new Undici.Agent(connections)
        : new Undici.EnvHttpProxyAgent({ ...connections, ...proxies })
    }),
    (agent) =>
      Effect.interruptible(Effect.promise(() => agent.close())).pipe(
        Effect.timeoutTo({
          duration: "2 seconds",
          onSuccess: () => Effect.void,
          onTimeout: () => Effect.promise(() => agent.destroy())
        }),
        Effect.flatten
      )
  )

/**
 * HTTP over connections of its own, kept alive, drained and closed with the scope; and the file system. The platform's
 * default client opens a connection for every request and cannot be trusted with a broken upload.
 */
export const layer = (options: Options = {}): Layer.Layer<HttpClient.HttpClient | FileSystem.FileSystem> =>
  Layer.merge(
    Layer.unwrapScoped(
      Effect.map(agent(options), (agent) =>
        Layer.effect(
          ShortWire,
          Effect.map(HttpClient.HttpClient, (http) => ({ http, wire: undiciWire(agent) }))
        ).pipe(
          Layer.provideMerge(Layer.fresh(NodeHttpClient.layerUndiciWithoutDispatcher)),
          Layer.provide(Layer.succeed(NodeHttpClient.Dispatcher, agent))
        )
      )
    ),
    NodeFileSystem.layer
  )
