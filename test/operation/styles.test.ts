/**
 * Listings in each page style are read completely and on demand, or they fail. No incomplete listing looks complete.
 */
import { effect } from "@effect/vitest"
import { ApiClient, Pages } from "effect-iru"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import type { Handler } from "../support/server.js"
import { withTenant } from "../support/tenant.js"
import { serving, type Style, styles } from "./styles.js"

const options = { pace: { perSecond: Infinity, perHour: Infinity }, retry: { times: 0 } }
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

const records = ({ pages }: Style, concurrency = 1) =>
  Stream.unwrap(
    Effect.map(ApiClient, (client) =>
      client
        .pages("/api/v1/numbers", pages, { query: { platform: "Mac" }, concurrency, prefetch: 0 })
        .pipe(Stream.mapConcat(({ results }) => results))
    )
  )

const whole = (style: Style, concurrency?: number) =>
  Effect.map(Stream.runCollect(records(style, concurrency)), (all) => Chunk.toReadonlyArray(all))

describe.each(Object.entries(styles))("%s", (_, style) => {
  for (const concurrency of [1, 4]) {
    effect(
      `reads all records of two and a half pages in order, ${concurrency} pages at a time, with the caller's filter`,
      () =>
        withTenant(
          serving(style, { records: () => upTo(25), size: 10 }),
          options
        )(({ received }) =>
          Effect.gen(function* () {
            expect(yield* whole(style, concurrency)).toEqual(upTo(25))
            expect(received.map(({ query }) => query["platform"])).toEqual(received.map(() => "Mac"))
          })
        )
    )
  }

  effect("requests no more pages than the caller takes", () =>
    withTenant(
      serving(style, { records: () => upTo(50), size: 10 }),
      options
    )(({ received }) =>
      Effect.gen(function* () {
        expect(Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(records(style), 1)))).toEqual([0])
        expect(received).toHaveLength(1)
        expect(Chunk.size(yield* Stream.runCollect(Stream.take(records(style), 12)))).toBe(12)
        expect(received).toHaveLength(3)
      })
    )
  )

  effect("reads an empty listing with one request", () =>
    withTenant(
      serving(style, { records: () => [], size: 10 }),
      options
    )(({ received }) =>
      Effect.gen(function* () {
        expect(yield* whole(style)).toEqual([])
        expect(received).toHaveLength(1)
      })
    )
  )

  effect("reads a listing that grows meanwhile to its new end", () => {
    let asked = 0
    return withTenant(
      serving(style, { records: () => upTo(25 + 3 * asked++), size: 10 }),
      options
    )(() => Effect.map(whole(style), (all) => expect(all.slice(0, 25)).toEqual(upTo(25))))
  })

  effect("ends if a listing shrinks meanwhile", () => {
    let asked = 0
    return withTenant(
      serving(style, { records: () => upTo(25 - 4 * asked++), size: 10 }),
      options
    )(() => Effect.map(whole(style, 4), (all) => expect(all).toEqual(upTo(all.length))))
  })

  const notItsEnvelope: ReadonlyArray<readonly [string, unknown, RegExp]> = [
    ["an object that has other keys", { items: [1, 2], cursor: "x" }, /has the keys items, cursor/],
    ["a text", "nothing to see", /has a string/],
    ["an error with status 200", { detail: "No." }, /has the keys detail/]
  ]
  for (const [what, body, found] of notItsEnvelope) {
    effect(`fails if the answer is ${what}, and says what it found`, () =>
      withTenant(
        () => ({ body: JSON.stringify(body) }),
        options
      )(() =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(whole(style))
          expect(error.reason).toBe("Decode")
          expect(error.detail).toMatch(found)
        })
      )
    )
  }

  effect("returns the whole listing or fails, whatever a server sends", () =>
    Effect.gen(function* () {
      const run = Runtime.runPromise(yield* Effect.runtime<never>())
      // With a computed offset, a repeated page looks like a page of other records.
      const twists = style.isLinked ? (["none", "again", "cut", "empty"] as const) : (["none", "cut", "empty"] as const)
      yield* Effect.promise(() =>
        FastCheck.assert(
          FastCheck.asyncProperty(
            FastCheck.integer({ min: 0, max: 55 }),
            FastCheck.integer({ min: 1, max: 20 }),
            FastCheck.integer({ min: 1, max: 5 }),
            FastCheck.nat({ max: 60 }),
            FastCheck.constantFrom(...twists),
            async (count, size, concurrency, place, twist) => {
              const pages = Math.ceil(count / size)
              // Never the last page: an end that the server announces is a valid end.
              const at = pages < 2 ? -1 : 1 + (place % (pages - 1)) - (twist === "empty" && pages > 2 ? 1 : 0)
              let asked = 0
              const handler: Handler = ({ query }) => {
                const body = style.body({ records: () => upTo(count), size }, query)
                if (asked++ !== at || at === 0 || twist === "none") return { body: JSON.stringify(body) }
                if (twist === "again") return { body: style.body({ records: () => upTo(count), size }, {}) }
                const isLast = JSON.stringify(body).includes(String(count - 1))
                // Without a total or a link in the page, an empty page means the end.
                const isBare = Object.keys(Object(body)).every((key) => key === "results" || /^\d+$/.test(key))
                if (twist === "cut" || isBare || isLast) return { body: { truncated: true } }
                return {
                  body: JSON.stringify(body, (key, value: unknown) => (key === (style.key ?? "results") ? [] : value))
                }
              }
              const all = await run(Effect.either(withTenant(handler, options)(() => whole(style, concurrency))))
              if (Either.isLeft(all) && twist !== "none") expect(all.left).toMatchObject({ reason: "Decode" })
              else expect(all).toEqual(Either.right(upTo(count)))
            }
          ),
          { numRuns: 30 }
        )
      )
    })
  )
})

