import { effect } from "@effect/vitest"
import { Blueprints } from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { blueprintId, blueprintRecord, pageOf } from "../support/records.js"
import { inTurn } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const root = "/api/v1/blueprints"
const list = Effect.flatMap(Blueprints, (blueprints) => blueprints.list())

describe("list", () => {
  effect("BPL-1 BPL-2: a single page takes one request without limit or offset, and the count is the server's", () =>
    withTenant(() => ({ body: pageOf([blueprintRecord()], { count: 3 }) }))((server) =>
      Effect.gen(function* () {
        const { count, results } = yield* list
        expect([count, results.length]).toEqual([3, 1])
        expect(server.received.map(({ path, query }) => [path, Object.keys(query)])).toEqual([[root, ["source"]]])
      })
    )
  )

  effect("BPL-3: each result has the id, name and type that the page has", () =>
    withTenant(() => ({ body: pageOf([{ id: blueprintId, name: "Engineering", type: "maps" }]) }))(() =>
      Effect.gen(function* () {
        expect((yield* list).results).toMatchObject([{ id: blueprintId, name: "Engineering", type: "maps" }])
      })
    )
  )

  effect("BPL-4 BPL-5 (improved: only the query of next is used, never its host): two pages are joined in order", () =>
    withTenant(
      inTurn(
        {
          body: pageOf([blueprintRecord({ name: "1" }), blueprintRecord({ name: "2" })], {
            count: 3,
            next: `${root}?limit=2&offset=2`
          })
        },
        { body: pageOf([blueprintRecord({ name: "3" })], { count: 3 }) }
      )
    )((server) =>
      Effect.gen(function* () {
        expect((yield* list).results.map(({ name }) => name)).toEqual(["1", "2", "3"])
        expect(server.received.map(({ path, query }) => [path, query["limit"], query["offset"]])).toEqual([
          [root, undefined, undefined],
          [root, "2", "2"]
        ])
      })
    )
  )

  effect("BPL-6: unknown keys are ignored; color and computers_count are known here", () =>
    withTenant(() => ({ body: pageOf([blueprintRecord({ brand_new: { a: 1 } })]) }))(() =>
      Effect.gen(function* () {
        expect((yield* list).results).toEqual([blueprintRecord()])
      })
    )
  )

  effect("BPL-7: ids are turned to lower case", () =>
    withTenant(() => ({ body: pageOf([blueprintRecord({ id: blueprintId.toUpperCase() })]) }))(() =>
      Effect.gen(function* () {
        expect((yield* list).results[0]?.id).toBe(blueprintId)
      })
    )
  )

  effect("BPL-8: results that are not a list are a Decode error that names them", () =>
    withTenant(() => ({ body: pageOf([], { results: "none" }) }))(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(list)
        expect(error.reason).toBe("Decode")
        expect(error.message).toContain("results")
      })
    )
  )
})
