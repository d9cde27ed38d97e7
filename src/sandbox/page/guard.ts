/**
 * Keeps other web sites away from the page. A site that is open in the same browser can send requests to any address, and
 * can let its own name point to this machine. So the host must be an IP address or a name of this machine, and a request that
 * changes something must come from the page itself or from a program that is no browser.
 */
import { isIP } from "node:net"
import { type Answer, content, type Incoming } from "../gateway/exchange.js"

const refuse = (status: number, text: string): Answer => content(status, "text/plain; charset=utf-8", `${text}\n`)

/** `[::1]:80` is `::1`. */
const hostname = (host: string): string => {
  const url = `http://${host}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : ""
}

const isOurs = (name: string, names: ReadonlyArray<string>): boolean =>
  isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost") || names.includes(name)

/** The refusal of a request that another site may have sent; `undefined` if it may pass. `names` are this machine's own. */
export const refusal = ({ headers, method }: Incoming, names: ReadonlyArray<string>): Answer | undefined => {
  const host = headers["host"] ?? ""
  if (!isOurs(hostname(host), names)) {
    return refuse(421, "This is a sandbox tenant. Use its address, not a name that somebody else has given to it.")
  }
  if (method === "GET" || method === "HEAD") return undefined
  const origin = headers["origin"]
  const site = headers["sec-fetch-site"]
  if ((origin !== undefined && origin !== `http://${host}`) || (site !== undefined && site !== "same-origin")) {
    return refuse(403, "Only the sandbox's own page may do this.")
  }
  // A form on another site cannot say that it sends JSON.
  return headers["content-type"]?.split(";")[0]?.trim() === "application/json"
    ? undefined
    : refuse(415, "Content-Type must be application/json.")
}
