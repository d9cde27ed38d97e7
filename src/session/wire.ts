/**
 * Sends one request and reads the bytes of its answer. A session sends many requests, so this is a plain function with
 * a callback. It can be made from any `HttpClient`. A transport that has a faster way provides it as `ShortWire`:
 * undici's uses a fraction of the CPU (bench/README.md).
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"

export interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface Reply extends Head {
  /** The body. If it is larger than the limit, only its beginning, which is also larger than the limit. */
  readonly bytes: Uint8Array
  /** Why the body ended too early, if it did. */
  readonly broken?: unknown
}

/**
 * Sends a request and calls `done` once: with the reply, or with the error if there was no reply. Returns a function
 * that stops the request; after that, `done` is not called any more. `limitOf` returns how many bytes of a body are
 * wanted.
 */
export type Wire = (
  request: HttpClientRequest.HttpClientRequest,
  limitOf: (head: Head) => number,
  done: (sent: Either.Either<Reply, unknown>) => void
) => () => void

/**
 * A faster way to send a transport's requests than its `HttpClient`. It is used only if the context has that same
 * `HttpClient`, so a client that the user provides is never bypassed.
 */
export class ShortWire extends Context.Tag("effect-iru/ShortWire")<
  ShortWire,
  { readonly http: HttpClient.HttpClient; readonly wire: Wire }
>() {}

/** Returns the wire of a session. It does not follow redirects, and the client itself traces nothing. */
export const sessionWire: Effect.Effect<Wire, never, HttpClient.HttpClient> = Effect.gen(function* () {
  const http = yield* HttpClient.HttpClient
  const short = yield* Effect.serviceOption(ShortWire)
  if (Option.isSome(short) && short.value.http === http) return short.value.wire
  const plain = http.pipe(
    HttpClient.withTracerPropagation(false),
    HttpClient.withTracerDisabledWhen(() => true),
    HttpClient.transform(Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }))
  )
  return wireThrough(plain, yield* Effect.runtime<never>())
})

/** Makes a wire from any client. */
const wireThrough =
  (http: HttpClient.HttpClient, runtime: Runtime.Runtime<never>): Wire =>
  (request, limitOf, done) => {
    let isStopped = false
    const fiber = Runtime.runFork(runtime, Effect.flatMap(http.execute(request), replyOf(limitOf)))
    fiber.addObserver((exit) => {
      if (!isStopped) done(Exit.isSuccess(exit) ? Either.right(exit.value) : Either.left(causeOf(exit.cause)))
    })
    return () => {
      isStopped = true
      fiber.unsafeInterruptAsFork(FiberId.none)
    }
  }

/**
 * Reads an answer. If its length is known to be within the limit, it is not read as a stream, which would cost several
 * times as much.
 */
const replyOf =
  (limitOf: (head: Head) => number) =>
  (response: HttpClientResponse.HttpClientResponse): Effect.Effect<Reply> => {
    const { headers, status } = response
    const limit = limitOf({ status, headers })
    const length = headers["content-length"]
    const body =
      length !== undefined && headers["content-encoding"] === undefined && Number(length) <= limit
        ? Effect.map(response.arrayBuffer, (buffer) => new Uint8Array(buffer))
        : readUpTo(response.stream, limit)
    return Effect.match(body, {
      onFailure: (error): Reply => ({
        status,
        headers,
        bytes: new Uint8Array(),
        broken: error.reason === "EmptyBody" ? undefined : error.cause
      }),
      onSuccess: (bytes): Reply => ({ status, headers, bytes })
    })
  }

const causeOf = (cause: Cause.Cause<HttpClientError.HttpClientError>): unknown => {
  const failure = Cause.failureOption(cause)
  return failure._tag === "Some" ? failure.value.cause : Cause.squash(cause)
}

/** Reads the bytes of a stream. As soon as they are more than the limit, it stops and closes the stream. */
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
