import { effect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, nowhere, textAt, uuid } from "./support.js"

const tags = "/api/v1/tags"
const create = (name: string) => call("POST", tags, { json: { name } })
const names = (query = "") =>
  Effect.map(call("GET", `${tags}${query}`), ({ json }) => listAt(json, "results").map((tag) => at(tag, "name")))

layer(Sandbox.layer())("tags", (it) => {
  it.effect("are created, listed, found by a part of their name, renamed and deleted", () =>
    Effect.gen(function* () {
      const made = yield* create("Lab")
      expect(made.status).toBe(201)
      expect(made.json).toEqual({ id: expect.stringMatching(uuid), name: "Lab" })
      const other = yield* create("Loaner")
      expect((yield* call("GET", tags)).json).toEqual({
        count: 2,
        next: null,
        previous: null,
        results: [made.json, other.json]
      })
      expect(yield* names("?search=OAN")).toEqual(["Loaner"])

      const path = `${tags}/${textAt(made.json, "id")}`
      const renamed = yield* call("PATCH", path, { json: { name: "Laboratory" } })
      expect([renamed.status, renamed.json]).toEqual([200, { id: textAt(made.json, "id"), name: "Laboratory" }])
      expect(yield* names()).toEqual(["Laboratory", "Loaner"])

      const deleted = yield* call("DELETE", path)
      expect([deleted.status, deleted.text]).toEqual([204, ""])
      expect(yield* names()).toEqual(["Loaner"])
    })
  )

  it.effect("need different names; a tag's current name can be sent again", () =>
    Effect.gen(function* () {
      const made = yield* create("Kiosk")
      const refused = [yield* call("POST", tags, { json: {} }), yield* create(" "), yield* create("Kiosk")]
      expect(refused.map(({ json, status }) => [status, at(json, "name", 0)])).toEqual([
        [400, "This field is required."],
        [400, "This field may not be blank."],
        [400, "tag with this name already exists."]
      ])
      const path = `${tags}/${textAt(made.json, "id")}`
      expect((yield* call("PATCH", path, { json: { name: "Kiosk" } })).status).toBe(200)
    })
  )

  it.effect("with an unknown id are a 404, and there is no route to read a single tag", () =>
    Effect.gen(function* () {
      const path = `${tags}/${nowhere}`
      const answers = [yield* call("PATCH", path, { json: { name: "x" } }), yield* call("DELETE", path)]
      for (const { json, status } of answers) {
        expect([status, json]).toEqual([404, { detail: "No Tag matches the given query." }])
      }
      expect((yield* call("GET", path)).status).toBe(405)
    })
  )
})

describe("tags of a tenant", () => {
  effect("are put by a test, seeded by a number, and unchanged after a restart", () => {
    const data = mkdtempSync(join(tmpdir(), "sandbox-tags-test-"))
    const inside = Effect.provide(Sandbox.layer({ data, seed: 4 }))
    return Effect.gen(function* () {
      const before = yield* Effect.gen(function* () {
        const { tags } = yield* Sandbox.state
        const [first, second] = yield* tags.list()
        yield* tags.put({ ...first, name: "Renamed" })
        yield* tags.remove(second?.id ?? "")
        yield* tags.put({ name: "Put" })
        return yield* names()
      }).pipe(inside)
      expect(before).toEqual(["Renamed", "Lab", "Beta", "Contractor", "Kiosk", "Put"])
      expect(yield* names().pipe(inside)).toEqual(before)
      const { tags } = yield* Effect.flatMap(Sandbox.state, ({ snapshot }) => snapshot({ limit: 1 })).pipe(inside)
      expect([tags.count, tags.newest.map(({ name }) => name)]).toEqual([6, ["Put"]])
    }).pipe(Effect.ensuring(Effect.sync(() => rmSync(data, { recursive: true }))))
  })
})
