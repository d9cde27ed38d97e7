/**
 * The HTTP client and the file system of a session on Node.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { connections, type Options } from "./connections.js"
import { readProxies } from "./proxies.js"

export type { Options } from "./connections.js"

/**
 * An HTTP client with its own connections, and the file system. The client keeps its connections alive. When the scope
 * closes, it finishes the running requests and closes the connections. The platform's default client opens a connection
 * for every request, and is not reliable if an upload breaks.
 *
 * The client uses the proxies in `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in lower or upper case. The
 * layer fails with `ConfigError` if one of them is not the address of a proxy.
 */
export const layer = (
  options: Options = {}
): Layer.Layer<HttpClient.HttpClient | FileSystem.FileSystem, ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    readProxies.pipe(
      Effect.tap(({ warn }) => warn()),
      Effect.map((proxies) => connections(proxies, options))
    )
  )
