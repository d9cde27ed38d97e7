/**
 * Listings that a client could lose itself in.
 */
import { effect } from "@effect/vitest"
import { CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { pageOf, scriptRecord } from "../support/records.js"
import { inTurn, serve } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const root = "/api/v1/library/custom-scripts"
const named = (...names: ReadonlyArray<string>) => names.map((name) => scriptRecord({ name }))
const list = Effect.flatMap(CustomScripts, (scripts) => scripts.list())

describe("a listing", () => {
  effect("that is empty is an empty list, and an empty stream", () =>
    withTenant(() => ({ body: pageOf([]) }))((server) =>
      Effect.gen(function* () {
        expect(yield* list).toEqual({ count: 0, next: null, previous: null, results: [] })
        expect([...(yield* Stream.runCollect((yield* CustomScripts).stream()))]).toEqual([])
        expect(server.received).toHaveLength(2)
      })
    )
  )

  for (const [what, next] of [
    ["the same page", `${root}?page=2`],
    ["the first page", `${root}`]
  ] as const) {
    effect(`whose next names ${what} again and again ends with a failure, and not never`, () =>
      withTenant(() => ({ body: pageOf(named("a"), { next }) }))((server) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(list)
          expect(error).toMatchObject({ reason: "Decode", operation: "CustomScripts.list" })
          expect(error.message).toContain("next: it names a page that was read before")
          expect(server.received.length).toBeLessThanOrEqual(3)
        })
      )
    )
  }

  effect("whose next goes in a circle of two ends with a failure", () =>
    withTenant(({ query }) => ({
      body: pageOf(named("a"), { next: `${root}?page=${query["page"] === "2" ? "3" : "2"}` })
    }))(() =>
      Effect.gen(function* () {
        expect((yield* Effect.flip(list)).message).toContain("next: it names a page that was read before")
      })
    )
  )

  effect("whose next names another host is read on from the tenant: the token goes nowhere else", () =>
    Effect.gen(function* () {
      const elsewhere = yield* serve(() => ({ body: pageOf(named("not ours")) }))
      yield* withTenant(
        inTurn(
          { body: pageOf(named("a"), { next: `${elsewhere.origin}/other/path?page=2&cursor=a%26b%3D` }) },
          { body: pageOf(named("b")) }
        )
      )((server) =>
        Effect.gen(function* () {
          expect((yield* list).results.map(({ name }) => name)).toEqual(["a", "b"])
          expect(server.received.map(({ path }) => path)).toEqual([root, root])
          expect(server.received[1]?.query).toMatchObject({ page: "2", cursor: "a&b=" })
        })
      )
      expect(elsewhere.received).toEqual([])
    }).pipe(Effect.scoped)
  )

  for (const next of [`${root}?page=2`, "?page=2", "/somewhere/else?page=2", "custom-scripts?page=2"]) {
    effect(`whose next is relative, ${next}, is read on`, () =>
      withTenant(inTurn({ body: pageOf(named("a"), { next }) }, { body: pageOf(named("b")) }))((server) =>
        Effect.gen(function* () {
          expect((yield* list).results.map(({ name }) => name)).toEqual(["a", "b"])
          expect(server.received[1]).toMatchObject({ path: root, query: { page: "2" } })
        })
      )
    )
  }

  effect("that is read on demand: of three pages, the first record costs one request", () =>
    withTenant(({ query }) => {
      const page = Number(query["page"] ?? 1)
      return { body: pageOf(named(`${page}a`, `${page}b`), { next: page < 3 ? `?page=${page + 1}` : null }) }
    })((server) =>
      Effect.gen(function* () {
        const first = yield* (yield* CustomScripts).stream().pipe(Stream.take(1), Stream.runCollect)
        expect([...first].map(({ name }) => name)).toEqual(["1a"])
        expect(server.received).toHaveLength(1)
      })
    )
  )

  effect("whose options make no sense is refused before anything is sent", () =>
    withTenant(() => ({ body: pageOf([]) }))((server) =>
      Effect.gen(function* () {
        const scripts = yield* CustomScripts
        for (const options of [{ pageSize: 0 }, { pageSize: 1.5 }, { prefetch: -1 }, { pageSize: Number.NaN }]) {
          expect(yield* Effect.flip(scripts.list(options))).toMatchObject({
            reason: "InvalidArgument",
            fieldErrors: { [Object.keys(options)[0] ?? ""]: [expect.any(String)] }
          })
        }
        expect(server.received).toEqual([])
      })
    )
  )
})
