/**
 * What a tenant URL and an API token look like. The host is matched as text, before any URL parser can read something
 * else into it: the token goes to what stands here and nowhere else.
 */
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"

const hosts = "https://<subdomain>.api.kandji.io, .api.eu.kandji.io, .api.iru.com or .api.eu.iru.com"
const invalid = "The tenant URL must be a valid Kandji or Iru API URL"

const apiHost = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.api(?:\.eu)?\.(?:kandji\.io|iru\.com)$/
const webAppHost = /^([a-z0-9-]+)\.((?:eu\.)?(?:kandji\.io|iru\.com))$/
const loopback = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?$/
const apiPath = /^\/*(?:api\/v\d+\/*)?$/

/** The tenant's origin, or what is wrong with the text. */
export const parseTenantUrl = (text: string, allowLoopback: boolean): Either.Either<string, string> => {
  const url = String(text).trim().toLowerCase()
  const [, scheme, authority = "", rest = ""] = /^(?:([a-z][a-z0-9+.-]*:)?\/\/)?([^/?#\\]*)(.*)$/s.exec(url) ?? []
  const refuse = (why: string) => Either.left(`${invalid}: ${why}. Use ${hosts}.`)

  if (url === "") return refuse("it is empty")
  if (allowLoopback && apiPath.test(rest)) {
    const origin = `${scheme ?? "http:"}//${authority}`
    const port = loopback.exec(origin)?.[1]
    if (loopback.test(origin) && Number(port ?? 80) <= 65_535) return Either.right(origin)
  }
  if (scheme !== undefined && scheme !== "http:" && scheme !== "https:") return refuse(`${scheme} is not https:`)
  if (authority.includes("@")) return refuse("it holds a user name or a password")
  if (/[?#]/.test(rest)) return refuse("it holds a query or a fragment")
  if (/:\d*$/.test(authority)) return refuse("it names a port")
  const webApp = webAppHost.exec(authority)
  if (webApp !== null) {
    const [, subdomain = "", domain = ""] = webApp
    return refuse(`${authority} is the web app; put ".api." in: ${subdomain}.api.${domain}`)
  }
  if (!apiHost.test(authority)) return refuse("its host is none of the API's")
  if (!apiPath.test(rest)) return refuse("it holds a path")
  return Either.right(`https://${authority}`)
}

/** The token as it was given, or what is wrong with it, without a word of it. */
export const parseApiToken = (text: string): Either.Either<Redacted.Redacted, string> =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
    ? Either.right(Redacted.make(text))
    : Either.left(
        "The API token must be a valid UUID string: 8-4-4-4-12 hex digits, as Iru shows it once under Access > API tokens."
      )