const linked = Object.entries(styles).filter(([, { isLinked }]) => isLinked)

describe.each(linked)("a next link, %s", (_, style) => {
  /** Changes the `next` of the second page. */
  const misled = (change: (next: string) => string): Handler => {
    let asked = 0
    return ({ query }) => {
      const body = JSON.stringify(style.body({ records: () => upTo(50), size: 10 }, query))
      asked += 1
      return {
        body:
          asked === 2
            ? body.replace(/"next":"([^"]+)"/, (_, next: string) => `"next":${JSON.stringify(change(next))}`)
            : body
      }
    }
  }

  for (const [where, host] of [
    ["another host", "https://evil.example"],
    ["http:", "http://tenant.invalid"],
    ["a port of this machine", "http://127.0.0.1:1"]
  ] as const) {
    effect(`that points to ${where} is requested from the tenant instead`, () =>
      withTenant(
        misled((next) => next.replace(/^https?:\/\/[^/]+/, host)),
        options
      )(({ received }) =>
        Effect.gen(function* () {
          expect(yield* whole(style)).toEqual(upTo(50))
          expect(received).toHaveLength(5)
        })
      )
    )
  }

  effect("that was read before fails, so that the listing does not repeat endlessly", () =>
    withTenant(
      misled((next) =>
        next.replace(/(offset|page|cursor)=\d+/, (_, name: string) => `${name}=${name === "page" ? 2 : 10}`)
      ),
      options
    )(() =>
      Effect.map(Effect.flip(whole(style)), (error) => {
        expect(error.reason).toBe("Decode")
        expect(error.detail).toContain("read before")
      })
    )
  )

  effect("in an empty page fails", () =>
    withTenant(
      ({ query }) => ({
        body: JSON.stringify(style.body({ records: () => upTo(50), size: 10 }, query), (key, value: unknown) =>
          key === "results" && Object.keys(query).some((name) => /offset|page|cursor/.test(name)) ? [] : value
        )
      }),
      options
    )(() => Effect.map(Effect.flip(whole(style)), ({ reason }) => expect(reason).toBe("Decode")))
  )
})

describe.each(Object.entries(styles).filter(([, { isPlanned }]) => isPlanned))(
  "several pages at once, %s",
  (_, style) => {
    effect("are requested together after the first page has told the total", () =>
      withTenant(
        serving(style, { records: () => upTo(60), size: 10 }),
        options
      )(({ received }) =>
        Effect.gen(function* () {
          expect(yield* whole(style, 5)).toEqual(upTo(60))
          expect(received).toHaveLength(6)
        })
      )
    )

    effect("include records that are added meanwhile, although the total has changed", () => {
      let asked = 0
      return withTenant(
        serving(style, { records: () => upTo(++asked > 2 ? 75 : 60), size: 10 }),
        options
      )(() => Effect.map(whole(style, 3), (all) => expect(all).toEqual(upTo(75))))
    })
  }
)

effect("a Prism listing continues until its cursor is empty, even after a short page and without a total", () => {
  const pages = [
    { data: upTo(10), cursor: "a" },
    { data: [10, 11], cursor: "b" },
    { data: [12, 13, 14], cursor: "" }
  ]
  let asked = 0
  return withTenant(
    () => ({ body: { offset: 0, limit: 10, total: null, ...pages[asked++] } }),
    options
  )(({ received }) =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      const all = yield* Stream.runCollect(client.pages("/api/v1/prism/apps", Pages.prism(Schema.Number)))
      expect(Chunk.toReadonlyArray(all).flatMap(({ results }) => results)).toEqual(upTo(15))
      expect(received.map(({ query }) => query["cursor"])).toEqual(["", "a", "b"])
    })
  )
})

effect("a numbered listing whose total is null ends with an empty page", () => {
  let asked = 0
  return withTenant(
    ({ query }) => ({
      body: { total: null, page: Number(query["page"]), size: 2, results: [[0, 1], [2], [3, 4], []][asked++] }
    }),
    options
  )(() =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      const all = yield* Stream.runCollect(client.pages("/api/v1/numbers", Pages.numbered(Schema.Number)))
      expect(Chunk.toReadonlyArray(all).flatMap(({ results }) => results)).toEqual(upTo(5))
    })
  )
})

effect("a listing fails if the service ignores the offset of a bare array", () =>
  withTenant(
    () => ({ body: upTo(10) }),
    options
  )(() =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      const error = yield* Effect.flip(Stream.runDrain(client.pages("/api/v1/devices", Pages.array(Schema.Number))))
      expect(error.reason).toBe("Decode")
      expect(error.detail).toContain("the one before it, again")
    })
  )
)
