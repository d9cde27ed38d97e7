/**
 * Sends one request and reads its complete answer.
 */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { Response } from "../operation/Answer.js"
import type { Method } from "../operation/Operation.js"
import { isSuccess } from "./answer.js"
import type { Session } from "./session.js"
import { bareCause, describeCause } from "./transport.js"
import { type Head, readUpTo, type Reply, type Wire } from "./wire.js"

/** A request, and the facts that its errors name. */
export interface Exchange {
  readonly operation: string
  readonly method: Method
  readonly path: string
  readonly request: HttpClientRequest.HttpClientRequest
}

export interface ExchangeLimits {
  readonly timeout: Duration.DurationInput
  /** The largest body that is read, in bytes. */
  readonly maxSize: number
}

/** The message if the session closes after the first try of a call has begun. */
export const cutOff = "The session closed before the answer came: the service may have acted on the call."

/** Sends a request and reads its whole answer. Stops at the size limit, at the timeout, or when the session closes. */
export const execute = (
  wire: Wire,
  session: Session,
  { method, operation, path, request }: Exchange,
  { maxSize, timeout }: ExchangeLimits
): Effect.Effect<Response, ApiClientError> => {
  const fail = (reason: "SessionClosed" | "Transport" | "Timeout" | "Decode", detail?: string, cause?: unknown) =>
    new ApiClientError({ reason, operation, method, path, detail, cause: bareCause(cause) })
  const lost = (cause: unknown) => fail("Transport", describeCause(cause), cause)

  return Effect.async<Reply, ApiClientError>((resume) => {
    let isOver = false
    let stop = nothing
    let unwatch = nothing
    const end = (outcome: Effect.Effect<Reply, ApiClientError>): void => {
      isOver = true
      unwatch()
      // Drops the references to the request. Otherwise V8 keeps chains of requests until a full garbage collection.
      stop = nothing
      unwatch = nothing
      resume(outcome)
    }
    unwatch = session.watchTime((why) => {
      stop()
      const tooLong = `No complete answer within ${Duration.format(timeout)}.`
      end(Effect.fail(why === "closed" ? fail("SessionClosed", cutOff) : fail("Timeout", tooLong)))
    })
    if (isOver) return
    stop = wire(
      request,
      (head) => (isSuccess(head) ? (announcedSize(head) > maxSize ? 0 : maxSize) : explanation),
      (sent) => end(Either.isLeft(sent) ? Effect.fail(lost(sent.left)) : Effect.succeed(sent.right))
    )
    return Effect.sync(() => {
      unwatch()
      stop()
    })
  }).pipe(
    Effect.flatMap((reply) => {
      if (!isSuccess(reply)) return readSome(reply)
      return reply.broken === undefined
        ? Effect.mapError(readWhole(reply, maxSize), (problem) => fail("Decode", problem))
        : Effect.fail(lost(reply.broken))
    })
  )
}

const nothing = (): void => undefined

/** Returns the answer with its whole body, decompressed. Fails with a message that says what is wrong. */
const readWhole = (reply: Reply, maxSize: number): Effect.Effect<Response, string> => {
  const checked = (bytes: Uint8Array): Effect.Effect<Response, string> =>
    bytes.byteLength > maxSize || announcedSize(reply) > maxSize
      ? Effect.fail(`The answer is larger than ${maxSize} bytes.`)
      : Effect.succeed(responseOf(reply, bytes))
  return isGzip(reply.bytes) && reply.bytes.byteLength <= maxSize
    ? Effect.flatMap(readUpTo(gunzip(reply.bytes), maxSize), checked)
    : checked(reply.bytes)
}

/** Returns an answer outside 2xx with its body, decompressed. A body that cannot be read becomes an empty one. */
const readSome = (reply: Reply): Effect.Effect<Response> =>
  isGzip(reply.bytes)
    ? readUpTo(gunzip(reply.bytes), explanation).pipe(
        Effect.orElseSucceed(() => new Uint8Array()),
        Effect.map((bytes) => responseOf(reply, bytes))
      )
    : Effect.succeed(responseOf(reply, reply.bytes))

const responseOf = ({ headers, status }: Head, bytes: Uint8Array): Response => ({ status, headers, bytes })

/** How many bytes of an answer outside 2xx are read at most. */
const explanation = 64 * 1024

/** The `Content-Length` in bytes; `NaN` if there is no such header. */
const announcedSize = ({ headers }: Head): number => Number(headers["content-length"])

/**
 * Looks at the first bytes and ignores the headers, because some transports have decompressed the body already. No JSON
 * starts with these bytes.
 */
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const gunzip = (bytes: Uint8Array): Stream.Stream<Uint8Array, string> =>
  Stream.fromReadableStream(
    () => new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("gzip")),
    () => "The answer's gzip is broken."
  )
