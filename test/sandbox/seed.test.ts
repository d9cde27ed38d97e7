import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, textAt } from "./support.js"

const sandbox = Effect.provide(Sandbox.layer())
const scripts = "/api/v1/library/custom-scripts"
const apps = "/api/v1/library/custom-apps"

const ids = (path: string) =>
  Effect.map(call("GET", path), ({ json }) => listAt(json, "results").map((row) => at(row, "id")))
const count = (path: string) => Effect.map(call("GET", `${path}?limit=1`), ({ json }) => at(json, "count"))

/** Everything that a listing holds. */
const listing = (path: string) => Effect.map(call("GET", path), ({ json }) => listAt(json, "results"))

describe("seeded records", () => {
  effect("the same number gives the same records with the same ids; another number gives others", () =>
    Effect.gen(function* () {
      const counts = { customProfiles: 5, customScripts: 5, customApps: 5, blueprints: 5, assignments: 3 }
      const tenant = (seed: number) =>
        Effect.gen(function* () {
          yield* Sandbox.seed(counts, { seed })
          const blueprints = yield* ids("/api/v1/blueprints")
          return {
            profiles: yield* listing("/api/v1/library/custom-profiles"),
            scripts: yield* listing(scripts),
            apps: (yield* listing(apps)).map((app) => [at(app, "id"), at(app, "file_key"), at(app, "sha256")]),
            blueprints: yield* listing("/api/v1/blueprints"),
            items: yield* Effect.forEach(blueprints, (id) =>
              listing(`/api/v1/blueprints/${String(id)}/list-library-items`)
            )
          }
        }).pipe(Effect.provide(Sandbox.layer()))
      const first = yield* tenant(42)
      expect(yield* tenant(42)).toEqual(first)
      expect(first.items.map((items) => items.length)).toEqual([3, 3, 3, 3, 3])
      const other = yield* tenant(43)
      expect(other.scripts[0]).not.toEqual(first.scripts[0])
      expect(new Set([...first.scripts, ...other.scripts].map((script) => at(script, "id"))).size).toBe(10)
    })
  )

  effect("a million scripts are available at once: each is found by its id, and the last page is like the first", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 1_000_000 }, { seed: 7 })
      expect(yield* count(scripts)).toBe(1_000_000)
      const last = listAt((yield* call("GET", `${scripts}?limit=300&offset=999700`)).json, "results")
      expect(last).toHaveLength(300)
      const found = yield* call("GET", `${scripts}/${textAt(last[299], "id")}`)
      expect(found.json).toEqual(last[299])
      expect((yield* call("GET", `${scripts}/${textAt(last[299], "id").replace(/.$/, "g")}`)).status).toBe(404)
    }).pipe(sandbox)
  )

  effect("they obey the rules: records that are read can be written back", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 60, customApps: 60 }, { seed: 3 })
      for (const script of yield* listing(scripts)) {
        const again = yield* call("PATCH", `${scripts}/${textAt(script, "id")}`, { json: script })
        expect(again.status).toBe(200)
      }
      for (const app of yield* listing(apps)) {
        const { audit_script, ...rest } = { audit_script: "", ...Object(app) }
        const again = yield* call("PATCH", `${apps}/${textAt(app, "id")}`, {
          json: rest.install_enforcement === "continuously_enforce" ? app : rest
        })
        expect([again.status, audit_script === ""]).toEqual([200, rest.install_enforcement !== "continuously_enforce"])
      }
    }).pipe(sandbox)
  )

  effect("changes and deletions stay, in their place, and new records come last", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 6 }, { seed: 1 })
      const before = yield* ids(scripts)
      yield* call("PATCH", `${scripts}/${String(before[2])}`, { json: { name: "changed" } })
      for (const index of [1, 3, 5]) yield* call("DELETE", `${scripts}/${String(before[index])}`)
      const made = yield* call("POST", scripts, { json: { name: "new", execution_frequency: "once", script: "true" } })
      const after = [before[0], before[2], before[4], at(made.json, "id")]
      expect(yield* ids(scripts)).toEqual(after)
      for (const offset of [0, 1, 2, 3]) {
        expect(yield* ids(`${scripts}?limit=2&offset=${offset}`)).toEqual(after.slice(offset, offset + 2))
      }
      expect(at((yield* call("GET", `${scripts}/${String(before[2])}`)).json, "name")).toBe("changed")
      expect((yield* call("GET", `${scripts}/${String(before[3])}`)).status).toBe(404)
      expect((yield* call("DELETE", `${scripts}/${String(before[3])}`)).status).toBe(404)
      expect(yield* count(scripts)).toBe(4)
    }).pipe(sandbox)
  )

  effect("an app's installer has its size and its sha256", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customApps: 3 })
      for (const app of yield* listing(apps)) {
        const response = yield* Effect.promise(() => fetch(textAt(app, "file_url")))
        const bytes = new Uint8Array(yield* Effect.promise(() => response.arrayBuffer()))
        expect(bytes.length).toBe(at(app, "file_size"))
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(at(app, "sha256"))
      }
    }).pipe(sandbox)
  )

  effect("a second seed comes after the first; a tenant can start with one", () =>
    Effect.gen(function* () {
      const started = yield* ids("/api/v1/blueprints")
      expect(started).toHaveLength(8)
      yield* Sandbox.seed({ blueprints: 2 }, { seed: 5 })
      const all = yield* ids("/api/v1/blueprints")
      expect(all.slice(0, 8)).toEqual(started)
      expect(new Set(all).size).toBe(10)
    }).pipe(Effect.provide(Sandbox.layer({ seed: 5 })))
  )
})
