/**
 * What the person at the terminal reads.
 */
import { isIP } from "node:net"
import type { Sandbox } from "../Sandbox.js"
import type { Settings } from "./options.js"

/** Whether only this machine can reach an address. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))

const exposure = (host: string, port: string): string => `
Listening on ${host}: whoever reaches this machine on port ${port} can look at the page, requests and their bodies included,
and press its buttons; with the token they can use the tenant. Nothing is encrypted. Stop it when you are done.
`

/** What is printed when the tenant is up. */
export const greeting = ({ apiToken, tenantUrl }: Sandbox.Service, { data, host, log }: Settings): string => {
  const { hostname, port } = new URL(tenantUrl)
  const here = isLoopback(hostname.replace(/^\[|\]$/g, ""))
  return `
Sandbox tenant, until Ctrl-C. ${data === undefined ? "What it holds ends with it." : `What it holds is kept in ${data}.`}

  URL    ${tenantUrl}
  Token  ${apiToken}
  Page   ${tenantUrl}/
${host === undefined || isLoopback(host) ? "" : exposure(host, port)}
Try it:

  # curl
  curl ${tenantUrl}/api/v1/blueprints -H "Authorization: Bearer ${apiToken}"

  # effect-iru${here ? "" : " (it takes loopback addresses alone: start with --host 0.0.0.0 to use it on this machine)"}
  export IRU_TENANT_URL=${tenantUrl} IRU_API_TOKEN=${apiToken} IRU_ALLOW_LOOPBACK=true

  # iructl.api, the Python client
  ApiConfig.model_construct(tenant_url="${tenantUrl}", api_token="${apiToken}")
${log ? "\n" : ""}`
}

const pad = (value: number): string => String(value).padStart(2, "0")

/** `12:34:56 GET /api/v1/blueprints 200 3 ms` */
export const logLine = ({ duration, method, note, path, status, target, time }: Sandbox.Request): string => {
  const at = new Date(time)
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(":")
  const where = target === "storage" ? `storage ${path}` : path
  const end = `${status ?? "no answer"} ${Math.round(duration ?? 0)} ms`
  return `${clock} ${method} ${where} ${end}${note === undefined ? "" : ` (${note})`}\n`
}
