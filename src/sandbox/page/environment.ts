/**
 * The environment variables with which a client finds the tenant.
 */
import { isIP } from "node:net"

/** Whether only this machine can reach an address. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))

/** One line for a shell with URL and token. For another machine, it also allows the client to use this host over HTTP. */
export const environment = (tenantUrl: string, apiToken: string): string => {
  const { host, hostname } = new URL(tenantUrl)
  const insecure = isLoopback(hostname.replace(/^\[|\]$/g, "")) ? "" : ` IRU_ALLOW_INSECURE_HOST=${host}`
  return `export IRU_TENANT_URL=${tenantUrl} IRU_API_TOKEN=${apiToken}${insecure}`
}
