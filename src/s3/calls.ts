/**
 * Calls of the AWS SDK as effects.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** Why a call failed. */
export interface Failure {
  readonly status: number | undefined
  /** The error code of S3 (`NoSuchKey`, `AccessDenied`) or of the connection (`ECONNREFUSED`). */
  readonly code: string
  readonly detail: string
}

/**
 * Makes one call. An interruption aborts the request and waits for its end, so nothing is sent afterwards. A failure
 * only contains texts of the SDK's error: the error itself refers to the request and its signature.
 */
export const call = <A>(
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<A>
): Effect.Effect<A, Failure> =>
  Effect.suspend(() => {
    const controller = new AbortController()
    const sent = send({ abortSignal: controller.signal })
    const ended = sent.then(
      () => undefined,
      () => undefined
    )
    return Effect.tryPromise({ try: () => sent, catch: failureOf }).pipe(
      Effect.onInterrupt(() =>
        Effect.promise(() => {
          controller.abort()
          return ended
        })
      )
    )
  })

/** The texts in an error of the SDK or of the connection. */
export const failureOf = (error: unknown): Failure => {
  const words = (value: unknown, key: string) =>
    Predicate.hasProperty(value, key) && typeof value[key] === "string" ? value[key] : undefined
  const metadata = Predicate.hasProperty(error, "$metadata") ? error.$metadata : undefined
  const status = Predicate.hasProperty(metadata, "httpStatusCode") ? metadata.httpStatusCode : undefined
  const code = words(error, "code") ?? words(error, "name") ?? "Error"
  return {
    status: typeof status === "number" ? status : undefined,
    code,
    // The response to a HEAD has no body. The SDK then uses this text as the message.
    detail: (words(error, "message") ?? "").replace("UnknownError", "") || code
  }
}
