import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { call, eventually, presign, upload } from "./support.js"

const categories = "/api/v1/self-service/categories"
const get = call("GET", categories)
const withLimits = (limits: Sandbox.Limits) => Effect.provide(Sandbox.layer({ limits }))

const names = [
  "RateLimit-Limit",
  "RateLimit-Remaining",
  "RateLimit-Reset",
  "X-RateLimit-Limit-Second",
  "X-RateLimit-Remaining-Second",
  "X-RateLimit-Limit-Hour",
  "X-RateLimit-Remaining-Hour"
]

describe("latency", () => {
  effect("delays every request, to the API and to storage, on Effect's clock", () =>
    Effect.gen(function* () {
      const passing = <A, R>(request: Effect.Effect<A, never, R>, count: number) =>
        Effect.gen(function* () {
          const waiting = yield* Effect.fork(request)
          yield* eventually(Effect.map(Sandbox.requests, (requests) => requests.length === count))
          expect(yield* Fiber.poll(waiting)).toMatchObject({ _tag: "None" })
          yield* TestClock.adjust("1 minute")
          return yield* Fiber.join(waiting)
        })
      const place = yield* passing(presign(), 1)
      expect((yield* passing(upload(place, "bytes"), 2)).status).toBe(204)
    }).pipe(Effect.provide(Sandbox.layer({ latency: "1 minute" })))
  )
})

// Headers: 37 answers captured in the vendor's Postman collection. The 429 is that of Kong's rate-limiting plugin.
describe("limits", () => {
  effect("every answer has the service's headers: 50 per second, 10,000 per hour, and the remaining requests", () =>
    Effect.gen(function* () {
      yield* get
      const { headers } = yield* get
      expect(names.map((name) => headers.get(name))).toEqual(["50", "48", "1", "50", "48", "10000", "9998"])
      expect(yield* (yield* Sandbox).limits.quota).toEqual({
        perSecond: 50,
        perHour: 10_000,
        leftThisSecond: 48,
        leftThisHour: 9998
      })
    }).pipe(withLimits(true))
  )

  effect("too many requests in a second get Kong's 429 with Retry-After; after that second, requests succeed", () =>
    Effect.gen(function* () {
      for (let request = 0; request < 50; request++) expect((yield* get).status).toBe(200)
      const refused = yield* get
      expect([refused.status, refused.json]).toEqual([429, { message: "API rate limit exceeded" }])
      expect(
        ["retry-after", "ratelimit-remaining", "ratelimit-reset"].map((name) => refused.headers.get(name))
      ).toEqual(["1", "0", "1"])
      yield* TestClock.adjust("1 second")
      const again = yield* get
      expect([again.status, again.headers.get("x-ratelimit-remaining-hour")]).toEqual([200, "9949"])
    }).pipe(withLimits(true))
  )

  effect("too many requests in an hour get the rest of the hour as Retry-After; refused requests are not counted", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("59 minutes")
      yield* Effect.all([get, get])
      for (const _ of [1, 2]) {
        const refused = yield* get
        expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"])
        expect(refused.headers.get("ratelimit-limit")).toBe("2")
      }
      yield* TestClock.adjust("1 minute")
      expect((yield* get).headers.get("x-ratelimit-remaining-hour")).toBe("1")
    }).pipe(withLimits({ perHour: 2 }))
  )

  effect("a request without a token counts; unknown paths and requests to storage do not", () =>
    Effect.gen(function* () {
      expect(
        (yield* call("GET", categories, { headers: { authorization: "" } })).headers.get("ratelimit-remaining")
      ).toBe("49")
      expect((yield* call("GET", "/api/v1/nothing")).headers.get("ratelimit-limit")).toBeNull()
      const stored = yield* upload(yield* presign(), "bytes")
      expect([stored.status, stored.headers.get("ratelimit-limit")]).toEqual([204, null])
      expect((yield* get).headers.get("ratelimit-remaining")).toBe("47")
    }).pipe(withLimits(true))
  )

  effect("there are none by default; they can be set and removed at any time", () =>
    Effect.gen(function* () {
      const { limits } = yield* Sandbox
      expect([(yield* get).headers.get("ratelimit-limit"), yield* limits.quota]).toEqual([null, undefined])
      yield* limits.set({ perSecond: 1 })
      expect([(yield* get).status, (yield* get).status]).toEqual([200, 429])
      yield* limits.set(false)
      expect((yield* get).status).toBe(200)
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})
