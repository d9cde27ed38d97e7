/**
 * How many requests a session sends a second and an hour. The clock is the test's own; the requests are real.
 */
import { effect } from "@effect/vitest"
import { ApiClient, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { inTurn, type Reply, serve } from "../support/server.js"
import { script } from "../hostile/support.js"
import { tenantAt, withTenant } from "../support/tenant.js"
import { aMoment, eventually } from "./support.js"

const ask = (name: string) => Effect.flatMap(ApiClient, (client) => client.get(`/api/v1/${name}`, Schema.Unknown))

const askTimes = (times: number) =>
  Effect.forEach(Array.from({ length: times }), (_, index) => ask(`things/${index}`), { concurrency: "unbounded" })

const ok: Reply = { body: {} }
const noRetry = { retry: { times: 0 } }

effect("a session sends no more requests a second than its limit allows", () =>
  withTenant(() => ok)(({ received }) =>
    Effect.gen(function* () {
      const all = yield* Effect.fork(askTimes(120))
      yield* eventually(() => received.length >= 50)
      yield* aMoment
      expect(received).toHaveLength(50)
      yield* TestClock.adjust("999 millis")
      yield* aMoment
      expect(received).toHaveLength(50)
      yield* TestClock.adjust("2 millis")
      yield* eventually(() => received.length >= 100)
      yield* aMoment
      expect(received).toHaveLength(100)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(all)
    })
  )
)

effect(
  "requests count against the hourly limit for an hour, and a call that would wait too long says for how long",
  () =>
    withTenant(() => ok, { pace: { perHour: 3 }, retry: { times: 0, maxWait: "1 minute" } })(({ received }) =>
      Effect.gen(function* () {
        yield* ask("a")
        yield* TestClock.adjust("30 minutes")
        yield* ask("b")
        yield* ask("c")
        expect(yield* ApiClient.quota).toMatchObject({ limit: 3, remaining: 0, waiting: 0 })
        const error = yield* Effect.flip(ask("d"))
        expect(error.reason).toBe("RateLimited")
        expect(error.status).toBeUndefined()
        expect(Duration.toMinutes(error.retryAfter ?? 0)).toBeCloseTo(30, 3)
        expect(error.message).toContain("try again in 30m")
        expect(received).toHaveLength(3)
        yield* TestClock.adjust("30 minutes")
        yield* ask("d")
        expect((yield* ApiClient.quota).remaining).toBe(0)
        yield* TestClock.adjust("1 hours")
        expect((yield* ApiClient.quota).remaining).toBe(3)
      })
    )
)

effect("all sessions of one tenant in one process share one count, and the lowest limit holds", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const { origin, received } = yield* serve(() => ok)
      const one = yield* Layer.build(Iru.layer(tenantAt(origin, { pace: { perSecond: 10 } })))
      const other = yield* Layer.build(Iru.layer(tenantAt(origin, { pace: { perSecond: 4 } })))
      const all = yield* Effect.fork(
        Effect.all([Effect.provide(askTimes(4), one), Effect.provide(askTimes(4), other)], { concurrency: 2 })
      )
      yield* eventually(() => received.length >= 4)
      yield* aMoment
      expect(received).toHaveLength(4)
      yield* TestClock.adjust("1001 millis")
      yield* Fiber.join(all)
    })
  )
)

effect("after a 429, all calls of the tenant wait as long as the service asks, plus a random part", () =>
  withTenant(
    inTurn({ status: 429, headers: { "retry-after": "20" }, body: { message: "API rate limit exceeded" } }, ok)
  )(({ received }) =>
    Effect.gen(function* () {
      const refused = yield* Effect.fork(ask("refused"))
      yield* eventually(() => received.length === 1)
      yield* aMoment
      const bystander = yield* Effect.fork(ask("bystander"))
      yield* aMoment
      expect(Duration.toSeconds((yield* ApiClient.quota).wait)).toBeGreaterThanOrEqual(20)
      yield* TestClock.adjust("19 seconds")
      yield* aMoment
      expect(received).toHaveLength(1)
      yield* TestClock.adjust("3001 millis")
      yield* Fiber.join(bystander)
      yield* Fiber.join(refused)
      expect(received).toHaveLength(3)
    })
  )
)

effect("after a 429 without Retry-After, calls wait for the time in RateLimit-Reset", () =>
  withTenant(
    inTurn({ status: 429, headers: { "ratelimit-reset": "7" } }, ok),
    noRetry
  )(({ received }) =>
    Effect.gen(function* () {
      expect((yield* Effect.flip(ask("refused"))).reason).toBe("RateLimited")
      const next = yield* Effect.fork(ask("next"))
      yield* TestClock.adjust("6900 millis")
      yield* aMoment
      expect(received).toHaveLength(1)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(next)
    })
  )
)

effect("if the service asks for a wait of an hour, calls fail at once and say how long the wait is", () =>
  withTenant(inTurn({ status: 429, headers: { "retry-after": "3600" } }, ok))(({ received }) =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(ask("refused"))
      expect([refused.reason, refused.status]).toEqual(["RateLimited", 429])
      expect(Duration.toSeconds(refused.retryAfter ?? 0)).toBe(3600)
      const unsent = yield* Effect.flip(ask("unsent"))
      expect([unsent.reason, unsent.status]).toEqual(["RateLimited", undefined])
      expect(Duration.toMinutes(unsent.retryAfter ?? 0)).toBeGreaterThan(59)
      expect(received).toHaveLength(1)
    })
  )
)

