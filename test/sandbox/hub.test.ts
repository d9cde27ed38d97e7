/**
 * The event stream of the page: many pages, slow pages, and pages that do not read at all.
 */
import { live } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import { connect, type Socket } from "node:net"
import { expect } from "vitest"
import { makeFaultDesk } from "../../src/sandbox/page/faultDesk.js"
import { makeHub } from "../../src/sandbox/page/hub.js"
import { pageRoutes } from "../../src/sandbox/page/page.js"
import { Sandbox } from "../../src/sandbox/index.js"
import { call } from "./support.js"

const decoder = new TextDecoder()

/** The next `count` texts of a reading. */
const read = (iterator: AsyncIterator<Uint8Array>, count: number) =>
  Effect.promise(async () => {
    const texts: Array<string> = []
    while (texts.length < count) {
      const { done = false, value } = await iterator.next()
      if (done) break
      texts.push(decoder.decode(value))
    }
    return texts
  })

live(
  "a page that reads gets all events in order; one that does not is disconnected, without affecting the others",
  () =>
    Effect.gen(function* () {
      const source = yield* Queue.unbounded<string>()
      const runs = yield* Ref.make(0)
      const over = yield* Deferred.make<void>()
      const hub = makeHub({
        source: Stream.fromQueue(source).pipe(
          Stream.onStart(Ref.update(runs, (count) => count + 1)),
          Stream.ensuring(Deferred.succeed(over, undefined))
        ),
        first: Effect.succeed("first"),
        capacity: 100
      })
      const [quick, slow] = [yield* hub.open, yield* hub.open]
      const [quickly, slowly] = [quick.chunks[Symbol.asyncIterator](), slow.chunks[Symbol.asyncIterator]()]
      expect(yield* read(quickly, 1)).toEqual(["first"])
      expect(yield* read(slowly, 1)).toEqual(["first"])
      for (let index = 0; index < 100; index++) {
        yield* source.offer(`event ${index}`)
        expect(yield* read(quickly, 1)).toEqual([`event ${index}`])
      }
      expect([quick.cut.aborted, slow.cut.aborted]).toEqual([false, true])
      // One event was on its way already.
      expect((yield* read(slowly, 100)).length).toBeLessThan(2)
      expect(yield* Ref.get(runs)).toBe(1)
      yield* Effect.promise(async () => quickly.return?.())
      yield* Deferred.await(over)
    })
)

/** A page that is open, and never reads a byte once it has the head of the answer. */
const open = (port: number) =>
  Effect.acquireRelease(
    Effect.async<Socket>((resume) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(`GET /_sandbox/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
        socket.once("data", () => {
          socket.pause()
          resume(Effect.succeed(socket))
        })
      })
      socket.on("error", () => undefined)
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

live("fifty open pages share one listener and one snapshot of the tenant", () =>
  Effect.gen(function* () {
    const listening = yield* Ref.make(0)
    const routes = (sandbox: Sandbox.Service) =>
      pageRoutes(Effect.runSync(makeFaultDesk))({
        ...sandbox,
        events: Stream.onStart(
          sandbox.events,
          Ref.update(listening, (count) => count + 1)
        )
      })
    const { tenantUrl } = yield* Sandbox.serve({ routes })
    yield* Effect.replicateEffect(open(Number(new URL(tenantUrl).port)), 50)
    expect(yield* Ref.get(listening)).toBe(1)
  }).pipe(Effect.scoped)
)

live(
  "a page that stops reading is disconnected while another one continues",
  () =>
    Effect.gen(function* () {
      const { tenantUrl } = yield* Sandbox
      const stuck = yield* open(Number(new URL(tenantUrl).port))
      const events = yield* Effect.promise(() => fetch(`${tenantUrl}/_sandbox/events`))
      const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader()
      const last = yield* Effect.fork(
        Effect.promise(async () => {
          let text = ""
          while (!text.includes("the-last-request")) text = text.slice(-100) + ((await reader?.read())?.value ?? "")
        })
      )

      // Together, these are more than the buffer of the hub and the kernel's buffers of the connection.
      const ask = (query: string) => call("GET", `/api/v1/self-service/categories?${query}`)
      for (let index = 0; index < 800; index++) yield* ask("x".repeat(10_000))
      yield* ask("the-last-request")
      yield* Fiber.join(last)
      const closed = Effect.async<void>((resume) => void stuck.once("close", () => resume(Effect.void)).resume())
      yield* closed
      yield* Effect.promise(async () => reader?.cancel())
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer({ routes: pageRoutes(Effect.runSync(makeFaultDesk)) }))),
  60_000
)
