/**
 * An `HttpClient` that sends requests to a tenant in the same process, without a socket. It behaves like a connection,
 * including its failures.
 */
import type * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Fiber from "effect/Fiber"
import type * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Answer, type Handler, type Incoming, readFile, sizeOf } from "./exchange.js"

type Chunks = AsyncIterable<Uint8Array>

/** An error with the `code` that undici would use, so that programs can check it. */
const connectionError = (code: string, message: string): Error => Object.assign(new Error(message), { code })

const closed = () => connectionError("UND_ERR_SOCKET", "other side closed")

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> => Symbol.asyncIterator in value

const encoder = new TextEncoder()

const bytesOf = (chunk: unknown): Uint8Array => {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === "string") return encoder.encode(chunk)
  throw new TypeError("A body must consist of bytes and text")
}

/** A body in the form in which it would be sent: its type, its length if known, and its bytes. */
interface Sent {
  readonly type?: string | undefined
  readonly length?: number | undefined
  readonly chunks: () => Chunks
}

const nothing: Sent = {
  chunks: async function* () {
    yield* []
  }
}

const whole = (bytes: Uint8Array, type?: string): Sent => ({
  type,
  length: bytes.length,
  chunks: async function* () {
    yield bytes
  }
})

const viaWeb = async (body: NonNullable<ConstructorParameters<typeof Response>[0]>): Promise<Sent> => {
  const response = new Response(body)
  return whole(new Uint8Array(await response.arrayBuffer()), response.headers.get("content-type") ?? undefined)
}

const isWebBody = (value: unknown): value is FormData | URLSearchParams | Blob | string =>
  typeof value === "string" || value instanceof FormData || value instanceof URLSearchParams || value instanceof Blob

const sentOf = async (body: HttpBody.HttpBody, runtime: Runtime.Runtime<never>): Promise<Sent> => {
  switch (body._tag) {
    case "Empty":
      return nothing
    case "Uint8Array":
      return whole(body.body, body.contentType)
    case "FormData":
      return viaWeb(body.formData)
    case "Stream":
      return {
        type: body.contentType,
        length: body.contentLength,
        chunks: () => Stream.toAsyncIterableRuntime(body.stream, runtime)
      }
    case "Raw": {
      const raw = body.body
      if (raw instanceof ArrayBuffer) return whole(new Uint8Array(raw), body.contentType)
      if (ArrayBuffer.isView(raw)) {
        return whole(new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength), body.contentType)
      }
      if (isWebBody(raw))
        return { ...(await viaWeb(raw)), ...(body.contentType === undefined ? {} : { type: body.contentType }) }
      if (typeof raw !== "object" || raw === null || !isAsyncIterable(raw)) throw new TypeError("This is not a body")
      return {
        type: body.contentType,
        length: body.contentLength,
        chunks: async function* () {
          for await (const chunk of raw) yield bytesOf(chunk)
        }
      }
    }
  }
}

/** The same chunks until the caller disconnects. Fails unless they have as many bytes as announced. */
const overConnection = (chunks: Chunks, length: number | undefined, signal: AbortSignal): Chunks => ({
  [Symbol.asyncIterator]: async function* () {
    const hungUp = new Promise<never>((_, reject) => {
      if (signal.aborted) reject(closed())
      signal.addEventListener("abort", () => reject(closed()), { once: true })
    })
    hungUp.catch(() => undefined)
    const iterator = chunks[Symbol.asyncIterator]()
    let seen = 0
    try {
      for (;;) {
        const step = await Promise.race([iterator.next(), hungUp])
        if (step.done === true) break
        seen += step.value.length
        if (length !== undefined && seen > length) throw closed()
        if (step.value.length > 0) yield step.value
      }
      if (length !== undefined && seen < length) throw closed()
    } finally {
      // Not awaited, since `return` of a source that sends nothing more would never end.
      iterator.return?.()?.catch(() => undefined)
    }
  }
})

