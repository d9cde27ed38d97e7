import { effect, live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { Sandbox, SandboxError } from "../../src/sandbox/index.js"
import { bundled } from "../support/programs.js"
import { at, call, listAt, presign, send, textAt, upload, uploaded, utilities } from "./support.js"

const scripts = "/api/v1/library/custom-scripts"
const apps = "/api/v1/library/custom-apps"
const blueprints = "/api/v1/blueprints"

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-data-test-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

let counter = 0
const fresh = (): string => join(folder, `tenant-${(counter += 1)}`)
const inside = (data: string, options: Sandbox.Options = {}) => Effect.provide(Sandbox.layer({ data, ...options }))
const installers = (data: string) => readdirSync(join(data, "installers"))

const createScript = (name: string) =>
  call("POST", scripts, { json: { name, execution_frequency: "once", script: "true" } })
const createApp = (file_key: string) =>
  call("POST", apps, {
    json: { name: "x", file_key, install_type: "package", install_enforcement: "install_once" }
  })

describe("a tenant in a folder", () => {
  effect("a restart keeps everything: records, their order, installers, assignments, nodes, the token", () => {
    const data = fresh()
    const see = Effect.gen(function* () {
      const read = (path: string) => Effect.map(call("GET", path), ({ json }) => listAt(json, "results"))
      const { apiToken, webApp } = yield* Sandbox
      const [blueprint] = yield* read(blueprints)
      const id = textAt(blueprint, "id")
      const kept = (yield* read(apps)).map((app) => [at(app, "id"), at(app, "sha256"), at(app, "file_key")])
      const inHouse = (yield* read("/api/v1/library/ipa-apps")).map((app) =>
        ["id", "app_identifier", "sha256", "file_key"].map((key) => at(app, key))
      )
      const itemId = String(kept[0]?.[0])
      return {
        apiToken,
        webApp,
        id,
        kept,
        inHouse,
        activity: yield* read(`/api/v1/library/library-items/${itemId}/activity`),
        scripts: yield* read(scripts),
        items: yield* read(`${blueprints}/${id}/list-library-items`)
      }
    })
    return Effect.gen(function* () {
      const before = yield* Effect.gen(function* () {
        const category = yield* utilities
        const ids = yield* Effect.forEach(["a", "b", "c"], (name) =>
          Effect.map(createScript(name), ({ json }) => textAt(json, "id"))
        )
        yield* call("PATCH", `${scripts}/${ids[0]}`, {
          json: { name: "z", show_in_self_service: true, self_service_category_id: category }
        })
        yield* call("DELETE", `${scripts}/${ids[1]}`)
        const app = yield* createApp(yield* uploaded("installer bytes"))
        const blueprint = yield* call("POST", blueprints, {
          json: { name: "Map", type: "map", enrollment_code: { is_active: true } }
        })
        const id = textAt(blueprint.json, "id")
        const { webApp } = yield* Sandbox
        const node = yield* webApp.addAssignmentNode(id)
        const path = `${blueprints}/${id}/assign-library-item`
        yield* call("POST", path, { json: { library_item_id: textAt(app.json, "id"), assignment_node_id: node } })
        yield* webApp.makeExclusive(textAt(app.json, "id"), "app")
        const { inHouseApps } = yield* Sandbox.state
        yield* inHouseApps.put({ name: "Field Notes", installer: "its bytes" })
        return yield* see
      }).pipe(inside(data))

      // The second start reads what the first one wrote.
      yield* Effect.void.pipe(inside(data))
      yield* Effect.gen(function* () {
        const after = yield* see
        expect({ ...after, webApp: undefined }).toEqual({ ...before, webApp: undefined })
        expect(after.scripts.map((script) => at(script, "name"))).toEqual(["z", "c"])
        expect(after.items).toHaveLength(1)
        expect(after.inHouse).toEqual([
          [expect.any(String), "com.example.fieldnotes", expect.any(String), expect.any(String)]
        ])
        expect(after.activity).toHaveLength(2)
        expect(at((yield* createScript("d")).json, "name")).toBe("d")
        const app = yield* call("GET", `${apps}/${String(after.kept[0]?.[0])}`)
        const bytes = yield* Effect.promise(async () => (await fetch(textAt(app.json, "file_url"))).text())
        expect(bytes).toBe("installer bytes")
        const without = yield* call("POST", `${blueprints}/${after.id}/assign-library-item`, {
          json: { library_item_id: at(after.scripts[0], "id") }
        })
        expect(without.json).toBe("Must provide assignment_node_id for Assignment Map Blueprint")
      }).pipe(inside(data))
    })
  })

  effect("an upload form from before a restart still accepts its installer", () => {
    const data = fresh()
    return Effect.gen(function* () {
      const place = yield* presign().pipe(inside(data))
      yield* Effect.gen(function* () {
        const { storageUrl } = yield* Sandbox
        const url = `${storageUrl}${new URL(place.url).pathname}`
        expect((yield* send(url, [...place.fields, ["file", "late", "x.pkg"]])).status).toBe(204)
        expect(at((yield* createApp(place.key)).json, "file_size")).toBe(4)
      }).pipe(inside(data))
    })
  })

  effect("an upload is deleted a day after its form expires, unless an app was made of it", () => {
    const data = fresh()
    return Effect.gen(function* () {
      const used = yield* uploaded("used")
      const unused = yield* uploaded("unused")
      yield* presign()
      expect((yield* createApp(used)).status).toBe(201)
      expect(installers(data)).toHaveLength(2)
      yield* TestClock.adjust("47 hours")
      yield* presign()
      expect(installers(data)).toHaveLength(2)
      yield* TestClock.adjust("2 hours")
      const late = yield* presign()
      expect(installers(data)).toHaveLength(1)
      const refused = yield* createApp(unused)
      expect([refused.status, refused.json]).toEqual([400, { file_key: ["Invalid file key."] }])
      // The app that there is keeps its file, and another one can be made of it.
      expect((yield* createApp(used)).status).toBe(201)
      expect((yield* createApp(late.key)).status).toBe(201)
    }).pipe(inside(data))
  })

  effect("the folder contains no replaced or deleted installer; files that the sandbox did not write stay", () => {
    const data = fresh()
    return Effect.gen(function* () {
      yield* Effect.gen(function* () {
        const place = yield* presign()
        yield* upload(place, "first")
        yield* upload(place, "second")
        expect(installers(data)).toHaveLength(1)
        const app = yield* createApp(place.key)
        yield* call("DELETE", `${apps}/${textAt(app.json, "id")}`)
        expect(installers(data)).toHaveLength(0)
        const { json } = yield* createScript("x")
        for (const name of ["a", "b", "c"]) {
          yield* call("PATCH", `${scripts}/${textAt(json, "id")}`, { json: { name } })
        }
      }).pipe(inside(data))
      writeFileSync(join(data, "installers", "left-by-somebody"), "x")
      yield* Effect.void.pipe(inside(data))
      // It is nobody's that the records know of.
      expect(installers(data)).toEqual(["left-by-somebody"])
    })
  })

  effect("seeded records stay the same; the seed option only affects a new tenant", () => {
    const data = fresh()
    const ids = Effect.map(call("GET", scripts), ({ json }) => listAt(json, "results").map((row) => at(row, "id")))
    return Effect.gen(function* () {
      const before = yield* Effect.gen(function* () {
        const [first, second] = yield* ids
        yield* call("DELETE", `${scripts}/${String(first)}`)
        yield* call("PATCH", `${scripts}/${String(second)}`, { json: { name: "changed" } })
        return yield* ids
      }).pipe(inside(data, { seed: { customScripts: 5, seed: 1 } }))
      expect(before).toHaveLength(4)
      yield* Effect.void.pipe(inside(data))
      yield* Effect.gen(function* () {
        expect(yield* ids).toEqual(before)
        expect(at((yield* call("GET", `${scripts}/${String(before[0])}`)).json, "name")).toBe("changed")
      }).pipe(inside(data, { seed: 99 }))
    })
  })

  effect("a folder that cannot be written, or that another sandbox uses, is refused with one clear line", () => {
    const data = fresh()
    const open = (data: string) => Effect.flip(Effect.scoped(Layer.build(Sandbox.layer({ data }))))
    return Effect.gen(function* () {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, "a-file"), "")
      const file = yield* open(join(folder, "a-file"))
      expect(file).toBeInstanceOf(SandboxError)
      expect(file.message).toMatch(/^Cannot keep a tenant in .*a-file: /)
      expect(file.message).not.toContain("\n")
      const second = yield* open(data).pipe(inside(data))
      expect(second.message).toContain(`Another sandbox uses ${data}`)
      yield* Effect.scoped(Layer.build(Sandbox.layer({ data })))
    })
  })
})

