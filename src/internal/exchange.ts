/**
 * One request and its complete answer.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import { type Answer, isSuccess } from "./answer.js"
import type { BuiltRequest } from "./request.js"
import type { Method } from "./retry.js"
import { bareCause, describeCause } from "./transport.js"

export interface ExchangeLimits {
  readonly timeout: Duration.DurationInput
  /** The largest body that is read, in bytes. */
  readonly maxSize: number
}

/** Sends a request and reads its answer to the end, within the limits. */
export const execute = (
  http: HttpClient.HttpClient,
  { method, operation, path, request }: BuiltRequest & { readonly operation: string; readonly method: Method },
  limits: ExchangeLimits
): Effect.Effect<Answer, ApiClientError> => {
  const fail = (reason: "Transport" | "Timeout" | "Decode", detail: string, cause?: unknown) =>
    new ApiClientError({ reason, operation, method, path, detail, cause: bareCause(cause) })
  return http.execute(request).pipe(
    Effect.flatMap((response) =>
      Effect.map(
        isSuccess(response) ? readWhole(response, limits.maxSize) : readSome(response),
        ({ size, text }): Answer => ({ status: response.status, headers: response.headers, text, size })
      )
    ),
    Effect.mapError((error) =>
      error instanceof Unreadable
        ? fail("Decode", error.message)
        : fail("Transport", describeCause(error.cause), error.cause)
    ),
    Effect.timeoutFail({
      duration: limits.timeout,
      onTimeout: () => fail("Timeout", `No complete answer within ${Duration.format(limits.timeout)}.`)
    })
  )
}

/** A body that came, and cannot be taken for what it should be. */
class Unreadable extends Error {}

type Bytes = Uint8Array<ArrayBuffer>

type Body = Effect.Effect<Bytes, HttpClientError.ResponseError | Unreadable>

/** A record whose text is broken must not be taken for whole. */
const readWhole = (response: HttpClientResponse.HttpClientResponse, maxSize: number) => {
  const refuseLarge = (body: Body): Body =>
    Effect.filterOrFail(
      body,
      (bytes) => bytes.byteLength <= maxSize && !(announcedSize(response) > maxSize),
      () => new Unreadable(`The answer is larger than ${maxSize} bytes.`)
    )
  return refuseLarge(readBytes(response, maxSize)).pipe(
    Effect.flatMap((bytes) => (isGzip(bytes) ? refuseLarge(readUpTo(gunzip(bytes), maxSize)) : Effect.succeed(bytes))),
    Effect.flatMap((bytes) =>
      Effect.try({
        try: () => ({ text: strict.decode(bytes), size: bytes.byteLength }),
        catch: () => new Unreadable(notText(response.headers["content-encoding"]))
      })
    )
  )
}

/** What an answer outside 2xx says beside its status. Where it cannot be read, the status has said enough. */
const readSome = (response: HttpClientResponse.HttpClientResponse) =>
  readUpTo(response.stream, explanation).pipe(
    Effect.flatMap((bytes) => (isGzip(bytes) ? readUpTo(gunzip(bytes), explanation) : Effect.succeed(bytes))),
    Effect.orElseSucceed(() => new Uint8Array()),
    Effect.map((bytes) => ({ text: lenient.decode(bytes), size: bytes.byteLength }))
  )

const notText = (encoding: string | undefined): string =>
  encoding === undefined || /^(?:gzip|identity)$/i.test(encoding)
    ? "The answer is not UTF-8."
    : "The answer has a content encoding that was not asked for."

/** Up to this size a body is read in one piece, if it says its size. */
const small = 1024 * 1024

/** So much of an answer outside 2xx is read. */
const explanation = 64 * 1024

/** What the answer says, or `NaN`. */
const announcedSize = (response: HttpClientResponse.HttpClientResponse): number =>
  Number(response.headers["content-length"])

const readBytes = (response: HttpClientResponse.HttpClientResponse, maxSize: number): Body => {
  const announced = announcedSize(response)
  const isPlain = response.headers["content-encoding"] === undefined
  return isPlain && announced <= Math.min(small, maxSize)
    ? Effect.map(response.arrayBuffer, (buffer) => new Uint8Array(buffer))
    : readUpTo(response.stream, announced > maxSize ? 0 : maxSize)
}

/** The bytes of a stream. One that has more than the limit is read so far that it shows, and then closed. */
const readUpTo = <E>(stream: Stream.Stream<Uint8Array, E>, limit: number): Effect.Effect<Bytes, E> =>
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

/**
 * By its first bytes, whatever the headers say: some transports have taken it off by now, and no JSON starts so.
 */
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const gunzip = (bytes: Bytes): Stream.Stream<Uint8Array, Unreadable> =>
  Stream.fromReadableStream(
    () => new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")),
    () => new Unreadable("The answer's gzip is broken.")
  )

const joined = (chunks: ReadonlyArray<Uint8Array>, size: number): Bytes => {
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

const strict = new TextDecoder("utf-8", { fatal: true })
const lenient = new TextDecoder()
