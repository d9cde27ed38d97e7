import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, keysOf, listAt, nowhere, textAt, uuid } from "./support.js"

const root = "/api/v1/blueprints"
const sandbox = Effect.provide(Sandbox.layer())

const create = (fields: Readonly<Record<string, string>> = {}) =>
  call("POST", root, { form: { name: "Blueprint", "enrollment_code.is_active": "true", ...fields } })

/** A library item to assign. */
const item = (name: string) =>
  Effect.map(
    call("POST", "/api/v1/library/custom-scripts", { json: { name, execution_frequency: "once", script: "true" } }),
    ({ json }) => textAt(json, "id")
  )

const assign = (blueprint: string, library_item_id: string, assignment_node_id?: string) =>
  call("POST", `${root}/${blueprint}/assign-library-item`, { json: { library_item_id, assignment_node_id } })

const remove = (blueprint: string, library_item_id: string, assignment_node_id?: string) =>
  call("POST", `${root}/${blueprint}/remove-library-item`, { json: { library_item_id, assignment_node_id } })

const idOf = <E, R>(made: Effect.Effect<{ readonly json: unknown }, E, R>) =>
  Effect.map(made, ({ json }) => textAt(json, "id"))

describe("blueprints", () => {
  effect("create accepts a form with dotted keys and JSON; its answer has no computers_count", () =>
    Effect.gen(function* () {
      const form = yield* create({ description: "For tests", "enrollment_code.code": "123456" })
      expect(form.status).toBe(201)
      expect(form.json).toEqual({
        id: expect.stringMatching(uuid),
        name: "Blueprint",
        icon: expect.any(String),
        color: expect.any(String),
        description: "For tests",
        params: {},
        enrollment_code: { code: "123456", is_active: true },
        type: "classic"
      })
      const json = yield* call("POST", root, {
        json: { name: "Map", type: "map", icon: "ss-star", enrollment_code: { is_active: false } }
      })
      expect(json.json).toMatchObject({
        type: "map",
        icon: "ss-files",
        color: "aqua-800",
        enrollment_code: { code: expect.stringMatching(/^\d{6}$/), is_active: false }
      })
    }).pipe(sandbox)
  )

  effect("a name in use, a missing code and an unknown type are refused under their keys", () =>
    Effect.gen(function* () {
      yield* create()
      expect((yield* create()).json).toEqual({ name: ["blueprint with this name already exists."] })
      expect((yield* call("POST", root, { form: { name: "x" } })).json).toEqual({
        enrollment_code: ["This field is required."]
      })
      expect((yield* call("POST", root, { form: { name: "x", "enrollment_code.code": "1" } })).json).toEqual({
        enrollment_code: { is_active: ["This field is required."] }
      })
      expect(keysOf((yield* create({ name: "y", type: "round" })).json)).toEqual(["type"])
    }).pipe(sandbox)
  )

  effect("get has computers_count; the answer of an update has missing_computers_count and no type", () =>
    Effect.gen(function* () {
      const id = yield* idOf(create())
      const got = yield* call("GET", `${root}/${id}`)
      expect(got.json).toMatchObject({ id, computers_count: 0, type: "classic" })
      const updated = yield* call("PATCH", `${root}/${id}`, {
        form: { name: "Renamed", "enrollment_code.is_active": "false" }
      })
      expect(updated.status).toBe(200)
      expect(updated.json).toMatchObject({
        name: "Renamed",
        enrollment_code: { code: at(got.json, "enrollment_code", "code"), is_active: false },
        missing_computers_count: 0
      })
      expect(keysOf(updated.json)).not.toContain("type")
    }).pipe(sandbox)
  )

  effect("a delete is a 204, and then the Blueprint is a 404 with a detail", () =>
    Effect.gen(function* () {
      const id = yield* idOf(create())
      expect((yield* call("DELETE", `${root}/${id}`)).status).toBe(204)
      const gone = yield* call("GET", `${root}/${id}`)
      expect([gone.status, gone.json]).toEqual([404, { detail: "No Blueprint matches the given query." }])
    }).pipe(sandbox)
  )

  effect("the list is filtered by id, by several ids and by a part of the name, and filters are kept in next", () =>
    Effect.gen(function* () {
      const [north, south, west] = [
        yield* idOf(create({ name: "North Macs" })),
        yield* idOf(create({ name: "South macs" })),
        yield* idOf(create({ name: "West" }))
      ]
      const ids = (query: string) =>
        Effect.map(call("GET", `${root}?${query}`), ({ json }) => [
          at(json, "count"),
          ...listAt(json, "results").map((blueprint) => at(blueprint, "id"))
        ])
      expect(yield* ids("")).toEqual([3, north, south, west])
      expect(yield* ids(`id=${south.toUpperCase()}`)).toEqual([1, south])
      expect(yield* ids(`id__in=${west},${north}`)).toEqual([2, north, west])
      expect(yield* ids("name=Macs")).toEqual([2, north, south])
      expect(yield* ids("name=none")).toEqual([0])
      expect(yield* ids("limit=1&offset=1")).toEqual([3, south])
      const page = yield* call("GET", `${root}?name=Macs&limit=1`)
      expect(new URL(textAt(page.json, "next")).search).toBe("?limit=1&name=Macs&offset=1")
    }).pipe(sandbox)
  )

  effect("templates come in categories, under a path with a trailing slash", () =>
    Effect.gen(function* () {
      const { json, status } = yield* call("GET", `${root}/templates/`)
      expect(status).toBe(200)
      expect(json).toMatchObject({ count: 2, next: null, previous: null })
      const idsOf = (category: unknown) => listAt(category, "templates").map((template) => at(template, "id"))
      expect(at(json, "results", 0)).toMatchObject({ id: 2, name: "CIS" })
      expect(idsOf(at(json, "results", 0))).toEqual([16, 15])
      expect(at(json, "results", 1)).toMatchObject({ id: 1, name: "Kandji" })
      expect(idsOf(at(json, "results", 1))).toEqual([11, 13, 10, 9])
      expect((yield* call("GET", `${root}/templates`)).status).toBe(404)
    }).pipe(sandbox)
  )

  effect("a copy has the items of its source and must have its type; a template's properties are copied too", () =>
    Effect.gen(function* () {
      const origin = yield* idOf(create({ type: "map" }))
      const script = yield* item("one")
      yield* assign(origin, script)
      const source = { "source.type": "blueprint", "source.id": origin }
      const clash = yield* create({ name: "Clash", type: "classic", ...source })
      expect([clash.status, clash.json]).toEqual([400, ["Blueprint type does not match the source blueprint type"]])
      const copy = yield* idOf(create({ name: "Copy", type: "map", ...source }))
      const items = yield* call("GET", `${root}/${copy}/list-library-items`)
      expect(items.json).toEqual({ count: 1, next: null, previous: null, results: [{ id: script, name: "one" }] })
      const templated = yield* create({ name: "Template", "source.type": "template", "source.id": "15" })
      expect(templated.json).toMatchObject({ icon: "ss-files", color: "aqua-800" })
      expect(Object.keys(at(templated.json, "params") ?? {})).not.toEqual([])
      const unknown = yield* create({ name: "None", "source.type": "template", "source.id": "999" })
      expect(unknown.status).toBe(400)
    }).pipe(sandbox)
  )
})