effect("if the service says that the hour's requests are used up, calls wait for the next hour", () =>
  withTenant((request) => ({
    body: {},
    headers: { "x-ratelimit-remaining-hour": request.path.endsWith("a") ? "1" : "0" }
  }))(({ received }) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1, 12, 57))
      yield* ask("a")
      expect((yield* ApiClient.quota).remaining).toBe(1)
      yield* ask("b")
      expect((yield* ApiClient.quota).remaining).toBe(0)
      const next = yield* Effect.fork(ask("c"))
      yield* TestClock.adjust("2 minutes")
      yield* aMoment
      expect(received).toHaveLength(2)
      yield* TestClock.adjust("61 seconds")
      yield* Fiber.join(next)
    })
  )
)

effect("calls of other kinds go before a listing, unless a priority is set", () =>
  withTenant((request) => ({ body: request.path.endsWith("scripts") ? { count: 0, next: null, results: [] } : {} }), {
    pace: { perSecond: 1 }
  })(({ received }) =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      yield* ask("first")
      const queue = yield* Effect.forEach(
        [
          scripts.list(),
          Effect.asVoid(ask("lock")),
          scripts.list().pipe(ApiClient.withPriority("interactive")),
          ask("report").pipe(ApiClient.withPriority("bulk"))
        ],
        (call) => Effect.zipLeft(Effect.fork(call), aMoment)
      )
      for (let i = 0; i < queue.length; i++) {
        yield* TestClock.adjust("1001 millis")
        yield* eventually(() => received.length === i + 2)
      }
      yield* Effect.forEach(queue, Fiber.join)
      expect(received.map(({ path }) => path.split("/").at(-1))).toEqual([
        "first",
        "lock",
        "custom-scripts",
        "custom-scripts",
        "report"
      ])
    })
  )
)

const pages = (count: number, offset: number) => ({
  body: {
    count,
    next: offset + 300 < count ? `?offset=${offset + 300}` : null,
    results: Array.from({ length: Math.min(300, count - offset) }, (_, at) => script(`${offset + at}`))
  }
})

effect("a listing of 40,000 records does not delay a command: the command is the next request that is sent", () =>
  withTenant(({ path, query }) => (path.endsWith("scripts") ? pages(40_000, Number(query["offset"] ?? 0)) : ok))(
    ({ received }) =>
      Effect.gen(function* () {
        const scripts = yield* CustomScripts
        const list = yield* Effect.fork(scripts.list())
        yield* eventually(() => received.length === 50)
        const lock = yield* Effect.fork(ask("lock"))
        yield* aMoment
        expect(received).toHaveLength(50)
        yield* TestClock.adjust("1001 millis")
        yield* Fiber.join(lock)
        expect(received.findIndex(({ path }) => path.endsWith("lock"))).toBe(50)
        const passing = yield* Effect.fork(Effect.forever(Effect.zipRight(aMoment, TestClock.adjust("1001 millis"))))
        expect((yield* Fiber.join(list)).results).toHaveLength(40_000)
        yield* Fiber.interrupt(passing)
      })
  )
)

effect("a command is sent even if the pages that a listing has requested are never answered", () => {
  let answerPages: () => void = () => undefined
  const answered = new Promise<void>((resolve) => {
    answerPages = resolve
  })
  return withTenant(async ({ path, query }) => {
    if (!path.endsWith("scripts")) return ok
    const offset = Number(query["offset"] ?? 0)
    if (offset > 0) await answered
    return pages(40_000, offset)
  })(({ received }) =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      const list = yield* Effect.fork(scripts.list())
      yield* eventually(() => received.length === 33)
      yield* ask("lock")
      answerPages()
      yield* Fiber.interrupt(list)
    })
  )
})

effect("a call that is interrupted while it waits does not use up a request", () =>
  withTenant(() => ok, { pace: { perSecond: 1 } })(({ received }) =>
    Effect.gen(function* () {
      yield* ask("first")
      const given = yield* Effect.fork(ask("given-up"))
      const kept = yield* Effect.fork(ask("kept"))
      yield* aMoment
      expect((yield* ApiClient.quota).waiting).toBe(2)
      yield* Fiber.interrupt(given)
      expect((yield* ApiClient.quota).waiting).toBe(1)
      yield* TestClock.adjust("1001 millis")
      yield* Fiber.join(kept)
      expect(received.map(({ path }) => path)).toEqual(["/api/v1/first", "/api/v1/kept"])
    })
  )
)

effect("a call fails once it has waited for its turn longer than maxWait", () =>
  withTenant(() => ok, { pace: { perSecond: 1 }, retry: { maxWait: "2500 millis" } })(({ received }) =>
    Effect.gen(function* () {
      yield* ask("first")
      const bulk = yield* Effect.fork(Effect.flip(ask("bulk").pipe(ApiClient.withPriority("bulk"))))
      yield* aMoment
      for (const name of ["a", "b", "c"]) {
        const call = yield* Effect.fork(ask(name))
        yield* aMoment
        yield* TestClock.adjust("1001 millis")
        yield* Fiber.join(call)
      }
      expect((yield* Fiber.join(bulk)).reason).toBe("RateLimited")
      expect(received).toHaveLength(4)
    })
  )
)
