/**
 * Recognises answers that do not come from the service, but from a proxy, a firewall, a CDN or the sign-in page of a
 * guest network.
 */

type Headers = Readonly<Record<string, string | undefined>>

/** How many characters of a page are searched for its title. Searching a huge page would take too long. */
const titleLimit = 4096

/** Returns the title or the main heading of an HTML page. */
export const htmlTitle = (html: string): string | undefined =>
  /<(title|h1)[^>]*>((?:[^<]|<redacted>){1,200})<\/\1>/i
    .exec(html.slice(0, titleLimit))?.[2]
    ?.replace(/\s+/g, " ")
    .trim() || undefined

/** Whether a text is a page of HTML. */
export const isHtml = (text: string, { "content-type": type = "" }: Headers): boolean =>
  /^\s*<(?:!doctype html|html|head|body|title|script|meta|center|h1|!--)/i.test(text) ||
  (/^\s*</.test(text) && /\bhtml\b/i.test(type))

/** Describes a page by its title and the programs that its headers name: `a page "Sign in" (Server: squid/5.7)`. */
export const describePage = (html: string, headers: Headers): string => {
  const title = htmlTitle(html)
  return `${title === undefined ? "a page without a title" : `a page "${title}"`}${programs(headers)}`
}

/** Returns the programs that the headers name: ` (Server: squid/5.7, Via: 1.1 proxy)`, or an empty text. */
export const programs = ({ server, via }: Headers): string => {
  const named = [
    ["Server", server],
    ["Via", via]
  ].flatMap(([name, value = ""]) => (/^[\x20-\x7e]{1,100}$/.test(value) ? `${name}: ${value}` : []))
  return named.length === 0 ? "" : ` (${named.join(", ")})`
}

/** The advice in the error if another program than the service has answered. */
export const whereToLook =
  "Look at what stands between this machine and the tenant: a proxy, a firewall, a VPN, the sign-in page (captive portal) of a network; and at the tenant URL."
