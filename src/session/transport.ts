/**
 * What a transport says when a connection fails. Codes are Node's, undici's and OpenSSL's.
 */
import * as Predicate from "effect/Predicate"

const untrusted =
  /^(?:CERT_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_SSL_)/

/** No connection was made, so the request was certainly not sent. */
export const isUnsent = (cause: unknown): boolean =>
  withCauses(cause).some(
    (error) =>
      ["connect", "getaddrinfo"].includes(textOf(error, "syscall") ?? "") ||
      textOf(error, "code") === "UND_ERR_CONNECT_TIMEOUT"
  )

/** The server could not prove who it is. */
export const isUntrusted = (cause: unknown): boolean => codes(cause).some((code) => untrusted.test(code))

/** What a transport says went wrong: its code and message, which hold no part of the request. */
export const describeCause = (cause: unknown): string => {
  const errors = withCauses(cause)
  const error = errors.find((error) => isTelling(error)) ?? errors[0]
  if (error === undefined) return "The connection failed."
  const [code] = codes(error)
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}

/** Several errors at once, and the one that `fetch` wraps around all others, say nothing themselves. */
const isTelling = (error: Error): boolean =>
  !(error instanceof AggregateError) && error.message !== "" && error.message !== "fetch failed"

/**
 * What lies underneath, without what it holds: an error of a transport can carry an address, a socket, or an answer that
 * repeats the request. Its name, message, code, system call and stack stay, and those of the errors below.
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

/** An error and what lies underneath, as `fetch` and connections to several addresses have it. */
const withCauses = (cause: unknown, depth = 0): ReadonlyArray<Error> => {
  if (!(cause instanceof Error) || depth > 4) return []
  const below = cause instanceof AggregateError ? cause.errors : [cause.cause]
  return [cause, ...below.flatMap((error) => withCauses(error, depth + 1))]
}
