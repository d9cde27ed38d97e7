/**
 * The texts that the sandbox command prints.
 */
import { Page, type Sandbox } from "effect-iru/sandbox"
import type { Settings } from "./options.js"

const exposure = (host: string, port: string): string => `
Listening on ${host}: everyone who can reach port ${port} of this machine can open the page, see requests with their
bodies, press the buttons, copy the token and use the tenant. Nothing is encrypted. Stop it when you are done.
`

/** The text that is printed when the tenant has started. */
export const greeting = ({ apiToken, tenantUrl }: Sandbox.Service, { data, host, log }: Settings): string => {
  const { port } = new URL(tenantUrl)
  return `
Sandbox tenant, until Ctrl-C. ${data === undefined ? "Its data is lost when it stops." : `Its data is kept in ${data}.`}

  URL    ${tenantUrl}
  Token  ${apiToken}
  Page   ${tenantUrl}/
${host === undefined || Page.isLoopback(host) ? "" : exposure(host, port)}
Try it:

  # curl
  curl ${tenantUrl}/api/v1/blueprints -H "Authorization: Bearer ${apiToken}"

  # effect-iru
  ${Page.environment(tenantUrl, apiToken)}

  # iructl.api, the Python client
  ApiConfig.model_construct(tenant_url="${tenantUrl}", api_token="${apiToken}")
${log === true ? "\n" : ""}`
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