const responseBody = (answer: Answer, method: string): ReadableStream<Uint8Array> | null => {
  const { body, ending, status } = answer
  if (method === "HEAD" || status === 204 || status === 205 || status === 304) return null
  const wanted = sizeOf(body) ?? Infinity
  const sent = ending !== undefined && ending._tag !== "Drop" ? Math.min(ending.after, wanted) : wanted
  const source = async function* () {
    if (sent > 0 && body._tag === "Bytes") yield body.bytes.subarray(0, sent)
    if (sent > 0 && body._tag === "File") yield* readFile(body, sent)
    if (body._tag === "Chunks") yield* body.chunks
    if (ending?._tag === "Cut") throw closed()
    if (ending?._tag === "Stall") await new Promise(() => undefined)
  }
  const iterator = source()
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const step = await iterator.next()
          if (step.done === true) controller.close()
          else controller.enqueue(step.value)
        } catch (error) {
          controller.error(error)
        }
      },
      cancel: () => void iterator.return().catch(() => undefined)
    },
    { highWaterMark: 0 }
  )
}

const transport = (request: HttpClientRequest.HttpClientRequest, cause: unknown) =>
  new HttpClientError.RequestError({ request, reason: "Transport", cause })

/**
 * A client for some servers, by origin. Requests to any other origin fail with `ENOTFOUND`. When the scope closes, the
 * servers refuse connections.
 */
export const inProcess = (
  servers: ReadonlyMap<string, Handler>
): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fibers = yield* FiberSet.make<Answer>()
    const open = new Set<AbortController>()
    let isClosed = false
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        isClosed = true
        for (const connection of open) connection.abort()
      })
    )

    return HttpClient.make((request, url, signal) =>
      Effect.gen(function* () {
        const fail = (cause: unknown) => transport(request, cause)
        const handler = servers.get(url.origin)
        if (handler === undefined) {
          return yield* fail(connectionError("ENOTFOUND", `getaddrinfo ENOTFOUND ${url.hostname}`))
        }
        if (isClosed) return yield* fail(connectionError("ECONNREFUSED", `connect ECONNREFUSED ${url.host}`))

        const runtime = yield* Effect.runtime<never>()
        const sent = yield* Effect.tryPromise({ try: () => sentOf(request.body, runtime), catch: fail })
        const connection = new AbortController()
        const hangUp = () => connection.abort()
        signal.addEventListener("abort", hangUp, { once: true })
        open.add(connection)
        const incoming: Incoming = {
          method: request.method,
          url: new URL(url),
          headers: {
            host: url.host,
            ...(sent.type === undefined ? {} : { "content-type": sent.type }),
            ...(sent === nothing
              ? {}
              : sent.length === undefined
                ? { "transfer-encoding": "chunked" }
                : { "content-length": String(sent.length) }),
            ...request.headers
          },
          body: overConnection(sent.chunks(), sent.length, connection.signal)
        }
        // The handler runs in its own fiber, so that a caller who disconnects does not wait for it.
        const fiber = yield* FiberSet.run(fibers, handler(incoming))
        const answer = yield* Fiber.join(fiber).pipe(
          Effect.onInterrupt(() =>
            Effect.sync(() => {
              hangUp()
              fiber.unsafeInterruptAsFork(fiber.id())
            })
          ),
          Effect.ensuring(
            Effect.sync(() => {
              open.delete(connection)
              signal.removeEventListener("abort", hangUp)
            })
          )
        )
        if (answer.ending?._tag === "Drop") return yield* fail(closed())
        const size = sizeOf(answer.body)
        const response = new Response(responseBody(answer, request.method), {
          status: answer.status,
          headers: { ...answer.headers, ...(size === undefined ? {} : { "content-length": String(size) }) }
        })
        return HttpClientResponse.fromWeb(request, response)
      })
    )
  })
