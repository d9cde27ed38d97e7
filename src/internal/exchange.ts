/**
 * One request and its complete answer.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { Answer } from "./answer.js"
import type { BuiltRequest } from "./request.js"
import type { Method } from "./retry.js"

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
      Effect.map(readText(response, limits.maxSize), (text) => ({
        status: response.status,
        headers: response.headers,
        text
      }))
    ),
    Effect.mapError((error) =>
      error === "too large"
        ? fail("Decode", `The answer is larger than ${limits.maxSize} bytes.`)
        : fail("Transport", describeCause(error.cause), error.cause)
    ),
    Effect.timeoutFail({
      duration: limits.timeout,
      onTimeout: () => fail("Timeout", `No complete answer within ${Duration.format(limits.timeout)}.`)
    })
  )
}

const readText = (
  response: HttpClientResponse.HttpClientResponse,
  maxSize: number
): Effect.Effect<string, HttpClientError.ResponseError | "too large"> =>
  Effect.suspend(() => {
    const decoder = new TextDecoder()
    let size = 0
    return Stream.runFoldEffect(response.stream, "", (text, chunk) => {
      size += chunk.length
      return size > maxSize
        ? Effect.fail("too large" as const)
        : Effect.succeed(text + decoder.decode(chunk, { stream: true }))
    }).pipe(Effect.map((text) => text + decoder.decode()))
  })

/** What a transport says went wrong: its code and message, which hold no part of the request. */
export const describeCause = (cause: unknown): string => {
  if (cause instanceof AggregateError && cause.errors.length > 0) return describeCause(cause.errors[0])
  if (!(cause instanceof Error)) return "The connection failed."
  const code = Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : undefined
  const message = cause.message === "" && cause.cause !== undefined ? describeCause(cause.cause) : cause.message
  return code === undefined || message.includes(code) ? message : `${message} (${code})`
}
