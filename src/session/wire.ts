/**
 * One request and the bytes of its answer. A session sends a lot of them, so this is a plain function with a callback.
 * Any `HttpClient` can be made one. A transport that has a shorter way provides it as `ShortWire`: undici's takes a
 * fraction of the CPU (bench/README.md).
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

/**
 * The way of a transport that has a shorter one than its `HttpClient`. It is used only while that very client is the
 * one in the context, so a client of the user's own is never passed by.
 */
export class ShortWire extends Context.Tag("effect-iru/ShortWire")<
  ShortWire,
  { readonly http: HttpClient.HttpClient; readonly wire: Wire }
>() {}

/** The way of a session. Redirects are not followed, and nothing is traced by the client itself. */
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

/** The way through any client. */
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

/** Reads an answer, at once if its length is known to be within the limit: a stream costs several times as much. */
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
