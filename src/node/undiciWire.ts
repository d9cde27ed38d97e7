/**
 * Sends requests with undici directly, and reads the bytes of an answer as they arrive, without a stream.
 */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Undici from "@effect/platform-node/Undici"
import * as Either from "effect/Either"
import { type Head, joined, type Reply, type Wire } from "../session/wire.js"

export const undiciWire =
  (dispatcher: Undici.Dispatcher): Wire =>
  (request, limitOf, done) => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    let limit = 0
    let head: Head | undefined
    let isOver = false
    let abort: ((reason: Error) => void) | undefined

    const finish = (broken?: unknown): void => {
      if (isOver) return
      isOver = true
      abort = undefined
      done(
        head === undefined ? Either.left(broken) : Either.right<Reply>({ ...head, bytes: joined(chunks, size), broken })
      )
    }

    const pathAt = request.url.indexOf("/", request.url.indexOf("//") + 2)
    dispatcher.dispatch(
      {
        origin: request.url.slice(0, pathAt),
        path: request.url.slice(pathAt),
        method: request.method,
        headers: request.headers,
        body: bodyOf(request),
        // The session has its own timeout for the whole request.
        headersTimeout: 0,
        bodyTimeout: 0
      },
      {
        onRequestStart: (controller) => {
          abort = (reason) => controller.abort(reason)
          if (isOver) abort(new Error("It was given up before it was sent."))
        },
        onResponseStart: (_, status, headers) => {
          if (status < 200) return
          head = { status, headers: singleValues(headers) }
          limit = limitOf(head)
        },
        onResponseData: (controller, chunk) => {
          chunks.push(chunk)
          size += chunk.byteLength
          if (size <= limit) return
          finish()
          controller.abort(new Error("No more of the answer is wanted."))
        },
        onResponseEnd: () => finish(),
        onResponseError: (_, error) => finish(error)
      }
    )
    return () => {
      isOver = true
      abort?.(new Error("It was given up."))
    }
  }

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): Uint8Array | null =>
  body._tag === "Uint8Array" ? body.body : null

const singleValues = (
  headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
): Head["headers"] => {
  const single: Record<string, string | undefined> = {}
  for (const name in headers) {
    const value = headers[name]
    single[name] = typeof value === "object" ? value.join(", ") : value
  }
  return single
}
