/**
 * Sends requests to storage with Node's own HTTP client. undici takes a tenth more time for a download over TLS, and
 * more memory for downloads and uploads.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from "node:http"
import { request as tlsRequest } from "node:https"
import type { Agents } from "./agents.js"
import { causeFacts, type Fail } from "./failures.js"
import type { Answer, Form, Wire } from "./wire.js"

export const nodeWire = (agents: Agents): Wire => ({
  get: (url, headers, fail) =>
    Effect.gen(function* () {
      const { answer, request } = yield* open(agents, url, { headers }, fail)
      request.end()
      return yield* answer
    }),
  post: (url, form, fail) =>
    Effect.gen(function* () {
      const headers = { "content-type": form.contentType, "content-length": form.length }
      const { answer, request } = yield* open(agents, url, { method: "POST", headers }, fail)
      return yield* Effect.raceFirst(answer, Effect.zipRight(send(request, form), Effect.never))
    })
})

/** A request that is not sent yet, and its answer. */
const open = ({ http, https }: Agents, url: URL, options: RequestOptions, fail: Fail) =>
  Effect.gen(function* () {
    const answer = yield* Deferred.make<Answer, ReturnType<Fail>>()
    const request = yield* Effect.acquireRelease(
      Effect.sync(() =>
        url.protocol === "https:"
          ? tlsRequest(url, { ...options, agent: https(url) })
          : plainRequest(url, { ...options, agent: http(url) })
      ),
      (request) => Effect.sync(() => request.destroy())
    )
    request.once("response", (response: IncomingMessage) => {
      // An error without a listener would end the process, even after the answer was read.
      response.on("error", () => undefined)
      const { headers, statusCode: status = 0 } = response
      Deferred.unsafeDone(answer, Effect.succeed({ status, headers, body: response }))
    })
    request.on("error", (cause) => Deferred.unsafeDone(answer, Effect.fail(fail("Transport", causeFacts(cause)))))
    return { request, answer: Deferred.await(answer) }
  })

/** Writes a form. The next piece is read while the two before it are being written. */
const send = (request: ClientRequest, { body, written }: Form) =>
  Effect.gen(function* () {
    let before: Effect.Effect<void> = Effect.void
    let last: Effect.Effect<void> = Effect.void
    yield* Stream.runForEach(body, (piece) =>
      Effect.gen(function* () {
        yield* before
        yield* turnOfTheLoop
        const done = yield* Deferred.make<void>()
        // The request itself reports failures, and only if no answer came before them.
        request.write(piece, (error) => {
          if (error) return
          written(piece.length)
          Deferred.unsafeDone(done, Effect.void)
        })
        before = last
        last = Deferred.await(done)
      })
    )
    yield* last
    request.end()
  })

/** Waits for one turn of the event loop, so that an answer that has arrived is seen before the next write can fail. */
const turnOfTheLoop = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})