interface Keeper {
  readonly process: ChildProcess
  readonly apiToken: string
  readonly tenantUrl: string
}

const program = bundled("test/sandbox/programs/keeper.ts")

const start = (data: string): Promise<Keeper> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program("test/sandbox/programs/keeper.ts"), data], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    child.once("exit", () => reject(new Error("The sandbox ended before it had started")))
    createInterface({ input: child.stdout }).once("line", (line) => {
      const json: unknown = JSON.parse(line)
      resolve({ process: child, apiToken: textAt(json, "apiToken"), tenantUrl: textAt(json, "tenantUrl") })
    })
  })

describe("a tenant whose process is killed", () => {
  live(
    "has all acknowledged writes, and each record is complete",
    () =>
      Effect.promise(async () => {
        const data = fresh()
        const acknowledged = new Map<string, string>()
        const deleted = new Set<string>()
        for (const round of [1, 2, 3]) {
          const { apiToken, process: child, tenantUrl } = await start(data)
          const request = async (method: string, path: string, json?: unknown): Promise<unknown> => {
            const response = await fetch(`${tenantUrl}${path}`, {
              method,
              headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
              ...(json === undefined ? {} : { body: JSON.stringify(json) })
            })
            const text = await response.text()
            if (!response.ok) throw new Error(`${response.status} ${text}`)
            return text === "" ? undefined : JSON.parse(text)
          }

          const all = new Map<string, string>()
          for (let next: string | null = scripts; next !== null;) {
            const page: unknown = await request("GET", next)
            for (const row of listAt(page, "results")) all.set(textAt(row, "id"), textAt(row, "script"))
            const link = at(page, "next")
            next = typeof link === "string" ? link.slice(tenantUrl.length) : null
          }
          for (const [id, script] of acknowledged) expect(all.get(id)).toBe(script)
          for (const id of deleted) expect(all.has(id)).toBe(false)

          const exited = new Promise((resolve) => child.once("exit", resolve))
          let writes = 0
          const write = async (worker: number): Promise<void> => {
            for (let number = 0; ; number++) {
              const script = `${"x".repeat(2000)} ${round} ${worker} ${number}`
              const made = await request("POST", scripts, { name: "x", execution_frequency: "once", script })
              const id = textAt(made, "id")
              if (number % 5 === 4) {
                await request("DELETE", `${scripts}/${id}`)
                deleted.add(id)
              } else {
                acknowledged.set(id, script)
              }
              writes += 1
              if (writes === 60) child.kill("SIGKILL")
            }
          }
          await Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map(write))
          await exited
          expect(writes).toBeGreaterThanOrEqual(60)
        }
      }),
    120_000
  )
})

