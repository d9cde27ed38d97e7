/**
 * The server writes `next`, the link to the next page of a listing: it may choose a page, and nothing else.
 */
import { describe, effect } from "@effect/vitest"
import { CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { expect } from "vitest"
import { type Handler, serve } from "../support/server.js"
import { token, withTenant } from "../support/tenant.js"
import { expectNothingUnhandled, script } from "./support.js"

const page = (id: string, next: unknown, count = 2) => ({
  body: { count, next, previous: null, results: [script(id)] }
})

/** Two pages; the first one names the second in `next`. */
const twoPages =
  (next: string): Handler =>
  ({ query }) =>
    query["offset"] === "1" ? page("b", null) : page("a", next)

const names = Effect.flatMap(CustomScripts, (scripts) => scripts.list()).pipe(
  Effect.map(({ results }) => results.map(({ id }) => id))
)

const failure = Effect.flip(names)

expectNothingUnhandled()

describe("a next link that points elsewhere", () => {
  effect("to another host gives the next page of this tenant, and the other host gets no request", () =>
    Effect.gen(function* () {
      const other = yield* serve(() => page("stolen", null))
      for (const next of [
        `${other.origin}/api/v1/library/custom-scripts?offset=1`,
        `${other.origin.replace("http:", "")}/steal?offset=1`,
        `${other.origin.replace("http://", "http://user:password@")}/?offset=1`,
        `${other.origin.replace("http://", "https://")}/?offset=1`,
        `${other.origin}/../../other?offset=1#fragment`
      ]) {
        yield* withTenant(twoPages(next))(({ origin, received }) =>
          Effect.gen(function* () {
            expect(yield* names).toEqual(["a", "b"])
            expect(received.map(({ path }) => path)).toEqual([
              "/api/v1/library/custom-scripts",
              "/api/v1/library/custom-scripts"
            ])
            expect(received.every(({ headers }) => headers.authorization === `Bearer ${token}`)).toBe(true)
            expect(received.every(({ headers }) => `http://${headers.host}` === origin)).toBe(true)
          })
        )
      }
      expect(other.received).toEqual([])
    }).pipe(Effect.scoped)
  )

  for (const next of [
    "file:///etc/passwd?offset=1",
    "ftp://elsewhere.invalid/x?offset=1",
    "javascript:alert(1)?offset=1",
    "/api/v1/blueprints?offset=1",
    "?offset=1",
    "../../../secret?offset=1",
    "\\\\elsewhere.invalid\\share?offset=1"
  ]) {
    effect(`as ${next} gives the next page of the same listing`, () =>
      withTenant(twoPages(next))(({ received }) =>
        Effect.gen(function* () {
          expect(yield* names).toEqual(["a", "b"])
          expect(received.map(({ path }) => path)).toEqual([
            "/api/v1/library/custom-scripts",
            "/api/v1/library/custom-scripts"
          ])
        })
      )
    )
  }

  effect("cannot change the source tag or send it twice", () =>
    withTenant(twoPages("?offset=1&source=evil&source=worse"))(({ received }) =>
      Effect.gen(function* () {
        yield* names
        for (const { search } of received) {
          expect(new URLSearchParams(search).getAll("source")).toHaveLength(1)
          expect(search).not.toMatch(/evil|worse/)
        }
      })
    )
  )
})

describe("a next link that never ends the listing", () => {
  effect("because its address is invalid is a Decode", () =>
    withTenant(twoPages("http://[bad"))(() =>
      Effect.gen(function* () {
        const error = yield* failure
        expect(error.reason).toBe("Decode")
        expect(error.message).toContain("next")
      })
    )
  )

  effect("because it is not text is a Decode that names the key", () =>
    withTenant(() => page("a", { url: "?offset=1" }))(() =>
      Effect.gen(function* () {
        const error = yield* failure
        expect(error.reason).toBe("Decode")
        expect(error.detail).toContain("next")
      })
    )
  )

  effect("because it names its own page is a Decode after two requests", () =>
    withTenant(() => page("a", "?offset=1"))(({ received }) =>
      Effect.gen(function* () {
        const error = yield* failure
        expect(error.reason).toBe("Decode")
        expect(error.detail).toContain("read before")
        expect(received).toHaveLength(2)
      })
    )
  )

  effect("because three pages form a ring is a Decode after one round", () =>
    withTenant(({ query }) => page(`${query["offset"]}`, `?offset=${(Number(query["offset"] ?? 0) + 1) % 3}`))(
      ({ received }) =>
        Effect.gen(function* () {
          const error = yield* failure
          expect(error.reason).toBe("Decode")
          expect(received.length).toBeLessThanOrEqual(5)
        })
    )
  )

  effect("because a page has no records is a Decode", () =>
    withTenant(() => ({ body: { count: 5, next: "?offset=1", previous: null, results: [] } }))(({ received }) =>
      Effect.gen(function* () {
        const error = yield* failure
        expect(error.reason).toBe("Decode")
        expect(error.detail).toContain("empty page")
        expect(received).toHaveLength(1)
      })
    )
  )

  effect("because there are always new records is a Decode after twice as many records as the total says", () =>
    withTenant(({ query }) => page(`${query["offset"] ?? 0}`, `?offset=${Number(query["offset"] ?? 0) + 1}`, 5))(
      ({ received }) =>
        Effect.gen(function* () {
          const error = yield* failure
          expect(error.reason).toBe("Decode")
          expect(error.detail).toBe("next: there is more after 11 of 5 records.")
          expect(received).toHaveLength(11)
        })
    )
  )

  effect("is not assumed if a listing grows while it is read: that listing is read to its end", () =>
    withTenant(({ query }) => {
      const offset = Number(query["offset"] ?? 0)
      return page(`${offset}`, offset < 40 ? `?offset=${offset + 1}` : null, Math.max(4, offset))
    })(() => Effect.map(names, (names) => expect(names).toHaveLength(41)))
  )

  effect("is followed only as far as the program reads", () =>
    withTenant(({ query }) => page(`${query["offset"] ?? 0}`, `?offset=${Number(query["offset"] ?? 0) + 1}`, 1e9))(
      ({ received }) =>
        Effect.gen(function* () {
          const scripts = yield* CustomScripts
          const some = yield* Stream.runCollect(Stream.take(scripts.stream({ prefetch: 1 }), 25))
          expect([...some].map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, at) => `${at}`))
          expect(received.length).toBeLessThan(30)
        })
    )
  )
})
