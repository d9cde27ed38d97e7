/**
 * A folder and a tenant that are brought into step: pulled, changed on both sides, planned, applied.
 */
import { scopedLive } from "@effect/vitest"
import { CustomApps, CustomProfiles, CustomScripts } from "effect-iru"
import { Repository } from "effect-iru/repository"
import { Fault, Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { temporaryFolder } from "../support/files.js"
import { onSandbox, writes } from "../support/sandbox.js"
import { apply, itemsOf, plan, planned, pull, setKey, setText, told, withFiles } from "./support.js"

const seed = { customScripts: 220, customProfiles: 200, customApps: 80 }

type Items = ReadonlyArray<Repository.LocalItem>

const ofKind = (items: Items, kind: Repository.Kind): Items => items.filter((item) => item.kind === kind)

const item = (items: Items, index: number): Repository.LocalItem => {
  const found = items[index]
  if (found === undefined) throw new Error(`the folder has no item ${index}`)
  return found
}

/** Changes ten items of each kind in the folder. Gives what a plan is to say. */
const changeFolder = (root: string, items: Items): ReadonlyArray<string> => {
  const expected: Array<string> = []
  const change = (what: Repository.LocalItem, field: string, write: () => void, name = what.name) => {
    write()
    expected.push(`update tenant ${what.kind} ${name}: ${field}`)
  }
  const profiles = ofKind(items, "profile")
  for (const index of [0, 1, 2, 3, 4]) {
    const profile = item(profiles, index)
    change(profile, "profile", () =>
      setText(root, profile, "profile", (text) =>
        text.replace(
          "<key>PayloadContent</key>",
          "<key>ConsentText</key><string>Hello</string>\n<key>PayloadContent</key>"
        )
      )
    )
  }
  for (const index of [5, 6, 7]) {
    const profile = item(profiles, index)
    change(profile, "name", () => setKey(root, profile, "name", `Renamed ${index}`), `Renamed ${index}`)
  }
  for (const index of [8, 9]) {
    const profile = item(profiles, index)
    change(profile, "active", () => setKey(root, profile, "active", profile.info.active === false))
  }
  const scripts = ofKind(items, "script")
  for (const index of [0, 1, 2, 3, 4, 5]) {
    const script = item(scripts, index)
    change(script, "script", () => setText(root, script, "script", (text) => `${text}\necho ${index}\n`))
  }
  for (const script of scripts.filter(({ files }) => files.has("remediation_script")).slice(-2)) {
    change(script, "remediation_script", () =>
      rmSync(join(root, script.path, script.files.get("remediation_script")?.name ?? ""))
    )
  }
  for (const script of scripts.filter(({ files }) => !files.has("remediation_script")).slice(-2)) {
    change(script, "restart", () => setKey(root, script, "restart", !script.values["restart"]))
  }
  const apps = ofKind(items, "app")
  for (const index of [0, 1, 2, 3, 4]) {
    const app = item(apps, index)
    change(app, "restart", () => setKey(root, app, "restart", !app.values["restart"]))
  }
  for (const index of [5, 6, 7, 8, 9]) {
    const app = item(apps, index)
    change(app, "name", () => setKey(root, app, "name", `App ${index}`), `App ${index}`)
  }
  return expected.sort()
}

/** Changes an item of each kind in the tenant, as somebody in the web app does. */
const changeTenant = (items: Items) =>
  Effect.gen(function* () {
    const profile = item(ofKind(items, "profile"), 50)
    yield* (yield* CustomProfiles).update(profile.id, { active: false })
    const script = item(ofKind(items, "script"), 50)
    yield* (yield* CustomScripts).update(script.id, { script: "#!/bin/zsh\necho changed by hand" })
    const app = item(ofKind(items, "app"), 50)
    yield* (yield* CustomApps).update(app.id, { name: "Changed by hand" })
    return [
      `update folder app ${app.name}: name`,
      `update folder profile ${profile.name}: active`,
      `update folder script ${script.name}: script`
    ]
  })

describe.each(["plist", "json", "yaml"] as const)("a folder of 500 items with info files in %s", (infoFormat) => {
  scopedLive("is in sync after a pull, and again after changes were applied", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed(seed)
      const root = join(yield* temporaryFolder, "mdm")
      const pulled = yield* pull(root, { infoFormat })
      expect(pulled).toHaveLength(500)
      expect(pulled.filter(({ outcome }) => outcome !== "done")).toEqual([])
      const fresh = yield* plan(root)
      expect(fresh.actions).toEqual([])
      expect(Repository.isEmpty(fresh)).toBe(true)

      const { items } = yield* Repository.open(root)
      const inFolder = changeFolder(root, items)
      expect(inFolder).toHaveLength(30)
      const inTenant = yield* changeTenant(items)
      const changed = yield* plan(root, { direction: "both" })
      expect(planned(changed)).toEqual([...inTenant, ...inFolder])
      expect(changed.conflicts).toEqual([])

      const before = (yield* writes).length
      const outcomes = yield* apply(root, changed)
      expect(outcomes.filter(({ outcome }) => outcome !== "done")).toEqual([])
      expect(outcomes).toHaveLength(33)
      expect((yield* writes).slice(before)).toHaveLength(30)
      const after = yield* plan(root, { direction: "both" })
      expect(after.actions).toEqual([])
      expect(Repository.isEmpty(after)).toBe(true)
    }).pipe(onSandbox(), withFiles, Logger.withMinimumLogLevel(LogLevel.Error))
  )
})

describe("with faults in force", () => {
  scopedLive("planning and applying again ends in the same state, and nothing is sent twice", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 60, customProfiles: 30 })
      const root = join(yield* temporaryFolder, "mdm")
      yield* Sandbox.fault(Fault.rateLimited({ times: 3 }))
      yield* Sandbox.fault(Fault.status(500, { method: "GET", times: 1 }))
      yield* pull(root, { infoFormat: "yaml" })
      const scripts = yield* itemsOf(root, "script")
      for (const script of scripts.slice(0, 12)) setText(root, script, "script", (text) => `${text}\necho more\n`)
      yield* Sandbox.fault({ method: "PATCH", path: "/api/v1/library/custom-scripts/*", drop: true, times: 4 })
      yield* Sandbox.fault(Fault.rateLimited({ method: "PATCH", times: 3 }))
      yield* Sandbox.fault(Fault.status(500, { method: "PATCH", times: 2 }))

      const first = yield* apply(root, yield* plan(root))
      expect(first).toHaveLength(12)
      expect(first.filter(({ outcome }) => outcome === "failed").length).toBeGreaterThan(0)
      const second = yield* plan(root)
      // What the tenant did, and whose answer was lost, is only written down.
      expect(planned(second).length).toBeLessThan(12)
      expect(told(yield* apply(root, second)).every((line) => line.endsWith("done"))).toBe(true)
      expect((yield* plan(root)).actions).toEqual([])
      const { results } = yield* (yield* CustomScripts).list()
      expect(results.filter(({ script }) => script.endsWith("echo more"))).toHaveLength(12)
    }).pipe(onSandbox(), withFiles, Logger.withMinimumLogLevel(LogLevel.Error))
  )
})
