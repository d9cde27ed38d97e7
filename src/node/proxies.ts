/**
 * The proxies that the environment names.
 */
import type * as Undici from "@effect/platform-node/Undici"

/**
 * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count, in capitals or not, as everywhere else. This machine itself, where
 * sandboxes are, is never asked for through a proxy. Nothing where no proxy is named.
 */
export const proxiesOf = (env: NodeJS.ProcessEnv): Undici.EnvHttpProxyAgent.Options | undefined => {
  const httpProxy = env.http_proxy ?? env.HTTP_PROXY
  const httpsProxy = env.https_proxy ?? env.HTTPS_PROXY
  const noProxy = env.no_proxy ?? env.NO_PROXY
  return httpProxy || httpsProxy
    ? {
        ...(httpProxy ? { httpProxy } : {}),
        ...(httpsProxy ? { httpsProxy } : {}),
        noProxy: noProxy === "*" ? noProxy : [noProxy, "localhost", "127.0.0.1", "[::1]"].filter(Boolean).join(",")
      }
    : undefined
}
