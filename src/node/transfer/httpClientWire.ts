/**
 * Sends requests to storage over a given `HttpClient`: the session's own if there is a proxy, a store in the same
 * process, or a recording.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { causeFacts, type Fail } from "./failures.js"
import type { Answer, Wire } from "./wire.js"

export const httpClientWire = (client: HttpClient.HttpClient): Wire => {
  const bare = client.pipe(
    // The request ends with the scope, even if its answer is not read to the end.
    HttpClient.withScope,
    HttpClient.withTracerPropagation(false),
    HttpClient.withTracerDisabledWhen(() => true)
  )
  const answer = (request: HttpClientRequest.HttpClientRequest, fail: Fail) =>
    Effect.gen(function* () {
      const response = yield* Effect.mapError(bare.execute(request), ({ cause }) =>
        fail("Transport", causeFacts(cause))
      )
      const body = yield* Effect.acquireRelease(
        NodeStream.toReadable(Stream.mapError(response.stream, ({ cause }) => cause)),
        (body) => Effect.sync(() => body.destroy())
      )
      body.on("error", () => undefined)
      return { status: response.status, headers: response.headers, body } satisfies Answer
    })
  return {
    get: (url, headers, fail) => answer(HttpClientRequest.get(url, { headers }), fail),
    post: (url, { body, contentType, length, written }, fail) =>
      Effect.suspend(() => {
        const counted = body.pipe(
          // Otherwise all pieces of a chunk would be handed over together, and progress on a slow line would jump.
          Stream.rechunk(1),
          Stream.map((piece) => {
            written(piece.length)
            // The buffer of a piece is soon reused, and this client may hold the piece longer.
            return piece.slice()
          })
        )
        const request = HttpClientRequest.post(url, { body: HttpBody.stream(counted, contentType, length) })
        return answer(request, fail)
      })
  }
}
