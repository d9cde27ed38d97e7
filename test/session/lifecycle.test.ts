/**
 * How a session ends, and that it leaves nothing behind.
 */
import { effect, live } from "@effect/vitest"
import { ApiClient } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { serve } from "../support/server.js"
import { tenantAt } from "../support/tenant.js"
import { aMoment, eventually } from "./support.js"

/** A session that the test opens and closes itself. */
const open = (options: Iru.Options) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const services = yield* Layer.buildWithScope(Iru.layer(options), scope)
    const ask = (path: string) =>
      Effect.provide(
        Effect.flatMap(ApiClient, (client) => client.get(path, Schema.Unknown)),
        services
      )
    return { ask, close: Scope.close(scope, Exit.void), quota: Effect.provide(ApiClient.quota, services) }
  })

live("a call that has started when the scope closes may finish; a later call is not sent", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const answers: Array<() => void> = []
      const { origin, received } = yield* serve(async () => {
        await new Promise<void>((resolve) => answers.push(resolve))
        return { body: {} }
      })
      const session = yield* open(tenantAt(origin, { drain: "1 minute" }))
      const call = yield* Effect.fork(session.ask("/api/v1/slow"))
      yield* eventually(() => answers.length === 1)
      const closing = yield* Effect.fork(session.close)
      yield* aMoment
      expect((yield* Effect.flip(session.ask("/api/v1/late"))).reason).toBe("SessionClosed")
      answers.forEach((answer) => answer())
      expect(Exit.isSuccess(yield* Fiber.await(call))).toBe(true)
      yield* Fiber.join(closing)
      expect(received).toHaveLength(1)
    })
  )
)

effect("a call that does not finish in time fails with SessionClosed, which says if a request may have been sent", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const { origin, received } = yield* serve(({ path }) =>
        path.endsWith("/never") ? "handled" : { status: 503, headers: { "retry-after": "60" } }
      )
      const session = yield* open(
        tenantAt(origin, { drain: "100 millis", pace: { perSecond: 2 }, retry: {}, timeout: "1 hour" })
      )
      const calls = yield* Effect.forEach(["/api/v1/never", "/api/v1/again", "/api/v1/turn"], (path) =>
        Effect.zipLeft(Effect.fork(Effect.flip(session.ask(path))), aMoment)
      )
      yield* eventually(() => received.length === 2)
      expect((yield* session.quota).waiting).toBe(1)
      const passing = yield* Effect.fork(Effect.forever(Effect.zipRight(aMoment, TestClock.adjust("100 millis"))))
      yield* session.close
      const [exchange, pause, turn] = yield* Effect.forEach(calls, Fiber.join)
      for (const error of [exchange, pause]) {
        expect(error).toMatchObject({ reason: "SessionClosed", detail: expect.stringContaining("may have acted") })
        expect(error?.message).toContain("The session closed before the answer came")
      }
      expect(turn).toMatchObject({ reason: "SessionClosed", detail: undefined })
      yield* Fiber.interrupt(passing)
      expect((yield* session.quota).waiting).toBe(0)
    })
  )
)

const listeners = () => process.eventNames().reduce((count, name) => count + process.listenerCount(name), 0)
const resources = () => process.getActiveResourcesInfo().length

live(
  "hundreds of sessions that open, send a request and close leave no socket, timer or listener behind",
  () =>
    Effect.scoped(
      Effect.gen(function* () {
        let connections = 0
        const { origin } = yield* serve((_, { request }) => {
          if (request.socket.listenerCount("end") < 100) {
            connections++
            request.socket.once("close", () => connections--)
          }
          return { body: {} }
        })
        const cycle = Effect.gen(function* () {
          const session = yield* open(tenantAt(origin, { pace: { perSecond: Infinity, perHour: Infinity } }))
          yield* session.ask("/api/v1/anything")
          yield* session.close
        })
        yield* Effect.replicateEffect(cycle, 20, { discard: true })
        yield* eventually(() => connections === 0)
        const before = { listeners: listeners(), resources: resources() }
        yield* Effect.replicateEffect(cycle, 300, { concurrency: 16, discard: true })
        yield* eventually(() => connections === 0 && resources() <= before.resources)
        expect(listeners()).toBe(before.listeners)
      })
    ).pipe(Effect.timeout(Duration.minutes(5))),
  330_000
)
