/**
 * Which calls are retried and which are not, on a server that counts what it carries out.
 */
import { effect, live } from "@effect/vitest"
import { ApiClient, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as TestClock from "effect/TestClock"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { retryTable, withRetryTable } from "../../scripts/retry-table.js"
import { type Handler, inTurn, type Reply, serve } from "../support/server.js"
import { tenantAt, withTenant } from "../support/tenant.js"
import { aMoment, eventually, freePort, recordingLogs } from "./support.js"

const script = {
  id: "1",
  name: "Name",
  active: true,
  execution_frequency: "once",
  restart: false,
  script: "true",
  created_at: "2026-01-01T00:00:00.000000Z",
  updated_at: "2026-01-01T00:00:00.000000Z"
}
const content = { name: "Name", execution_frequency: "once", script: "true" } as const

/** What a server does with one request. */
type Fate =
  | { readonly kind: "answer"; readonly status: number; readonly acts: boolean }
  | { readonly kind: "cut"; readonly acts: boolean; readonly midway: boolean }

const failed = FastCheck.oneof(
  FastCheck.constantFrom(400, 401, 403, 404, 409, 410, 422, 429, 418).map((status): Fate => ({
    kind: "answer",
    status,
    acts: false
  })),
  FastCheck.record({ status: FastCheck.constantFrom(500, 502, 503, 504), acts: FastCheck.boolean() }).map(
    (fate): Fate => ({ kind: "answer", ...fate })
  ),
  FastCheck.record({ acts: FastCheck.boolean(), midway: FastCheck.boolean() }).map((fate): Fate => ({
    kind: "cut",
    ...fate
  }))
)
const fates = FastCheck.array(failed, { maxLength: 6 })
const done: Fate = { kind: "answer", status: 200, acts: true }

const reasons: Record<number, string> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "NotFound",
  418: "UnexpectedStatus",
  422: "BadRequest",
  429: "RateLimited"
}

const times = 4

/** The outcome that a caller must see and the number of requests: the retry policy, written a second time. */
const expected = (verb: Verb, sequence: ReadonlyArray<Fate>) => {
  const changesNothing = verb === "get" || verb === "delete"
  let maybeDone = false
  for (let tries = 1; ; tries++) {
    const fate = sequence[tries - 1] ?? done
    if (fate.kind === "answer" && fate.status < 300) return { outcome: "Success", tries }
    const reason =
      fate.kind === "cut" ? "Transport" : fate.status >= 500 ? "Unavailable" : (reasons[fate.status] ?? "unknown")
    if (verb === "delete" && reason === "NotFound" && maybeDone) return { outcome: "Success", tries }
    const again = reason === "RateLimited" || (changesNothing && (reason === "Transport" || reason === "Unavailable"))
    if (!again || tries > times) return { outcome: reason, tries }
    maybeDone ||= reason !== "RateLimited"
  }
}

const verbs = {
  create: (scripts: CustomScripts.Service) => scripts.create(content),
  update: (scripts: CustomScripts.Service) => scripts.update("1", { name: "Other" }),
  get: (scripts: CustomScripts.Service) => scripts.get("1"),
  delete: (scripts: CustomScripts.Service) => scripts.delete("1")
}
type Verb = keyof typeof verbs

live(
  "whatever a server answers and wherever it cuts, no write is done twice, and each failure has the right reason",
  () => {
    let rest: Array<Fate> = []
    let requests = 0
    let effects = 0
    const handler: Handler = (_, { response }) => {
      const fate = rest.shift() ?? done
      requests++
      if (fate.acts) effects++
      if (fate.kind === "answer") {
        return { status: fate.status, body: script, headers: fate.status === 429 ? { "retry-after": "0" } : {} }
      }
      if (fate.midway) {
        response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
        response.write("{")
        response.flushHeaders()
      }
      setImmediate(() => response.destroy())
      return "handled"
    }
    return withTenant(handler, {
      retry: { times, base: 0 },
      pace: { perSecond: Infinity, perHour: Infinity }
    })(() =>
      Effect.gen(function* () {
        const scripts = yield* CustomScripts
        const run = Runtime.runPromise(yield* Effect.runtime())
        yield* Effect.promise(() =>
          FastCheck.assert(
            FastCheck.asyncProperty(
              FastCheck.constantFrom<Verb>("create", "update", "get", "delete"),
              fates,
              async (verb, sequence) => {
                rest = [...sequence]
                requests = 0
                effects = 0
                const outcome = await run(
                  Effect.match(Effect.asVoid<unknown, { readonly reason: string }, never>(verbs[verb](scripts)), {
                    onFailure: ({ reason }) => reason,
                    onSuccess: () => "Success"
                  })
                )
                expect({ outcome, tries: requests }).toEqual(expected(verb, sequence))
                if (verb === "create" || verb === "update") expect(effects).toBeLessThanOrEqual(1)
              }
            ),
            { numRuns: 400 }
          )
        )
      })
    )
  },
  60_000
)

