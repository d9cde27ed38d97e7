/**
 * Reads the proxies that the environment names: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in lower or
 * upper case. Checks them, because undici throws if an address is invalid.
 */
import * as Undici from "@effect/platform-node/Undici"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

/** A proxy that cannot be used, and the variable that names it. */
interface Unusable {
  readonly variable: string
  readonly scheme: string
}

export interface Proxies {
  /** The options of undici's proxy agent. `undefined` if every connection is direct. */
  readonly agent: { readonly httpProxy: string; readonly httpsProxy: string; readonly noProxy: string } | undefined
  /** Logs a warning if requests to an origin (default: any over TLS) would need a proxy that cannot be used. */
  readonly warn: (origin?: string) => Effect.Effect<void>
}

/** The value of a variable: an address, or a proxy that cannot be used. */
type Reading = Either.Either<{ readonly address: string; readonly unusable?: Unusable }, ConfigError.ConfigError>

/** Stands for any origin over TLS, as tenants and storage are. */
const anywhere = "https:"

/** Names of this machine, where sandboxes run. Requests to it never use a proxy. */
const thisMachine = ["localhost", "127.0.0.1", "[::1]"]

/** Reads the variables. The error lists every problem, and never contains a proxy's user or password. */
export const readProxies: Effect.Effect<Proxies, ConfigError.ConfigError> = Effect.suspend(() => {
  const { env } = process
  const named = valueOf(env, "no_proxy")?.value ?? ""
  if (named === "*") return Effect.succeed<Proxies>({ agent: undefined, warn: () => Effect.void })

  const noProxy = [named, ...thisMachine].filter((names) => names !== "").join(",")
  const http = readProxy(env, "http_proxy")
  const https = readProxy(env, "https_proxy")
  if (Either.isLeft(http) && Either.isLeft(https) && String(http.left) !== String(https.left))
    return Effect.fail(ConfigError.And(https.left, http.left))
  return Either.map(Either.all({ https, http }), ({ http, https }): Proxies => {
    // As in other programs, connections over TLS use the proxy for plain HTTP if they have none of their own.
    const httpsProxy = https.address === "" ? http.address : https.address
    return {
      agent: httpsProxy === "" ? undefined : { httpProxy: http.address, httpsProxy, noProxy },
      warn: (origin = anywhere) => {
        const { unusable } = origin.startsWith("https:") ? https : http
        const isDirect = origin !== anywhere && isExempt(origin, noProxy)
        return unusable === undefined || isDirect ? Effect.void : Effect.logWarning(explain(unusable))
      }
    }
  })
})

const explain = ({ scheme, variable }: Unusable): string =>
  `${variable} names a ${scheme} proxy, which cannot be used here: connections are made without it. ` +
  `Set HTTPS_PROXY=http://host:port to a proxy for HTTP, or name the hosts that need none in NO_PROXY.`

/** The name and value of a variable, looked up in lower case first. An empty value counts as not set. */
const valueOf = (env: NodeJS.ProcessEnv, lowerCase: string) =>
  [lowerCase, lowerCase.toUpperCase()]
    .map((variable) => ({ variable, value: env[variable]?.trim() ?? "" }))
    .find(({ value }) => value !== "")

/** The proxy for connections over plain HTTP or over TLS. */
const readProxy = (env: NodeJS.ProcessEnv, lowerCase: "http_proxy" | "https_proxy"): Reading => {
  const set = valueOf(env, lowerCase) ?? valueOf(env, "all_proxy")
  return set === undefined ? Either.right({ address: "" }) : parseProxy(set.variable, set.value)
}

const parseProxy = (variable: string, value: string): Reading => {
  const refuse = (why: string): Reading =>
    Either.left(
      ConfigError.InvalidData([variable], `${why}. Write it as http://host:port or http://user:password@host:port.`)
    )
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  if (!URL.canParse(address)) return refuse(`It is not the address of a proxy${hasUser(value) ? escapes : ""}`)
  const url = new URL(address)
  const scheme = url.protocol.slice(0, -1)
  if (scheme.startsWith("socks") && !isUsable(scheme)) {
    return Either.right({ address: "", unusable: { variable, scheme } })
  }
  if (scheme !== "http" && scheme !== "https" && !scheme.startsWith("socks"))
    return refuse("A proxy is reached over http:// or https://")
  if (url.hostname === "") return refuse("It names no host")
  if (!/^\/?$/.test(url.pathname) || url.search !== "" || url.hash !== "")
    return refuse(`It has more than a user, a password, a host and a port${escapes}`)
  if (!isDecodable(url.username) || !isDecodable(url.password))
    return refuse("A % in its user name or its password is not followed by two hex digits: write %25 for a %")
  return Either.right({ address: url.href })
}

const escapes = ". In a user name or a password write %2F for /, %3F for ?, %23 for #, %40 for @ and %3A for :"

const hasUser = (value: string): boolean => value.includes("@")

/** Recent versions of undici support SOCKS 5, and no other version of SOCKS. */
const isUsable = (scheme: string): boolean => /^socks5?$/.test(scheme) && "Socks5ProxyAgent" in Undici

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** Whether `NO_PROXY` names the host of an origin or one of its parent domains, by the rules of undici. */
const isExempt = (origin: string, noProxy: string): boolean => {
  const { hostname, port, protocol } = new URL(origin)
  return noProxy.split(/[,\s]+/).some((entry) => {
    const [, name = entry, itsPort] = /^(.+):(\d+)$/.exec(entry) ?? []
    const domain = name.replace(/^\*?\./, "").toLowerCase()
    if (domain === "" || (itsPort !== undefined && itsPort !== (port || (protocol === "https:" ? "443" : "80"))))
      return false
    return hostname === domain || hostname.endsWith(`.${domain}`)
  })
}
