/**
 * HTTP over connections of the session's own, through the proxies that the environment names.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ShortWire } from "../session/wire.js"
import { isLoopback } from "../session/tenant.js"
import type { Proxies } from "./proxies.js"
import { undiciWire } from "./undiciWire.js"

/** How the session's connections behave. */
export interface Options {
  /** Connections to one host at most. Default 48: a list takes 32, and leaves some to other calls. */
  readonly connections?: number | undefined
}

/** An agent that is drained and closed with the scope. */
const scoped = <A extends Undici.Dispatcher>(make: () => A) =>
  Effect.acquireRelease(Effect.sync(make), (agent) =>
    Effect.interruptible(Effect.promise(() => agent.close())).pipe(
      Effect.timeoutTo({
        duration: "2 seconds",
        onSuccess: () => Effect.void,
        onTimeout: () => Effect.promise(() => agent.destroy())
      }),
      Effect.flatten
    )
  )

const agent = (options: Options, proxies: Proxies) =>
  Effect.gen(function* () {
    const connections = {
      connections: options.connections ?? 48,
      keepAliveTimeout: 30_000,
      connect: { timeout: 10_000 }
    }
    const direct = yield* scoped(() => new Undici.Agent(connections))
    if (proxies.agent === undefined) return direct
    const addresses = proxies.agent
    const proxy = yield* scoped(() => new Undici.EnvHttpProxyAgent({ ...connections, ...addresses }))
    // `NO_PROXY` cannot name all the addresses of this machine.
    return proxy.compose((dispatch) => (options, handler) => {
      const isHere = options.origin !== undefined && isLoopback(new URL(options.origin).hostname)
      return isHere ? direct.dispatch(options, handler) : dispatch(options, handler)
    })
  })

/** HTTP over undici. */
const undici = (proxies: Proxies, options: Options): Layer.Layer<HttpClient.HttpClient> =>
  Layer.unwrapScoped(
    Effect.map(agent(options, proxies), (agent) =>
      Layer.effect(
        ShortWire,
        Effect.map(HttpClient.HttpClient, (http) => ({ http, wire: undiciWire(agent) }))
      ).pipe(
        Layer.provideMerge(NodeHttpClient.layerUndiciWithoutDispatcher),
        // Fresh as one, so that the wire and the context have the same client.
        Layer.fresh,
        Layer.provide(Layer.succeed(NodeHttpClient.Dispatcher, agent))
      )
    )
  )

/** Bun has another undici, which can only fetch. Its own `fetch` keeps connections and knows the proxies. */
const isBun = "bun" in process.versions

/** Connections that are kept alive, drained and closed with the scope; and the file system. */
export const connections = (
  proxies: Proxies,
  options: Options
): Layer.Layer<HttpClient.HttpClient | FileSystem.FileSystem> =>
  Layer.merge(isBun ? FetchHttpClient.layer : undici(proxies, options), NodeFileSystem.layer)
