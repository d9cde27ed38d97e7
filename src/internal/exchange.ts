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
import { describeCause } from "./transport.js"

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
    new ApiClientError({ reason, operation, method, path, detail, cause })
  return http.execute(request).pipe(
    Effect.flatMap((response) =>
      Effect.flatMap(readBody(response, limits.maxSize), (bytes) => {
        const text = decodeText(bytes, isSuccess(response))
        return text === undefined
          ? Effect.fail("not text" as const)
          : Effect.succeed({ status: response.status, headers: response.headers, text, size: bytes.byteLength })
      })
    ),
    Effect.mapError((error) => {
      if (error === "too large") return fail("Decode", `The answer is larger than ${limits.maxSize} bytes.`)
      if (error === "not text") return fail("Decode", "The answer is not UTF-8.")
      return fail("Transport", describeCause(error.cause), error.cause)
    }),
    Effect.timeoutFail({
      duration: limits.timeout,
      onTimeout: () => fail("Timeout", `No complete answer within ${Duration.format(limits.timeout)}.`)
    })
  )
}

/** Up to this size a body is read in one piece, if it says its size. */
const small = 1024 * 1024

const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  maxSize: number
): Effect.Effect<Uint8Array, HttpClientError.ResponseError | "too large"> => {
  const announced = Number(response.headers["content-length"])
  const isPlain = response.headers["content-encoding"] === undefined
  if (isPlain && announced > maxSize) return Effect.fail("too large")
  if (isPlain && announced <= small) return Effect.map(response.arrayBuffer, (buffer) => new Uint8Array(buffer))
  return Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Effect.map(
      Stream.runForEachChunk(response.stream, (parts) => {
        for (const part of parts) {
          chunks.push(part)
          size += part.byteLength
        }
        return size > maxSize ? Effect.fail("too large" as const) : Effect.void
      }),
      () => joined(chunks, size)
    )
  })
}

const joined = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
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

/** A record whose text is broken must not be taken for whole. What an error says may be. */
const decodeText = (bytes: Uint8Array, mustBeWhole: boolean): string | undefined => {
  if (!mustBeWhole) return lenient.decode(bytes)
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}
