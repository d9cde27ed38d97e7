import { effect } from "@effect/vitest"
import { CustomApps } from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { root } from "../support/apps.js"
import { appId, appRecord, pageOf } from "../support/records.js"
import { inTurn, requestsTo } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const notJson = { body: "<html>not json</html>", headers: { "content-type": "text/html" } }

describe("get", () => {
  effect("APG-1 APG-2: get gives the app with this id; keys of Self Service that the answer lacks are absent", () =>
    withTenant(({ path }) => ({ body: appRecord({ id: path.split("/").at(-1) }) }))((server) =>
      Effect.gen(function* () {
        const app = yield* (yield* CustomApps).get(appId)
        expect(app).toMatchObject({ id: appId, file_name: "test.pkg", unzip_location: null })
        expect(Object.keys(app)).not.toContain("self_service_category_id")
        expect(Object.keys(app)).not.toContain("self_service_recommended")
        expect(requestsTo(server)).toEqual([`GET ${root}/${appId}`])
      })
    )
  )

  effect("APG-3: an answer that is not JSON is a Decode error", () =>
    withTenant(() => notJson)(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* CustomApps).get(appId))
        expect([error.reason, error.operation, error.status]).toEqual(["Decode", "CustomApps.get", 200])
        expect(error.detail).toContain("Invalid JSON")
      })
    )
  )
})

describe("list", () => {
  const list = Effect.flatMap(CustomApps, (apps) => apps.list())

  effect("APL-1 APL-2: a single page is the whole list, in the server's order", () =>
    withTenant(() => ({ body: pageOf([appRecord({ name: "b" }), appRecord({ name: "a" })]) }))(() =>
      Effect.gen(function* () {
        const { results, ...rest } = yield* list
        expect(rest).toEqual({ count: 2, next: null, previous: null })
        expect(results.map(({ name }) => name)).toEqual(["b", "a"])
      })
    )
  )

  effect(
    "APL-3 APL-4 APL-5 APL-6 APL-7: two pages become one list, also with equal ids, without next or previous",
    () =>
      withTenant(
        inTurn(
          {
            body: pageOf([appRecord({ name: "1" }), appRecord({ name: "2" })], {
              count: 4,
              next: `https://tenant.api.kandji.io${root}?limit=2&offset=2`
            })
          },
          {
            body: pageOf([appRecord({ name: "3" }), appRecord({ name: "4" })], {
              count: 4,
              previous: `https://tenant.api.kandji.io${root}?limit=2`
            })
          }
        )
      )(() =>
        Effect.gen(function* () {
          const { results, ...rest } = yield* list
          expect(rest).toEqual({ count: 4, next: null, previous: null })
          expect(results.map(({ id, name }) => [id, name])).toEqual(["1", "2", "3", "4"].map((name) => [appId, name]))
        })
      )
  )

  effect("APL-8: an answer that is not JSON is a Decode error", () =>
    withTenant(() => notJson)(() =>
      Effect.gen(function* () {
        expect((yield* Effect.flip(list)).reason).toBe("Decode")
      })
    )
  )
})

effect("APD-1 APD-2: delete sends DELETE to the app's path, and a 204 is a success", () =>
  withTenant(() => ({ status: 204 }))((server) =>
    Effect.gen(function* () {
      expect(yield* (yield* CustomApps).delete(appId)).toBeUndefined()
      expect(requestsTo(server)).toEqual([`DELETE ${root}/${appId}`])
    })
  )
)
