import { effect } from "@effect/vitest"
import { SelfServiceCategories } from "effect-iru"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { categoryId } from "../support/records.js"
import { requestsTo } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

effect("SSC-1 SSC-2 SSC-3: list gives the bare JSON list, with ids and names, after one request", () => {
  const categories = ["Apps", "Productivity", "Utilities", "Security"].map((name) => ({ id: categoryId, name }))
  return withTenant(() => ({ body: categories.map((category) => ({ ...category, unknown: 1 })) }))((server) =>
    Effect.gen(function* () {
      expect(yield* (yield* SelfServiceCategories).list()).toEqual(categories)
      expect(requestsTo(server)).toEqual(["GET /api/v1/self-service/categories"])
    })
  )
})
