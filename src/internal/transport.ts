/**
 * What a transport says when a connection fails. Codes are Node's, undici's and OpenSSL's.
 */
import * as Predicate from "effect/Predicate"

const unsent = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT"
])

const untrusted =
  /^(?:CERT_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_SSL_)/

/** No connection was made, so the request was certainly not sent. */
export const isUnsent = (cause: unknown): boolean => codes(cause).some((code) => unsent.has(code))

/** The server could not prove who it is. */
export const isUntrusted = (cause: unknown): boolean => codes(cause).some((code) => untrusted.test(code))

/** What a transport says went wrong: its code and message, which hold no part of the request. */
export const describeCause = (cause: unknown): string => {
  if (cause instanceof AggregateError && cause.errors.length > 0) return describeCause(cause.errors[0])
  if (!(cause instanceof Error)) return "The connection failed."
  if (cause.cause instanceof Error && (cause.message === "" || cause.message === "fetch failed")) {
    return describeCause(cause.cause)
  }
  const [code] = codes(cause)
  return code === undefined || cause.message.includes(code) ? cause.message : `${cause.message} (${code})`
}

/**
 * What lies underneath, without what it holds: an error of a transport can carry an address, a socket, or an answer that
 * repeats the request. Its name, message, code and stack stay, and those of the errors below.
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
  const code = Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? { code: cause.code } : {}
  return Object.assign(bare, { name: cause.name, stack: cause.stack }, code)
}

/** The codes of an error and of what lies underneath, as `fetch` and connections to several addresses have it. */
const codes = (cause: unknown, depth = 0): ReadonlyArray<string> => {
  if (!(cause instanceof Error) || depth > 4) return []
  const own = Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? [cause.code] : []
  const below = cause instanceof AggregateError ? cause.errors : [cause.cause]
  return [...own, ...below.flatMap((error) => codes(error, depth + 1))]
}
