/**
 * Pages that are read several at once give the same records as pages that are read one by one.
 */
import { effect, live } from "@effect/vitest"
import { ApiClient } from "effect-iru"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { expect } from "vitest"
import type { Handler, Received } from "../support/server.js"
import { withTenant } from "../support/tenant.js"
import { eventually } from "./support.js"

const fast = { pace: { perSecond: Infinity, perHour: Infinity } }

const numbers = (options: { readonly concurrency?: number; readonly pageSize?: number } = {}) =>
  Stream.unwrap(
    Effect.map(ApiClient, (client) =>
      client.pages("/api/v1/numbers", Schema.Number, options).pipe(Stream.mapConcat(({ results }) => results))
    )
  )

/** A listing by offset or by page number; the service has both. */
const listing =
  (records: () => ReadonlyArray<number>, size: number, by: "offset" | "page"): Handler =>
  ({ query }) => {
    const all = records()
    const index = by === "page" ? Number(query.page ?? 1) - 1 : Number(query.offset ?? 0) / size
    const end = (index + 1) * size
    const following = by === "page" ? `page=${index + 2}` : `limit=${size}&offset=${end}`
    return {
      body: {
        count: all.length,
        next: end < all.length ? `https://tenant.invalid/api/v1/numbers?${following}` : null,
        results: all.slice(index * size, end)
      }
    }
  }

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

live("pages that are read at once give their records in order, whichever answer comes first", () => {
  const waiting: Array<() => void> = []
  return withTenant(async (request, raw) => {
    if (request.query.offset !== undefined) await new Promise<void>((resolve) => waiting.push(resolve))
    return listing(() => upTo(50), 10, "offset")(request, raw)
  }, fast)(({ received }) =>
    Effect.gen(function* () {
      const all = yield* Effect.fork(Stream.runCollect(numbers({ concurrency: 8 })))
      yield* eventually(() => waiting.length === 4)
      expect(received).toHaveLength(5)
      for (const answer of waiting.toReversed()) answer()
      expect(Chunk.toReadonlyArray(yield* all)).toEqual(upTo(50))
    })
  )
})

effect("a stream reads one page ahead, and reads several at once from the second page on", () =>
  withTenant(
    listing(() => upTo(100), 10, "page"),
    fast
  )(({ received }) =>
    Effect.gen(function* () {
      expect(Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(numbers(), 15)))).toEqual(upTo(15))
      expect(received.length).toBeLessThanOrEqual(3)
      const before = received.length
      expect(Chunk.size(yield* Stream.runCollect(Stream.take(numbers({ concurrency: 5 }), 3)))).toBe(3)
      expect(received.length - before).toBe(1)
    })
  )
)

/** Ways in which a server departs from what its first page said. */
const twists: Record<string, (listing: Handler) => Handler> = {
  "is consistent": (listing) => listing,
  "ignores the requested offset or page": (listing) => (request, raw) =>
    listing({ ...request, query: {} } as Received, raw),
  "counts wrong": (listing) => (request, raw) =>
    withBody(listing(request, raw), (body) => ({ ...body, count: 1_000_000 })),
  "gives no count": (listing) => (request, raw) => withBody(listing(request, raw), (body) => ({ ...body, count: null }))
}

const withBody = (reply: ReturnType<Handler>, change: (body: object) => object): ReturnType<Handler> =>
  reply instanceof Promise || reply === "handled" || typeof reply.body !== "object" || reply.body === null
    ? reply
    : { ...reply, body: change(reply.body) }

for (const [name, twist] of Object.entries(twists)) {
  live(`if a server ${name}, reading several pages at once ends like reading one by one`, () => {
    let handler: Handler = () => ({})
    return withTenant(
      (request, raw) => handler(request, raw),
      fast
    )(() =>
      Effect.gen(function* () {
        const run = Runtime.runPromise(yield* Effect.runtime<ApiClient>())
        const read = (concurrency: number) =>
          run(
            Effect.gen(function* () {
              const seen: Array<number> = []
              const ended = yield* Effect.either(
                Stream.runForEach(numbers({ concurrency }), (n) => Effect.sync(() => seen.push(n)))
              )
              return { seen, ended: ended._tag === "Left" ? ended.left.message : "complete" }
            })
          )
        yield* Effect.promise(() =>
          FastCheck.assert(
            FastCheck.asyncProperty(
              FastCheck.integer({ min: 0, max: 60 }),
              FastCheck.integer({ min: 1, max: 20 }),
              FastCheck.constantFrom("offset" as const, "page" as const),
              async (count, size, by) => {
                handler = twist(listing(() => upTo(count), size, by))
                expect(await read(7)).toEqual(await read(1))
              }
            ),
            { numRuns: 25 }
          )
        )
      })
    )
  })
}

live("if records are added or removed meanwhile, the rest is read by the next link of each page", () => {
  let records = upTo(100)
  return withTenant((request, raw) => {
    if (request.query.offset === "50") records = upTo(63)
    return listing(() => records, 10, "offset")(request, raw)
  }, fast)(({ received }) =>
    Effect.gen(function* () {
      const all = Chunk.toReadonlyArray(yield* Stream.runCollect(numbers({ concurrency: 3 })))
      expect(all).toEqual(upTo(63))
      expect(received.at(-1)?.query.offset).toBe("60")
    })
  )
})