const canLimit = spawnSync("prlimit", ["--version"]).status === 0
if (!canLimit) console.log("Not run: the test of a full disk, which needs prlimit")

describe.runIf(canLimit)("a tenant whose disk is full", () => {
  live(
    "answers 500 to a write that it cannot store, continues when there is space, and has all acknowledged writes",
    () =>
      Effect.promise(async () => {
        const data = fresh()
        const { apiToken, process: child, tenantUrl } = await start(data)
        const room = (bytes: string) => spawnSync("prlimit", [`--fsize=${bytes}:unlimited`, "--pid", String(child.pid)])
        const create = async (name: string): Promise<number> => {
          const response = await fetch(`${tenantUrl}${scripts}`, {
            method: "POST",
            headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
            body: JSON.stringify({ name, execution_frequency: "once", script: "x".repeat(3000) })
          })
          await response.text()
          return response.status
        }
        expect(await create("before")).toBe(201)
        room("9000")
        const during = await Promise.all(["a", "b", "c", "d", "e", "f"].map(create))
        expect(during).toContain(500)
        // What was refused is not there, and what is there can be read.
        const listing = await fetch(`${tenantUrl}${scripts}`, { headers: { authorization: `Bearer ${apiToken}` } })
        expect(listing.status).toBe(200)
        const names = listAt(await listing.json(), "results").map((row) => at(row, "name"))
        for (const [index, name] of ["a", "b", "c", "d", "e", "f"].entries()) {
          expect(names.includes(name)).toBe(during[index] === 201)
        }
        room("unlimited")
        expect(await create("after")).toBe(201)
        child.kill("SIGKILL")
        await new Promise((resolve) => child.once("exit", resolve))
        const again = await start(data)
        const response = await fetch(`${again.tenantUrl}${scripts}`, {
          headers: { authorization: `Bearer ${again.apiToken}` }
        })
        const kept = listAt(await response.json(), "results").map((row) => at(row, "name"))
        again.process.kill("SIGKILL")
        for (const [index, name] of ["a", "b", "c", "d", "e", "f"].entries()) {
          expect(kept.includes(name)).toBe(during[index] === 201)
        }
        expect(kept).toContain("before")
        expect(kept).toContain("after")
      }),
    120_000
  )
})
