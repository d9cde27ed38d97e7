/**
 * Reads the errors of a transport when a connection fails. Their codes come from Node, undici and OpenSSL.
 */
import * as Predicate from "effect/Predicate"

const untrusted =
  /^(?:CERT_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_SSL_)/

/** Whether no connection was made, so that the request was certainly not sent. */
export const isUnsent = (cause: unknown): boolean =>
  withCauses(cause).some(
    (error) =>
      ["connect", "getaddrinfo"].includes(textOf(error, "syscall") ?? "") ||
      textOf(error, "code") === "UND_ERR_CONNECT_TIMEOUT"
  ) || proxyStatus(cause) !== undefined

/** Whether the server could not prove its identity. */
export const isUntrusted = (cause: unknown): boolean => codes(cause).some((code) => untrusted.test(code))

/** Whether a proxy refused to make the connection, and would refuse it again. */
export const isRefusedByProxy = (cause: unknown): boolean => {
  const status = proxyStatus(cause)
  return status !== undefined && isRefusalStatus(status)
}

const isRefusalStatus = (status: number): boolean => status >= 400 && status <= 499 && status !== 408 && status !== 429

/**
 * Describes an error of a transport by its code and message, which contain no part of the request, and says what to do
 * about it.
 */
export const describeCause = (cause: unknown): string => {
  const status = proxyStatus(cause)
  if (status !== undefined) return describeProxy(status)
  const errors = withCauses(cause)
  const error = errors.find((error) => isTelling(error)) ?? errors[0]
  if (error === undefined) return "The connection failed."
  const [code] = codes(error)
  const message = code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
  const advice = codes(cause).flatMap((code) => adviceOn[code] ?? [])[0]
  return advice === undefined ? message : `${message.replace(/\.$/, "")}. ${advice}`
}

/** The status with which a proxy refused a tunnel. It stands in the message of undici's error. */
const proxyStatus = (cause: unknown): number | undefined => {
  for (const { message } of withCauses(cause)) {
    const status = /^Proxy response \((\d{3})\)/.exec(message)?.[1]
    if (status !== undefined) return Number(status)
  }
  return undefined
}

const describeProxy = (status: number): string => {
  if (status === 407)
    return "The proxy asks for a user and a password (407). Set HTTPS_PROXY=http://user:password@host:port, or check those that are set."
  return isRefusalStatus(status)
    ? `The proxy does not let this host through (${status}). Have the host allowed there, or name it in NO_PROXY if it can be reached without the proxy.`
    : `The proxy could not reach the host (${status}).`
}

const unknownAuthority =
  "Node does not know the authority that signed this certificate. If it is that of your company's proxy or gateway, start Node with NODE_EXTRA_CA_CERTS=/path/to/authority.pem."
const wrongTime = "If the certificate is good, the clock of this machine is wrong."

const adviceOn: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_HAS_EXPIRED: wrongTime,
  CERT_NOT_YET_VALID: wrongTime
}

/**
 * Whether an error says what went wrong. An error that holds several others does not, and neither does the one in which
 * `fetch` wraps every other error.
 */
const isTelling = (error: Error): boolean =>
  !(error instanceof AggregateError) && error.message !== "" && error.message !== "fetch failed"

/**
 * Copies an error and its causes, but only their names, messages, codes, system calls and stacks. An error of a
 * transport can also hold an address, a socket, or an answer that repeats the request.
 */
export const bareCause = (cause: unknown, depth = 0): Error | undefined => {
  if (!(cause instanceof Error) || depth > 4) return undefined
  const bare =
    cause instanceof AggregateError
      ? new AggregateError(
          cause.errors.map((error) => bareCause(error, depth + 1)),
          cause.message
        )
      : new Error(cause.message, { cause: bareCause(cause.cause, depth + 1) })
  const [code, syscall] = [textOf(cause, "code"), textOf(cause, "syscall")]
  return Object.assign(
    bare,
    { name: cause.name, stack: cause.stack },
    code === undefined ? {} : { code },
    syscall === undefined ? {} : { syscall }
  )
}

const textOf = <Key extends string>(error: Error, key: Key): string | undefined =>
  Predicate.hasProperty(error, key) && typeof error[key] === "string" ? error[key] : undefined

const codes = (cause: unknown): ReadonlyArray<string> =>
  withCauses(cause).flatMap((error) => textOf(error, "code") ?? [])

/**
 * Returns an error and all errors below it: the causes, as `fetch` reports them, and the members of an
 * `AggregateError`, as connections to several addresses report them.
 */
const withCauses = (cause: unknown, depth = 0): ReadonlyArray<Error> => {
  if (!(cause instanceof Error) || depth > 4) return []
  const below = cause instanceof AggregateError ? cause.errors : [cause.cause]
  return [cause, ...below.flatMap((error) => withCauses(error, depth + 1))]
}