live("a create that found no connection is sent once there is one, and is carried out once", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const port = yield* freePort
      const origin = `http://127.0.0.1:${port}`
      const lines: Array<string> = []
      let creates = 0
      const services = yield* Layer.build(Iru.layer(tenantAt(origin, { retry: { times: 1_000, base: "20 millis" } })))
      const call = yield* Effect.flatMap(CustomScripts, (scripts) => scripts.create(content)).pipe(
        Effect.provide(services),
        Effect.provide(recordingLogs(lines)),
        Effect.fork
      )
      yield* eventually(() => lines.filter((line) => line.includes("ECONNREFUSED")).length >= 2)
      yield* serve(() => {
        creates++
        return { body: script }
      }, port)
      yield* Fiber.join(call)
      expect(creates).toBe(1)
    })
  )
)

const unavailable: Reply = { status: 503, body: { detail: "Come back later." } }

effect("a part of a program can have its own retry policy, or none", () =>
  withTenant(() => unavailable, { retry: { times: 2, base: 0 } })(({ received }) =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      const requests = <A, E, R>(call: Effect.Effect<A, E, R>) =>
        Effect.map(Effect.exit(call), (exit) => {
          expect(Exit.isFailure(exit)).toBe(true)
          return received.length
        })
      expect(yield* requests(scripts.get("1"))).toBe(3)
      expect(yield* requests(scripts.get("1").pipe(ApiClient.noRetry))).toBe(4)
      expect(yield* requests(scripts.get("1").pipe(ApiClient.withRetry({ times: 5 })))).toBe(10)
      expect(yield* requests(scripts.get("1").pipe(ApiClient.withRetry({ times: 1 }), ApiClient.noRetry))).toBe(12)
      expect(yield* requests(scripts.list().pipe(ApiClient.noRetry))).toBe(13)
    })
  )
)

effect("pauses are random and double each time, and no try starts after the time limit of the call", () =>
  withTenant(() => unavailable, {
    retry: { times: 1_000, base: "10 seconds", within: "1 minute" }
  })(({ received }) =>
    Effect.gen(function* () {
      const call = yield* Effect.fork(Effect.flip(Effect.flatMap(CustomScripts, (scripts) => scripts.get("1"))))
      for (let elapsed = 0; elapsed <= 60; elapsed++) {
        yield* aMoment
        yield* TestClock.adjust("1 second")
      }
      expect((yield* Fiber.join(call)).reason).toBe("Unavailable")
      expect(received.length).toBeGreaterThan(1)
    })
  )
)

effect("a Retry-After that is a date is followed, and the call goes on at that date", () =>
  withTenant(inTurn({ ...unavailable, headers: { "retry-after": "Thu, 01 Jan 2026 12:00:30 GMT" } }, { body: script }))(
    ({ received }) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2026, 0, 1, 12, 0, 0))
        const call = yield* Effect.fork(Effect.flatMap(CustomScripts, (scripts) => scripts.get("1")))
        yield* eventually(() => received.length === 1)
        yield* aMoment
        yield* TestClock.adjust("29 seconds")
        yield* aMoment
        expect(received).toHaveLength(1)
        yield* TestClock.adjust("1001 millis")
        yield* Fiber.join(call)
      })
  )
)

test("the table in docs/reliability.md says what the code does", () => {
  const page = readFileSync("docs/reliability.md", "utf8")
  expect(page).toContain(retryTable)
  expect(withRetryTable(page)).toBe(page)
})
