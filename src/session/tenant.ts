/**
 * Checks tenant URLs and API tokens. The token is sent only to the host of the tenant URL, so the host is matched as
 * text before a URL parser can read it in another way.
 */
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

const hosts = "https://<subdomain>.api.kandji.io, .api.eu.kandji.io, .api.iru.com or .api.eu.iru.com"
const invalid = "The tenant URL must be a valid Kandji or Iru API URL"

const apiHost = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.api(?:\.eu)?\.(?:kandji\.io|iru\.com)$/
const webAppHost = /^([a-z0-9-]+)\.((?:eu\.)?(?:kandji\.io|iru\.com))$/
const vendorHost = /(?:^|\.)(?:kandji\.io|iru\.com)$/
const loopbackHost = /^(?:127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|localhost|\[::1\])$/
const anyHost = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/
const tokens = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
const apiPath = /^\/*(?:api\/v\d+\/*)?$/

/** Whether a host is this machine: `127.0.0.0/8`, `localhost` or `[::1]`. */
export const isLoopback = (host: string): boolean => loopbackHost.test(host)

/** A host and its port. */
interface Authority {
  readonly host: string
  /** The port with its colon; `""` if there is none. */
  readonly port: string
}

const authorityOf = (text: string): Authority => {
  const [, host = text, port = ""] = /^(.*?)(:\d*)$/s.exec(text) ?? []
  return { host, port }
}

const isPort = (port: string): boolean =>
  port === "" || (/^:[1-9]\d{0,4}$/.test(port) && Number(port.slice(1)) <= 65_535)

/** Checks the one host that may be used without TLS. Returns it in small letters, or says what is wrong with it. */
const insecureHostOf = (text: string): Either.Either<string, string> => {
  const authority = text.trim().toLowerCase()
  const { host, port } = authorityOf(authority)
  return anyHost.test(host) && isPort(port) && !vendorHost.test(host) && URL.canParse(`http://${authority}`)
    ? Either.right(authority)
    : Either.left(
        "The host that is allowed without TLS (IRU_ALLOW_INSECURE_HOST) must be one host and its port, such as sandbox:8080, and none of the vendor's"
      )
}

/**
 * Returns the tenant's origin, or says what is wrong with the text. `insecureHost` is one more host, with its port if
 * it has one, that is accepted as a tenant and may be used without TLS.
 */
export const parseTenantUrl = (text: string, insecureHost = ""): Either.Either<string, string> => {
  const url = String(text).trim().toLowerCase()
  const [, scheme, authority = "", rest = ""] = /^(?:([a-z][a-z0-9+.-]*:)?\/\/)?([^/?#\\]*)(.*)$/s.exec(url) ?? []
  const { host, port } = authorityOf(authority)
  // People sometimes paste the token here, so the message must not repeat it.
  const refuse = (why: string) => Either.left(`${invalid}: ${why.replaceAll(tokens, "<redacted>")}. Use ${hosts}.`)

  if (url === "") return refuse("it is empty")
  if (scheme !== undefined && scheme !== "http:" && scheme !== "https:") return refuse(`${scheme} is not https:`)
  if (authority.includes("@")) return refuse("it holds a user name or a password")
  if (/[?#]/.test(rest)) return refuse("it holds a query or a fragment")
  const webApp = webAppHost.exec(host)
  if (webApp !== null) {
    const [, subdomain = "", domain = ""] = webApp
    return refuse(`${host} is the web app; put ".api." in: ${subdomain}.api.${domain}`)
  }
  if (apiHost.test(host)) {
    if (port !== "") return refuse("it names a port")
    return apiPath.test(rest) ? Either.right(`https://${host}`) : refuse("it holds a path")
  }
  const tenant = (): Either.Either<string, string> =>
    !isPort(port)
      ? refuse("its port is no number from 1 to 65535")
      : apiPath.test(rest)
        ? Either.right(new URL(`${scheme ?? "http:"}//${authority}`).origin)
        : refuse("it holds a path")
  if (isLoopback(host)) return tenant()

  // The message does not repeat the text, because it may be a secret.
  if (insecureHost === "") return refuse("unknown API host")
  const allowed = insecureHostOf(insecureHost)
  if (Either.isLeft(allowed)) return refuse(`unknown API host. ${allowed.left}`)
  return allowed.right === authority
    ? tenant()
    : refuse(`unknown API host, and only ${allowed.right} is allowed besides`)
}

/**
 * Returns the token without white space around it, or says what is wrong with it. The message contains no part of the
 * token.
 */
export const parseApiToken = (text: string): Either.Either<Redacted.Redacted, string> => {
  const token = String(text).trim()
  if (token === "") return Either.left("The API token is empty.")
  if (/^(["'`]).*\1$/s.test(token)) return Either.left("The API token stands in quotation marks. Leave them out.")
  if (/^bearer\b/i.test(token)) return Either.left('The API token begins with "Bearer". Leave the word out.')
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(token)
    ? Either.right(Redacted.make(token))
    : Either.left(
        "The API token must be a valid UUID string: 8-4-4-4-12 hex digits, as Iru shows it once under Access > API tokens."
      )
}
