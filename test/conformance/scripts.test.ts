import { effect } from "@effect/vitest"
import { type CreateCustomScript, CustomScripts, type UpdateCustomScript } from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { jsonOf } from "../support/bodies.js"
import { categoryId, pageOf, scriptId, scriptRecord } from "../support/records.js"
import { type Handler, lastRequest, requestsTo } from "../support/server.js"
import { fieldsOf, untyped, withTenant } from "../support/tenant.js"

const root = "/api/v1/library/custom-scripts"

/** Answers with the fields of the request, as the service does. */
const echo: Handler = (request) => ({
  status: request.method === "POST" ? 201 : 200,
  body: { ...scriptRecord(), ...(jsonOf(request) as object) }
})

const unknownId: Handler = () => ({ status: 404, body: { detail: "No CustomScript matches the given query." } })

const kinds: ReadonlyArray<CreateCustomScript> = [
  { name: "Once", script: "echo 1", execution_frequency: "once", show_in_self_service: false },
  {
    name: "On demand",
    script: "echo 2",
    execution_frequency: "no_enforcement",
    show_in_self_service: true,
    self_service_category_id: categoryId,
    self_service_recommended: false
  },
  {
    name: "Daily",
    script: "echo 3",
    remediation_script: "echo repaired",
    execution_frequency: "every_day",
    active: true,
    restart: true
  }
]

const create = (script: CreateCustomScript) => Effect.flatMap(CustomScripts, (scripts) => scripts.create(script))
const update = (id: string, changes: UpdateCustomScript) =>
  Effect.flatMap(CustomScripts, (scripts) => scripts.update(id, changes))

describe("create", () => {
  for (const kind of kinds) {
    effect(`SCC-1 SCC-2 SCC-3: ${kind.execution_frequency}: every field is returned unchanged, after one request`, () =>
      withTenant(echo)((server) =>
        Effect.gen(function* () {
          const created = yield* create(kind)
          expect(created).toMatchObject({ id: scriptId, ...kind })
          expect(requestsTo(server)).toEqual([`POST ${root}`])
        })
      )
    )
  }

  effect("SCC-4 SCC-6: a script in Self Service without a category is refused, and nothing is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const fields = { name: "x", script: "x", execution_frequency: "once", show_in_self_service: true }
        const error = yield* Effect.flip(create(untyped(fields)))
        expect(error.reason).toBe("InvalidArgument")
        expect(error.message).toContain("self_service_category_id: is required")
        expect(server.received).toEqual([])
      })
    )
  )

  effect("a category without show_in_self_service is refused, and nothing is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const fields = { name: "x", script: "x", execution_frequency: "once", self_service_category_id: categoryId }
        const error = yield* Effect.flip(create(untyped(fields)))
        expect(fieldsOf(error)).toEqual(["self_service_category_id"])
        expect(server.received).toEqual([])
      })
    )
  )

  effect("SCC-5 SCC-6: no_enforcement without Self Service is refused, and nothing is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const fields = { name: "x", script: "x", execution_frequency: "no_enforcement", show_in_self_service: false }
        const error = yield* Effect.flip(create(untyped(fields)))
        expect(error.reason).toBe("InvalidArgument")
        expect(fieldsOf(error)).toEqual(["self_service_category_id", "show_in_self_service"])
        expect(server.received).toEqual([])
      })
    )
  )
})

describe("get", () => {
  effect("SCG-1 SCG-2: get gives the script with this id", () =>
    withTenant(({ path }) => ({ body: scriptRecord({ id: path.split("/").at(-1) }) }))((server) =>
      Effect.gen(function* () {
        const script = yield* (yield* CustomScripts).get(scriptId)
        expect(script).toEqual({ ...scriptRecord(), remediation_script: null })
        expect(requestsTo(server)).toEqual([`GET ${root}/${scriptId}`])
      })
    )
  )

  effect("SCG-3: an unknown id is a NotFound", () =>
    withTenant(unknownId)(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* CustomScripts).get(scriptId))
        expect([error.reason, error.status, error.detail]).toEqual([
          "NotFound",
          404,
          "No CustomScript matches the given query."
        ])
      })
    )
  )
})

