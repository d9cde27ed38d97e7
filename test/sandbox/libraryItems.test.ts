// What was done to a library item, and how it fares on devices. Sources: the vendor's Postman collection and OpenAPI
// document, "Get Library Item Activity" and "Get Library Item Statuses": the fields, the newest first, at most 300 rows, the
// parameters `activity_type`, `user_id`, `user_email` and `computer_id`; "Name: test_custom_app → ms_company_portal".
import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, micros, nowhere, textAt, uuid } from "./support.js"

const items = "/api/v1/library/library-items"
const scripts = "/api/v1/library/custom-scripts"
const sandbox = Effect.provide(Sandbox.layer())

const script = (name: string) =>
  Effect.map(call("POST", scripts, { json: { name, execution_frequency: "once", script: "echo one" } }), ({ json }) =>
    textAt(json, "id")
  )
const activity = (id: string, query = "") =>
  Effect.map(call("GET", `${items}/${id}/activity${query}`), ({ json }) => listAt(json, "results"))
const types = (rows: ReadonlyArray<unknown>) =>
  rows.map((row) => textAt(row, "activity_type").slice("library_item_".length))
const statuses = (id: string, query = "") =>
  Effect.map(call("GET", `${items}/${id}/status${query}`), ({ json }) => json)

describe("the activity of a library item", () => {
  effect("lists its changes, the newest first: created, edited, assigned, removed from a Blueprint, deleted", () =>
    Effect.gen(function* () {
      const id = yield* script("test_custom_app")
      yield* script("another")
      yield* call("PATCH", `${scripts}/${id}`, { json: { name: "ms_company_portal" } })
      const blueprint = yield* (yield* Sandbox.state).blueprints.put({ name: "All" })
      const path = `/api/v1/blueprints/${blueprint.id}`
      yield* call("POST", `${path}/assign-library-item`, { json: { library_item_id: id } })
      yield* call("POST", `${path}/assign-library-item`, { json: { library_item_id: id } })
      yield* call("POST", `${path}/remove-library-item`, { json: { library_item_id: id } })
      yield* call("PATCH", `${scripts}/${id}`, { json: { script: "echo one\necho two", restart: true } })
      yield* call("PATCH", `${scripts}/${id}`, { json: { name: "" } })
      yield* call("DELETE", `${scripts}/${id}`)

      const reply = yield* call("GET", `${items}/${id.toUpperCase()}/activity`)
      expect(reply.status).toBe(200)
      expect(reply.json).toMatchObject({ count: 6, next: null, previous: null })
      const rows = listAt(reply.json, "results")
      expect(rows[5]).toEqual({
        id: expect.any(Number),
        activity_time: expect.stringMatching(micros),
        activity_type: "library_item_created",
        user_id: expect.stringMatching(uuid),
        user_email: expect.stringContaining("@"),
        details: null
      })
      expect(rows.map((row) => [textAt(row, "activity_type"), at(row, "details")])).toEqual([
        ["library_item_deleted", null],
        ["library_item_edited", ["Restart: false → true", "Script changed"]],
        ["library_item_assignment_changed", null],
        ["library_item_assignment_changed", null],
        ["library_item_edited", ["Name: test_custom_app → ms_company_portal"]],
        ["library_item_created", null]
      ])
      const ids = rows.map((row) => Number(at(row, "id")))
      expect(ids).toEqual([...ids].sort((one, other) => other - one))
    }).pipe(sandbox)
  )

  effect("includes the cloning and the deletion of a Blueprint", () =>
    Effect.gen(function* () {
      const id = yield* script("a")
      const { id: source } = yield* (yield* Sandbox.state).blueprints.put({ name: "All", items: [id] })
      const form = {
        name: "Copy",
        "enrollment_code.is_active": "true",
        "source.type": "blueprint",
        "source.id": source
      }
      const copy = yield* call("POST", "/api/v1/blueprints", { form })
      expect(types(yield* activity(id))).toEqual(["assignment_changed", "created"])
      yield* call("DELETE", `/api/v1/blueprints/${textAt(copy.json, "id")}`)
      expect(types(yield* activity(id))).toEqual(["assignment_changed", "assignment_changed", "created"])
    }).pipe(sandbox)
  )

  effect("is filtered by type and by user, and paged", () =>
    Effect.gen(function* () {
      const id = yield* script("a")
      for (const name of ["b", "c", "d"]) yield* call("PATCH", `${scripts}/${id}`, { json: { name } })
      const [newest] = yield* activity(id)
      const user = { id: textAt(newest, "user_id"), email: textAt(newest, "user_email") }
      expect(types(yield* activity(id, "?activity_type=library_item_created"))).toEqual(["created"])
      expect(yield* activity(id, "?activity_type=library_item_duplicated")).toEqual([])
      expect(yield* activity(id, `?user_id=${user.id}&user_email=${encodeURIComponent(user.email)}`)).toHaveLength(4)
      expect(yield* activity(id, `?user_id=${nowhere}`)).toEqual([])
      expect(yield* activity(id, "?user_email=nobody@example.com")).toEqual([])
      const page = yield* call("GET", `${items}/${id}/activity?limit=2&offset=1&activity_type=library_item_edited`)
      expect(page.json).toMatchObject({ count: 3, next: null, previous: expect.stringContaining("limit=2") })
      expect(listAt(page.json, "results").map((row) => at(row, "details", 0))).toEqual(["Name: b → c", "Name: a → b"])
    }).pipe(sandbox)
  )

  effect("has at most 300 rows on a page", () =>
    Effect.gen(function* () {
      const { customScripts } = yield* Sandbox.state
      const { id } = yield* customScripts.put({ name: "0" })
      for (let index = 1; index <= 305; index++) yield* customScripts.put({ id, name: String(index) })
      const page = yield* call("GET", `${items}/${id}/activity?limit=1000`)
      expect(listAt(page.json, "results")).toHaveLength(300)
      expect(at(page.json, "count")).toBe(306)
      expect(yield* activity(id, new URL(textAt(page.json, "next")).search)).toHaveLength(6)
    }).pipe(sandbox)
  )

  effect("of a seeded item starts with its creation; of an unknown item it is a 404", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customProfiles: 2, customApps: 2, inHouseApps: 2 }, { seed: 4 })
      for (const kind of ["custom-profiles", "custom-apps", "ipa-apps"]) {
        for (const record of listAt((yield* call("GET", `/api/v1/library/${kind}`)).json, "results")) {
          const id = textAt(record, "id")
          const before = yield* activity(id)
          expect(types(before)).toEqual(["edited", "created"])
          expect(at(before[1], "activity_time")).toBe(at(record, "created_at"))
          yield* call("DELETE", `/api/v1/library/${kind}/${id}`)
          expect((yield* activity(id)).slice(1)).toEqual(before)
        }
      }
      for (const id of [nowhere, "x", "%00", "a".repeat(5000)]) {
        const missing = yield* call("GET", `${items}/${id}/activity`)
        expect([missing.status, missing.json]).toEqual([404, { detail: "No LibraryItem matches the given query." }])
      }
    }).pipe(sandbox)
  )
})

