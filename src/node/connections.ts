/**
 * The session's own HTTP connections, through the proxies that the environment names.
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
  /** The most connections to one host. Default 48: a listing uses up to 32, and the rest are left for other calls. */
  readonly connections?: number | undefined
}

/** An agent that is closed with the scope. Its running requests have 2 seconds to finish. */
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
    // `NO_PROXY` cannot name every loopback address, so requests to them are sent directly here.
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
        // Both layers are made fresh together, so that the wire and the context have the same client.
        Layer.fresh,
        Layer.provide(Layer.succeed(NodeHttpClient.Dispatcher, agent))
      )
    )
  )

/** Bun replaces undici with a version that can only fetch. Its own `fetch` keeps connections and supports proxies. */
const isBun = "bun" in process.versions

/** An HTTP client that keeps connections alive and closes them with the scope; and the file system. */
export const connections = (
  proxies: Proxies,
  options: Options
): Layer.Layer<HttpClient.HttpClient | FileSystem.FileSystem> =>
  Layer.merge(isBun ? FetchHttpClient.layer : undici(proxies, options), NodeFileSystem.layer)
