/**
 * One request and the bytes of its answer. A session sends a lot of them, so this is a plain function with a callback;
 * any `HttpClient` can be made one, and a transport that has a shorter way says so: undici's takes a fraction of the CPU
 * (bench/README.md).
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"

export interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface Reply extends Head {
  /** The body, or so much of it that it is seen to have more bytes than the limit. */
  readonly bytes: Uint8Array
  /** Why the body ended too early, where it did. */
  readonly broken?: unknown
}

/**
 * Sends a request and calls `done` once: with the reply, or with what went wrong before there was one. Gives what stops
 * it; then `done` is not called any more. `limitOf` says how many bytes of a body are wanted.
 */
export type Wire = (
  request: HttpClientRequest.HttpClientRequest,
  limitOf: (head: Head) => number,
  done: (sent: Either.Either<Reply, unknown>) => void
) => () => void

const shortWays = new WeakMap<HttpClient.HttpClient, Wire>()

/** Says that a client has a shorter way. It is taken for this very client only, not for one that is made of it. */
export const offerWire = (http: HttpClient.HttpClient, wire: Wire): void => void shortWays.set(http, wire)

/** The way of a client. Redirects are not followed, and nothing is traced by the client itself. */
export const wireOf = (http: HttpClient.HttpClient): Effect.Effect<Wire> =>
  Effect.map(
    Effect.runtime<never>(),
    (runtime) =>
      shortWays.get(http) ??
      wireThrough(
        http.pipe(
          HttpClient.withTracerPropagation(false),
          HttpClient.withTracerDisabledWhen(() => true),
          HttpClient.transform(Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }))
        ),
        runtime
      )
  )

/** The way through any client. */
const wireThrough =
  (http: HttpClient.HttpClient, runtime: Runtime.Runtime<never>): Wire =>
  (request, limitOf, done) => {
    let isStopped = false
    const fiber = Runtime.runFork(
      runtime,
      Effect.flatMap(http.execute(request), ({ headers, status, stream }) =>
        Effect.match(readUpTo(stream, limitOf({ status, headers })), {
          onFailure: (error): Reply => ({
            status,
            headers,
            bytes: new Uint8Array(),
            broken: error.reason === "EmptyBody" ? undefined : error.cause
          }),
          onSuccess: (bytes): Reply => ({ status, headers, bytes })
        })
      )
    )
    fiber.addObserver((exit) => {
      if (!isStopped) done(Exit.isSuccess(exit) ? Either.right(exit.value) : Either.left(causeOf(exit.cause)))
    })
    return () => {
      isStopped = true
      fiber.unsafeInterruptAsFork(FiberId.none)
    }
  }

const causeOf = (cause: Cause.Cause<HttpClientError.HttpClientError>): unknown => {
  const failure = Cause.failureOption(cause)
  return failure._tag === "Some" ? failure.value.cause : Cause.squash(cause)
}

/** The bytes of a stream. One that has more than the limit is read so far that it shows, and then closed. */
export const readUpTo = <E>(stream: Stream.Stream<Uint8Array, E>, limit: number): Effect.Effect<Uint8Array, E> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Effect.map(
      Stream.runForEachWhile(stream, (chunk) =>
        Effect.sync(() => {
          chunks.push(chunk)
          size += chunk.byteLength
          return size <= limit
        })
      ),
      () => joined(chunks, size)
    )
  })

export const joined = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const [only] = chunks
  if (only?.byteLength === size) return only
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