describe("assignment", () => {
  effect("a classic Blueprint: assign and remove answer with all items; errors are bare JSON strings", () =>
    Effect.gen(function* () {
      const blueprint = yield* idOf(create())
      const [one, other] = [yield* item("one"), yield* item("other")]
      const first = yield* assign(blueprint, one.toUpperCase())
      expect([first.status, first.json]).toEqual([200, [one]])
      expect((yield* assign(blueprint, other)).json).toEqual([one, other])
      const again = yield* assign(blueprint, one)
      expect([again.status, again.text]).toEqual([400, '"Library Item already exists on Blueprint"'])
      const node = yield* assign(blueprint, one, nowhere)
      expect([node.status, node.text]).toEqual([400, '"assignment_node_id cannot be provided for Classic Blueprint"'])
      expect((yield* remove(blueprint, one)).json).toEqual([other])
      const gone = yield* remove(blueprint, one)
      expect([gone.status, gone.text]).toEqual([400, '"Library Item does not exist on Blueprint"'])
    }).pipe(sandbox)
  )

  effect("a map without conditional logic needs no node", () =>
    Effect.gen(function* () {
      const blueprint = yield* idOf(create({ type: "map" }))
      const script = yield* item("one")
      expect((yield* assign(blueprint, script)).json).toEqual([script])
      expect((yield* assign(blueprint, script)).text).toBe('"Library Item already exists in Assignment Node"')
      expect((yield* remove(blueprint, script)).json).toEqual([])
      expect((yield* remove(blueprint, script)).text).toBe('"Library Item does not exist in Assignment Node"')
    }).pipe(sandbox)
  )

  effect("a map with conditional logic requires a node, and refuses unknown nodes", () =>
    Effect.gen(function* () {
      const blueprint = yield* idOf(create({ type: "map" }))
      const script = yield* item("one")
      const node = yield* (yield* Sandbox).webApp.addAssignmentNode(blueprint)
      const none = yield* assign(blueprint, script)
      expect([none.status, none.text]).toEqual([400, '"Must provide assignment_node_id for Assignment Map Blueprint"'])
      const unknown = yield* assign(blueprint, script, nowhere)
      expect([unknown.status, unknown.text]).toEqual([400, "Assignment node not found"])
      expect((yield* assign(blueprint, script, node)).json).toEqual([script])
      expect((yield* remove(blueprint, script, node)).json).toEqual([])
    }).pipe(sandbox)
  )

  effect("a node of a map can have one item of an exclusive type; a second one is not assigned", () =>
    Effect.gen(function* () {
      const { webApp } = yield* Sandbox
      const [map, classic] = [yield* idOf(create({ type: "map" })), yield* idOf(create({ name: "Classic" }))]
      const [one, other, free] = [yield* item("one"), yield* item("other"), yield* item("free")]
      yield* webApp.makeExclusive(one, "FileVault")
      yield* webApp.makeExclusive(other, "FileVault")
      yield* assign(map, one)
      const second = yield* assign(map, other)
      expect([second.status, second.text]).toEqual([
        400,
        '"Assignment node can only have one of this Library Item type."'
      ])
      expect((yield* assign(map, free)).json).toEqual([one, free])
      yield* assign(classic, one)
      expect((yield* assign(classic, other)).json).toEqual([one, other])
    }).pipe(sandbox)
  )

  effect("unknown Blueprints, unknown items and missing fields are refused; a deleted item leaves its Blueprints", () =>
    Effect.gen(function* () {
      const blueprint = yield* idOf(create())
      const script = yield* item("one")
      const unknown = yield* assign(nowhere, script)
      expect([unknown.status, unknown.json]).toEqual([404, { details: "blueprint not found" }])
      expect((yield* assign(blueprint, nowhere)).status).toBe(404)
      const without = yield* call("POST", `${root}/${blueprint}/assign-library-item`, { json: {} })
      expect([without.status, keysOf(without.json)]).toEqual([400, ["library_item_id"]])

      yield* assign(blueprint, script)
      yield* call("DELETE", `/api/v1/library/custom-scripts/${script}`)
      const items = yield* call("GET", `${root}/${blueprint}/list-library-items`)
      expect(items.json).toEqual({ count: 0, next: null, previous: null, results: [] })
    }).pipe(sandbox)
  )
})