describe("the statuses of a library item", () => {
  effect("are empty without devices", () =>
    Effect.gen(function* () {
      const id = yield* script("a")
      expect(yield* statuses(id)).toEqual({ count: 0, next: null, previous: null, results: [] })
      expect((yield* call("GET", `${items}/${nowhere}/status`)).status).toBe(404)
    }).pipe(sandbox)
  )

  effect("has one entry for each seeded device on each Blueprint with the item, the same every time", () =>
    Effect.gen(function* () {
      const counts = {
        customScripts: 3,
        customProfiles: 3,
        customApps: 0,
        inHouseApps: 0,
        blueprints: 2,
        assignments: 6,
        devices: 41
      }
      const look = Effect.gen(function* () {
        yield* Sandbox.seed(counts, { seed: 9 })
        const blueprints = listAt((yield* call("GET", "/api/v1/blueprints")).json, "results")
        expect(blueprints.map((blueprint) => at(blueprint, "computers_count"))).toEqual([21, 20])
        const [record] = listAt((yield* call("GET", scripts)).json, "results")
        const [profile] = listAt((yield* call("GET", "/api/v1/library/custom-profiles")).json, "results")
        return { id: textAt(record, "id"), all: yield* statuses(textAt(record, "id")), profile: textAt(profile, "id") }
      })
      const { all, id, profile } = yield* look
      const rows = listAt(all, "results")
      expect([at(all, "count"), rows.length]).toEqual([41, 41])
      expect(rows[0]).toEqual({
        id: expect.any(Number),
        blueprint: { id: expect.stringMatching(uuid), name: expect.any(String) },
        computer: { id: expect.stringMatching(uuid), name: expect.any(String) },
        status: expect.stringMatching(/^(PASS|PENDING|ERROR|INCOMPATIBLE)$/),
        reported_at: rows[0] && at(rows[0], "reported_at"),
        log: rows[0] && at(rows[0], "log"),
        last_audit_run: null,
        last_audit_log: null,
        control_log: null,
        control_reported_at: null
      })
      expect(new Set(rows.map((row) => at(row, "computer", "id"))).size).toBe(41)
      expect(new Set(rows.map((row) => at(row, "status"))).size).toBeGreaterThan(1)
      for (const row of rows) {
        const isReported = ["PASS", "ERROR"].includes(textAt(row, "status"))
        expect([at(row, "reported_at") !== null, at(row, "log") !== null]).toEqual([isReported, isReported])
      }
      const words = listAt(yield* statuses(profile), "results").map((row) => textAt(row, "status"))
      expect(words.every((word) => ["success", "pending", "failed"].includes(word))).toBe(true)

      const last = listAt(yield* statuses(id, "?limit=20&offset=20"), "results")
      expect(last).toEqual(rows.slice(20, 40))
      const computer = textAt(rows[30], "computer", "id")
      expect(listAt(yield* statuses(id, `?computer_id=${computer}`), "results")).toEqual([rows[30]])
      expect(at(yield* statuses(id, `?computer_id=${nowhere}`), "count")).toBe(0)
      expect(at(yield* statuses(id, "?computer_id="), "count")).toBe(0)

      const again = yield* look.pipe(Effect.provide(Sandbox.layer()))
      expect(again).toEqual({ all, id, profile })
    }).pipe(sandbox)
  )

  effect("stay pending for items assigned later, and end with the assignment or the Blueprint", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 1, blueprints: 1, devices: 3 })
      const id = yield* script("later")
      const [blueprint] = listAt((yield* call("GET", "/api/v1/blueprints")).json, "results")
      const path = `/api/v1/blueprints/${textAt(blueprint, "id")}`
      const change = (verb: string) => call("POST", `${path}/${verb}-library-item`, { json: { library_item_id: id } })
      yield* change("assign")
      const pending = listAt(yield* statuses(id), "results")
      expect(pending.map((row) => at(row, "status"))).toEqual(["PENDING", "PENDING", "PENDING"])
      expect(pending.map((row) => at(row, "reported_at"))).toEqual([null, null, null])
      yield* change("remove")
      expect(at(yield* statuses(id), "count")).toBe(0)
      yield* change("assign")
      yield* call("DELETE", path)
      expect(at(yield* statuses(id), "count")).toBe(0)
      const computer = textAt(pending[0], "computer", "id")
      expect(at(yield* statuses(id, `?computer_id=${computer}`), "count")).toBe(0)
    }).pipe(sandbox)
  )
})
