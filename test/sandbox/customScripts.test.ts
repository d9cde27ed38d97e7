import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, keysOf, listAt, micros, nowhere, textAt, utilities, uuid } from "./support.js"

const root = "/api/v1/library/custom-scripts"
const sandbox = Effect.provide(Sandbox.layer())
const once = { name: "Once", execution_frequency: "once", script: "#!/bin/zsh\necho hi" }
const create = (fields: Readonly<Record<string, unknown>> = {}) => call("POST", root, { json: { ...once, ...fields } })

const scriptShape = {
  id: expect.stringMatching(uuid),
  name: expect.any(String),
  active: expect.any(Boolean),
  execution_frequency: expect.any(String),
  restart: expect.any(Boolean),
  script: expect.any(String),
  remediation_script: expect.any(String),
  created_at: expect.stringMatching(micros),
  updated_at: expect.stringMatching(micros),
  show_in_self_service: expect.any(Boolean)
}

describe("custom scripts", () => {
  effect("SCC-7 SCC-8 SCC-9 SCC-10 SCC-11: a script comes back as it was sent", () =>
    Effect.gen(function* () {
      const created = yield* create({ show_in_self_service: false })
      expect(created.status).toBe(201)
      expect(created.json).toEqual({
        ...scriptShape,
        ...once,
        remediation_script: "",
        restart: false,
        show_in_self_service: false
      })
      const shown = {
        execution_frequency: "no_enforcement",
        show_in_self_service: true,
        self_service_category_id: yield* utilities,
        self_service_recommended: false
      }
      expect((yield* create(shown)).json).toEqual({ ...scriptShape, ...once, ...shown })
    }).pipe(sandbox)
  )

  effect("white space at the end of a script is removed; at its beginning, it is kept, and so are tabs", () =>
    Effect.gen(function* () {
      const created = yield* create({ script: "\n\techo\thi \n\n", remediation_script: "echo ho\n" })
      expect(created.json).toMatchObject({ script: "\n\techo\thi", remediation_script: "echo ho" })
    }).pipe(sandbox)
  )

  effect("a broken rule between fields is reported under its key", () =>
    Effect.gen(function* () {
      const keys = (fields: Readonly<Record<string, unknown>>) =>
        Effect.map(create(fields), ({ json, status }) => [status, ...keysOf(json)])
      expect(yield* keys({ execution_frequency: "no_enforcement" })).toEqual([400, "show_in_self_service"])
      expect(yield* keys({ show_in_self_service: true })).toEqual([400, "self_service_category_id"])
      expect(yield* keys({ execution_frequency: "weekly" })).toEqual([400, "execution_frequency"])
      expect(yield* keys({ script: "" })).toEqual([400, "script"])
    }).pipe(sandbox)
  )

  effect("SCG-4 SCG-5: get returns the script with this id; an unknown id is a 404 with a detail", () =>
    Effect.gen(function* () {
      const id = textAt((yield* create()).json, "id")
      expect((yield* call("GET", `${root}/${id}`)).json).toEqual({ ...scriptShape, ...once, id })
      const unknown = yield* call("GET", `${root}/${nowhere}`)
      expect([unknown.status, unknown.json]).toEqual([404, { detail: "No CustomScript matches the given query." }])
    }).pipe(sandbox)
  )

  effect("SCL-13 SCL-14 SCL-15: all new scripts are in the list", () =>
    Effect.gen(function* () {
      const made = yield* Effect.forEach(["a", "b", "c"], (name) =>
        Effect.map(create({ name }), ({ json }) => textAt(json, "id"))
      )
      const listed = yield* call("GET", root)
      expect(listed.json).toEqual({
        count: 3,
        next: null,
        previous: null,
        results: [scriptShape, scriptShape, scriptShape]
      })
      expect(listAt(listed.json, "results").map((script) => at(script, "id"))).toEqual(made)
    }).pipe(sandbox)
  )

  effect("SCU-6 SCU-7 SCU-8: an update of name and script returns the whole script", () =>
    Effect.gen(function* () {
      const id = textAt((yield* create({ restart: true })).json, "id")
      const changes = { name: "Renamed", script: "echo other" }
      const updated = yield* call("PATCH", `${root}/${id}`, { json: changes })
      expect(updated.status).toBe(200)
      expect(updated.json).toEqual({ ...scriptShape, ...once, ...changes, id, restart: true })
    }).pipe(sandbox)
  )

  effect("a script that is no longer shown loses category and recommendation", () =>
    Effect.gen(function* () {
      const category = yield* utilities
      const created = yield* create({ show_in_self_service: true, self_service_category_id: category })
      const path = `${root}/${textAt(created.json, "id")}`
      const hidden = yield* call("PATCH", path, { json: { show_in_self_service: false } })
      expect(keysOf(hidden.json)).not.toContain("self_service_category_id")
      expect(keysOf(hidden.json)).not.toContain("self_service_recommended")
    }).pipe(sandbox)
  )

  effect("a delete is a 204 without a body, and a second one a page of HTML", () =>
    Effect.gen(function* () {
      const path = `${root}/${textAt((yield* create()).json, "id")}`
      const [first, second] = [yield* call("DELETE", path), yield* call("DELETE", path)]
      expect([first.status, first.text, second.status]).toEqual([204, "", 404])
      expect(second.text).toContain("<h1>Not Found</h1>")
    }).pipe(sandbox)
  )
})

describe("self service categories", () => {
  effect("SSC-4 SSC-5: a bare list of ids and names", () =>
    Effect.gen(function* () {
      const { json, status } = yield* call("GET", "/api/v1/self-service/categories")
      expect(status).toBe(200)
      expect(json).toEqual(
        ["Apps", "Productivity", "Utilities", "Security"].map((name) => ({ id: expect.stringMatching(uuid), name }))
      )
    }).pipe(sandbox)
  )

  effect("the names are an option", () =>
    Effect.gen(function* () {
      const { json } = yield* call("GET", "/api/v1/self-service/categories")
      expect(json).toEqual([{ id: expect.stringMatching(uuid), name: "Only" }])
    }).pipe(Effect.provide(Sandbox.layer({ categories: ["Only"] })))
  )
})
