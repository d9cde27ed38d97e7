/**
 * The variables that lead a client to the tenant.
 */
import { isIP } from "node:net"

/** Whether only this machine can reach an address. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))

/** One line for a shell: URL and token, and, if it is not this machine, the host that a client has to be allowed. */
export const environment = (tenantUrl: string, apiToken: string): string => {
  const { host, hostname } = new URL(tenantUrl)
  const insecure = isLoopback(hostname.replace(/^\[|\]$/g, "")) ? "" : ` IRU_ALLOW_INSECURE_HOST=${host}`
  return `export IRU_TENANT_URL=${tenantUrl} IRU_API_TOKEN=${apiToken}${insecure}`
}
