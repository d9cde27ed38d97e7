/**
 * The session's connections and files on Node.
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
 * HTTP over connections of its own, kept alive, drained and closed with the scope; and the file system. The platform's
 * default client opens a connection for every request and cannot be trusted with a broken upload.
 *
 * `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are honoured, in small letters or in capitals. Fails with
 * `ConfigError` if one of them does not hold the address of a proxy.
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