describe("list", () => {
  /** A listing of this many scripts in pages of five, with a relative `next`. */
  const listing =
    (total: number): Handler =>
    ({ query }) => {
      const page = Number(query["page"] ?? 1)
      const names = Array.from({ length: total }, (_, index) => String(index)).slice((page - 1) * 5, page * 5)
      return {
        body: pageOf(
          names.map((name) => scriptRecord({ name })),
          { count: total, next: page * 5 < total ? `${root}?page=${page + 1}` : null }
        )
      }
    }

  for (const [rows, total, requests] of [
    ["SCL-1 SCL-2 SCL-3 SCL-4: 5 scripts", 5, 1],
    ["SCL-5 SCL-6 SCL-7 SCL-8: no scripts", 0, 1],
    ["SCL-9 SCL-10 SCL-11 SCL-12: 17 scripts on pages of five, with a relative next", 17, 4]
  ] as const) {
    effect(
      `${rows}: list gives all of them, after ${requests} request${requests === 1 ? "" : "s"} without a limit`,
      () =>
        withTenant(listing(total))((server) =>
          Effect.gen(function* () {
            const { results, ...rest } = yield* (yield* CustomScripts).list()
            expect(rest).toEqual({ count: total, next: null, previous: null })
            expect(results).toEqual(
              Array.from({ length: total }, (_, index) => ({
                ...scriptRecord({ name: String(index) }),
                remediation_script: null
              }))
            )
            expect(server.received).toHaveLength(requests)
            expect(server.received.every(({ query }) => query["limit"] === undefined)).toBe(true)
          })
        )
    )
  }
})

describe("update", () => {
  for (const kind of kinds) {
    effect(`SCU-1 SCU-2: ${kind.execution_frequency}: every field is returned as it was given`, () =>
      withTenant(echo)((server) =>
        Effect.gen(function* () {
          expect(yield* update(scriptId, kind)).toMatchObject({ id: scriptId, ...kind })
          expect(requestsTo(server)).toEqual([`PATCH ${root}/${scriptId}`])
        })
      )
    )
  }

  effect("SCU-3 (improved: the script may have a category already): show_in_self_service alone is sent unchanged", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        yield* update(scriptId, { show_in_self_service: true })
        expect(jsonOf(lastRequest(server))).toEqual({ show_in_self_service: true })
      })
    )
  )

  effect("removing a script from Self Service does not send the category, which the service would drop", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const hidden = { show_in_self_service: false, self_service_category_id: categoryId } as const
        yield* update(scriptId, hidden)
        expect(jsonOf(lastRequest(server))).toEqual({ show_in_self_service: false })
        yield* create({ name: "x", script: "x", execution_frequency: "once", ...hidden })
        expect(jsonOf(lastRequest(server))).toEqual({
          name: "x",
          script: "x",
          execution_frequency: "once",
          show_in_self_service: false
        })
      })
    )
  )

  effect("SCU-3: show_in_self_service with the category set to null is refused, and nothing is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(update(scriptId, { show_in_self_service: true, self_service_category_id: "" }))
        expect([error.reason, error.operation]).toEqual(["InvalidArgument", "CustomScripts.update"])
        expect(error.message).toContain("self_service_category_id: is required")
        expect(server.received).toEqual([])
      })
    )
  )

  effect("SCU-4: no_enforcement without Self Service is refused, and nothing is sent", () =>
    withTenant(echo)((server) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          update(scriptId, { execution_frequency: "no_enforcement", show_in_self_service: false })
        )
        expect(error.reason).toBe("InvalidArgument")
        expect(fieldsOf(error)).toContain("show_in_self_service")
        expect(server.received).toEqual([])
      })
    )
  )

  effect("SCU-5: an unknown id is a NotFound", () =>
    withTenant(unknownId)(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(update(scriptId, { name: "x" }))
        expect([error.reason, error.status]).toEqual(["NotFound", 404])
      })
    )
  )
})
