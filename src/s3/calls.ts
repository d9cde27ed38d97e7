/**
 * Calls of the SDK as effects.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** What a failed call says of itself. */
export interface Failure {
  readonly status: number | undefined
  /** S3's code (`NoSuchKey`, `AccessDenied`), or that of the connection (`ECONNREFUSED`). */
  readonly code: string
  readonly detail: string
}

/**
 * One call. Interruption ends the request, and waits until it has ended: nothing is sent after that. A failure keeps
 * nothing of the SDK's error but its words, since that leads to the request and its signature.
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

/** The words of an SDK's or a connection's error. */
export const failureOf = (error: unknown): Failure => {
  const words = (value: unknown, key: string) =>
    Predicate.hasProperty(value, key) && typeof value[key] === "string" ? value[key] : undefined
  const metadata = Predicate.hasProperty(error, "$metadata") ? error.$metadata : undefined
  const status = Predicate.hasProperty(metadata, "httpStatusCode") ? metadata.httpStatusCode : undefined
  const code = words(error, "code") ?? words(error, "name") ?? "Error"
  return {
    status: typeof status === "number" ? status : undefined,
    code,
    // The answer to a HEAD has no body, for which the SDK says this.
    detail: (words(error, "message") ?? "").replace("UnknownError", "") || code
  }
}
