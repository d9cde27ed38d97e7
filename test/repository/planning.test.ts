/**
 * What a plan says of items that were added, changed and deleted on either side, and what it refuses to plan.
 */
import { scopedLive } from "@effect/vitest"
import { ApiClient, Blueprints, CustomScripts, Guard } from "effect-iru"
import { Repository, RepositoryError } from "effect-iru/repository"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { temporaryFolder } from "../support/files.js"
import { onSandbox, writes } from "../support/sandbox.js"
import { apply, itemsOf, plan, planned, pull, setKey, setText, sync, told, withFiles, write } from "./support.js"

/** A folder that was pulled from a tenant with so many scripts. */
const pulled = (customScripts: number) =>
  Effect.gen(function* () {
    yield* Sandbox.seed({ customScripts })
    const root = join(yield* temporaryFolder, "mdm")
    yield* pull(root, { infoFormat: "yaml" })
    return { root, scripts: yield* itemsOf(root, "script") }
  })

/** A script of the folder, which is there. */
const at = (scripts: ReadonlyArray<Repository.LocalItem>, index: number): Repository.LocalItem => {
  const script = scripts[index]
  if (script === undefined) throw new Error(`there is no script ${index}`)
  return script
}

const remove = (root: string, { path }: Repository.LocalItem) => rmSync(join(root, path), { recursive: true })

const newScript = (name: string, more = "") => ({
  [`scripts/${name}/info.yaml`]: `id: new-${name.toLowerCase().replaceAll(" ", "-")}\nname: ${name}\nexecution_frequency: once\n${more}`,
  [`scripts/${name}/audit.zsh`]: "#!/bin/zsh\necho new\n"
})

describe("an item that was deleted in the folder", () => {
  scopedLive("is an orphan, and is deleted in the tenant only with prune, and only if it did not change there", () =>
    Effect.gen(function* () {
      const { root, scripts } = yield* pulled(12)
      const [one, two] = [at(scripts, 0), at(scripts, 1)]
      remove(root, one)
      remove(root, two)
      const kept = yield* plan(root)
      expect(kept.orphans.map(({ name }) => name).sort()).toEqual([one.name, two.name].sort())
      expect(Repository.isEmpty(kept)).toBe(true)

      yield* (yield* CustomScripts).update(two.id, { active: false })
      const pruned = yield* plan(root, { prune: true, limits: { deletes: 2 } })
      expect(planned(pruned)).toEqual([`delete tenant script ${one.name}`])
      expect(pruned.conflicts).toMatchObject([
        { id: two.id, why: "was deleted in the folder and changed in the tenant" }
      ])
      expect(told(yield* apply(root, pruned))).toEqual([
        `conflict script ${two.name}: failed`,
        `delete tenant script ${one.name}: done`
      ])
      expect((yield* (yield* CustomScripts).list()).results.map(({ id }) => id)).not.toContain(one.id)
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("is not deleted if the folder is empty: that looks like a mistake", () =>
    Effect.gen(function* () {
      const { root } = yield* pulled(3)
      rmSync(join(root, "scripts"), { recursive: true })
      const { actions, notes, orphans } = yield* plan(root, { prune: true })
      expect(actions).toEqual([])
      expect(orphans).toHaveLength(3)
      expect(notes).toEqual([
        "No script is deleted, because the folder has none: this looks like a mistake. Delete the last ones by hand."
      ])
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("and was never in the folder is never touched", () =>
    Effect.gen(function* () {
      const { root } = yield* pulled(2)
      yield* (yield* CustomScripts).create({ name: "By hand", script: "#!/bin/zsh\n:", execution_frequency: "once" })
      const { actions, unmanaged } = yield* plan(root, { prune: true })
      expect(actions).toEqual([])
      expect(unmanaged).toMatchObject([{ name: "By hand" }])
    }).pipe(onSandbox(), withFiles)
  )
})

describe("an item that was deleted in the tenant", () => {
  scopedLive("is missing, and is created again only with recreate", () =>
    Effect.gen(function* () {
      const { root, scripts } = yield* pulled(3)
      const gone = at(scripts, 0)
      yield* (yield* CustomScripts).delete(gone.id)
      const { actions, missing } = yield* plan(root)
      expect(actions).toEqual([])
      expect(missing).toMatchObject([{ id: gone.id }])

      expect(told(yield* sync(root, { recreate: true }))).toEqual([`create tenant script ${gone.name}: done`])
      const [again] = (yield* itemsOf(root, "script")).filter(({ name }) => name === gone.name)
      expect(again?.id).not.toBe(gone.id)
      expect((yield* plan(root)).actions).toEqual([])
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("is removed from the folder by a pull with prune, but other files in its folder stay", () =>
    Effect.gen(function* () {
      const { root, scripts } = yield* pulled(3)
      const [one, two] = [at(scripts, 0), at(scripts, 1)]
      write(root, { [`${one.path}/notes.txt`]: "mine" })
      setText(root, two, "script", (text) => `${text}\necho more\n`)
      const service = yield* CustomScripts
      yield* service.delete(one.id)
      yield* service.delete(two.id)
      expect(told(yield* pull(root, { prune: true }))).toEqual([
        `conflict script ${two.name}: failed`,
        `delete folder script ${one.name}: done`
      ])
      expect((yield* itemsOf(root, "script")).map(({ id }) => id).sort()).toEqual([two.id, at(scripts, 2).id].sort())
      expect(readFileSync(join(root, one.path, "notes.txt"), "utf8")).toBe("mine")
    }).pipe(onSandbox(), withFiles)
  )
})

describe("an item that was changed on both sides", () => {
  const both = Effect.gen(function* () {
    const { root, scripts } = yield* pulled(3)
    const one = at(scripts, 0)
    setText(root, one, "script", () => "#!/bin/zsh\necho folder\n")
    yield* (yield* CustomScripts).update(one.id, { script: "#!/bin/zsh\necho tenant" })
    return { root, one }
  })

  scopedLive("is a conflict: apply reports it as failed and changes nothing", () =>
    Effect.gen(function* () {
      const { one, root } = yield* both
      const conflicting = yield* plan(root, { direction: "both" })
      expect(Repository.isEmpty(conflicting)).toBe(false)
      expect(conflicting.conflicts).toMatchObject([{ id: one.id, why: "was changed in the folder and in the tenant" }])
      const before = yield* writes
      const [outcome] = yield* apply(root, conflicting)
      expect(outcome).toMatchObject({ outcome: "failed", error: { reason: "Conflict" } })
      expect(yield* writes).toEqual(before)
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("is resolved as onConflict says", () =>
    Effect.gen(function* () {
      const { one, root } = yield* both
      const choice = ({ id }: Repository.ItemRef) => (id === one.id ? "tenant" : "fail")
      expect(planned(yield* plan(root, { direction: "both", onConflict: choice }))).toEqual([
        `update folder script ${one.name}: script`
      ])
      expect(told(yield* sync(root, { onConflict: "folder" }))).toEqual([`update tenant script ${one.name}: done`])
      expect((yield* (yield* CustomScripts).get(one.id)).script).toBe("#!/bin/zsh\necho folder")
    }).pipe(onSandbox(), withFiles)
  )
})

describe("a new item", () => {
  scopedLive("gets the tenant's id in its info file, keeps the comments there, and is assigned to its Blueprints", () =>
    Effect.gen(function* () {
      const { root } = yield* pulled(2)
      yield* (yield* Blueprints).create({ name: "Berlin Macs", enrollment_code: { code: "123456", is_active: true } })
      write(
        root,
        newScript(
          "Firewall",
          "# Shown to all.\nself_service_category_id: utilities\nensure_blueprints:\n  - berlin macs\n"
        )
      )
      const fresh = yield* plan(root)
      expect(planned(fresh)).toEqual([
        "assign script Firewall",
        "create tenant script Firewall: name, active, execution_frequency, show_in_self_service, self_service_category_id, script"
      ])
      expect(told(yield* apply(root, fresh))).toEqual([
        "assign script Firewall: done",
        "create tenant script Firewall: done"
      ])
      const { results } = yield* (yield* CustomScripts).list()
      const made = results.find(({ name }) => name === "Firewall")
      expect(made).toMatchObject({ show_in_self_service: true })
      const info = readFileSync(join(root, "scripts/Firewall/info.yaml"), "utf8")
      expect(info).toMatch(new RegExp(`^id: ${made?.id}\nname: Firewall\n`))
      expect(info).toContain("# Shown to all.\nself_service_category_id: utilities\n")
      const [blueprint] = (yield* (yield* Blueprints).list()).results
      const assigned = yield* (yield* Blueprints).libraryItems(blueprint?.id ?? "")
      expect(assigned.results.map(({ id }) => id)).toEqual([made?.id])
      expect((yield* plan(root)).actions).toEqual([])
      // A plan is applied once: the item is there now.
      expect(told(yield* apply(root, fresh))).toEqual([
        "assign script Firewall: stale",
        "create tenant script Firewall: stale"
      ])
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("whose create got no answer is found by its fields, also if the folder's item changed since", () =>
    Effect.gen(function* () {
      const { root } = yield* pulled(2)
      write(root, newScript("Firewall"))
      yield* Sandbox.fault({ method: "POST", path: "/api/v1/library/custom-scripts", drop: true })
      expect(told(yield* sync(root))).toEqual(["create tenant script Firewall: failed"])
      write(root, { "scripts/Firewall/audit.zsh": "#!/bin/zsh\necho another\n" })
      expect(told(yield* sync(root))).toEqual(["record script Firewall: done", "update tenant script Firewall: done"])
      const { results } = yield* (yield* CustomScripts).list()
      expect(results.filter(({ name }) => name === "Firewall")).toMatchObject([{ script: "#!/bin/zsh\necho another" }])
      expect((yield* plan(root)).actions).toEqual([])
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("with a name that the tenant already has is a conflict, unless both items are equal", () =>
    Effect.gen(function* () {
      const { root } = yield* pulled(2)
      write(root, { ...newScript("Same"), ...newScript("Other") })
      const scripts = yield* CustomScripts
      yield* scripts.create({ name: "Same", script: "#!/bin/zsh\necho new", execution_frequency: "once" })
      const other = yield* scripts.create({ name: "Other", script: "#!/bin/sh\n:", execution_frequency: "once" })
      const { actions, conflicts } = yield* plan(root)
      expect(actions).toMatchObject([{ _tag: "record", item: { name: "Same" } }])
      expect(conflicts).toMatchObject([{ name: "Other" }])
      expect(conflicts[0]?.why).toContain(other.id)
    }).pipe(onSandbox(), withFiles)
  )
})

describe("a plan", () => {
  scopedLive("that changes too much is refused with the numbers and how to raise the limit", () =>
    Effect.gen(function* () {
      const { root, scripts } = yield* pulled(20)
      for (const script of scripts.slice(0, 7)) setKey(root, script, "active", !script.values["active"])
      const error = yield* Effect.flip(plan(root))
      expect(error).toMatchObject({ _tag: "RepositoryError", reason: "LimitExceeded" })
      expect(error.message).toMatch(
        /^The plan would update 7 items \(.*\), and the limit is 6, 30 % of 20 items\. If this is intended, raise the limit: limits: \{ updates: 7 \}\.$/
      )
      expect(planned(yield* plan(root, { limits: { updates: 7 } }))).toHaveLength(7)
      expect(planned(yield* plan(root, { paths: [at(scripts, 0).path] }))).toHaveLength(1)
      expect(planned(yield* plan(root, { ids: [at(scripts, 1).id.toUpperCase()] }))).toHaveLength(1)
      expect(planned(yield* plan(root, { kinds: ["profile"] }))).toEqual([])
      expect(yield* Effect.flip(plan(root, { paths: ["scripts/Nowhere"] }))).toMatchObject({ reason: "InvalidItem" })
      for (const script of scripts.slice(0, 3)) remove(root, script)
      expect(yield* Effect.flip(plan(root, { prune: true, limits: { updates: 7 } }))).toMatchObject({
        reason: "LimitExceeded",
        message: expect.stringContaining("delete 3 items")
      })
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("fails with everything that the service would refuse, before anything is sent", () =>
    Effect.gen(function* () {
      const { root } = yield* pulled(2)
      write(root, {
        ...newScript("Category", "self_service_category_id: Nonsense\n"),
        ...newScript("Blueprint", "ensure_blueprints: [Nowhere]\n"),
        "apps/Zip/info.yaml": "id: zip\nname: Zip\ninstall_type: zip\ninstall_enforcement: install_once\n"
      })
      const category = yield* Effect.flip(plan(root))
      expect(category.message).toContain(
        'scripts/Category/info.yaml:4: self_service_category_id "Nonsense" is not a Self Service category of the tenant. The tenant has: Apps, Productivity, Utilities, Security'
      )
      remove(root, { path: "scripts/Category" } as Repository.LocalItem)
      write(root, {
        "scripts/Broken/info.yaml": "id: broken\nname: Broken\n",
        "scripts/Broken/audit.zsh": "\uFEFF#!/bin/zsh\n"
      })
      const error = yield* Effect.flip(plan(root))
      expect(error).toBeInstanceOf(RepositoryError)
      expect(error.message.split("\n  ")).toEqual([
        "The folder cannot be applied to the tenant. Nothing was sent.",
        "apps/Zip/info.yaml: file is missing: a new app needs an installer and its sha256",
        'scripts/Blueprint/info.yaml:4: ensure_blueprints "Nowhere" is not a Blueprint of the tenant. The tenant has: ',
        "scripts/Broken/audit.zsh: has a byte order mark before #!, so the system does not see which shell is meant. With the option normalize: true it is sent without"
      ])
      expect(yield* writes).toEqual([])
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("is saved without content and applied exactly: items that changed since are stale", () =>
    Effect.gen(function* () {
      const { root, scripts } = yield* pulled(12)
      const [one, two, three] = [at(scripts, 0), at(scripts, 1), at(scripts, 2)]
      for (const script of [one, two, three]) {
        setText(root, script, "script", () => `#!/bin/zsh\nTOKEN="s3cret-value-${script.name}"\necho ${script.id}\n`)
      }
      const fresh = yield* plan(root)
      expect(Repository.toText(fresh)).toContain("+TOKEN=<hidden value 1>")
      const json = yield* Schema.encode(Repository.PlanJson)(fresh)
      expect(json).not.toContain("s3cret")
      expect(json).not.toContain("echo")
      const saved = yield* Schema.decode(Repository.PlanJson)(json)

      setText(root, two, "script", (text) => `${text}# more\n`)
      yield* (yield* CustomScripts).update(three.id, { active: false })
      const before = (yield* writes).length
      const outcomes = yield* apply(root, saved)
      expect(told(outcomes)).toEqual(
        [
          `update tenant script ${one.name}: done`,
          `update tenant script ${two.name}: stale`,
          `update tenant script ${three.name}: stale`
        ].sort()
      )
      expect((yield* writes).slice(before)).toEqual([`PATCH /api/v1/library/custom-scripts/${one.id}`])
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("for another tenant is refused before anything is read or sent", () =>
    Effect.gen(function* () {
      const { root, scripts } = yield* pulled(2)
      setKey(root, at(scripts, 0), "active", false)
      const fresh = yield* plan(root)
      const before = yield* Sandbox.requests
      const error = yield* Effect.flip(apply(root, { ...fresh, tenant: "other.api.kandji.io" }))
      expect(error).toMatchObject({ reason: "WrongTenant" })
      expect(yield* Sandbox.requests).toHaveLength(before.length)
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("stops if the token may not write", () =>
    Effect.gen(function* () {
      const { root, scripts } = yield* pulled(12)
      for (const script of scripts.slice(0, 3)) setText(root, script, "script", (text) => `${text}\n:\n`)
      const fresh = yield* plan(root)
      yield* Sandbox.fault({ method: "PATCH", times: 3, respond: { status: 403, body: { detail: "no" } } })
      const error = yield* Effect.flip(apply(root, fresh, { concurrency: 1 }))
      expect(error).toMatchObject({ _tag: "ApiClientError", reason: "Forbidden" })
      expect((yield* writes).length).toBe(1)
    }).pipe(onSandbox(), withFiles)
  )
})

describe("a listing", () => {
  scopedLive("that is incomplete deletes nothing in the folder", () =>
    Effect.gen(function* () {
      const { root } = yield* pulled(4)
      const scripts = yield* CustomScripts
      const [first] = (yield* scripts.list()).results
      yield* scripts.delete(first?.id ?? "")
      const path = "/api/v1/library/custom-scripts"
      const page = (yield* scripts.list()).results.slice(0, 1)
      yield* Sandbox.fault({
        path,
        respond: { status: 200, body: { count: 3, next: null, previous: null, results: page } }
      })
      const { actions, missing, notes } = yield* plan(root, { direction: "pull", prune: true })
      expect(actions).toEqual([])
      expect(missing).toHaveLength(3)
      expect(notes.join()).toContain("No script is deleted, because the tenant's listing is incomplete")
      expect(planned(yield* plan(root, { direction: "pull", prune: true }))).toEqual([
        `delete folder script ${first?.name}`
      ])
    }).pipe(onSandbox(), withFiles)
  )
})

describe("a guard", () => {
  scopedLive("applies to a plan: refused writes fail without being sent, and the next run does them", () =>
    Effect.gen(function* () {
      const { root, scripts } = yield* pulled(12)
      for (const script of scripts.slice(0, 3)) setText(root, script, "script", (text) => `${text}\n:\n`)
      write(root, newScript("Firewall"))
      const fresh = yield* plan(root)
      const outcomes = yield* apply(root, fresh, { concurrency: 1 }).pipe(
        ApiClient.withGuard(Guard.limit({ fleet: 1, write: 0 }))
      )
      expect(outcomes.filter(({ outcome }) => outcome === "done")).toHaveLength(1)
      expect(outcomes.filter(({ outcome }) => outcome === "failed")).toMatchObject(
        Array.from({ length: 3 }, () => ({ error: { reason: "Refused" } }))
      )
      expect(yield* writes).toHaveLength(1)
      expect(planned(yield* plan(root))).toHaveLength(3)
      expect(told(yield* sync(root))).toHaveLength(3)
      expect((yield* plan(root)).actions).toEqual([])
    }).pipe(onSandbox(), withFiles)
  )
})

describe("an app", () => {
  const bytes = "an installer"
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  const info = (hash: string) =>
    `id: plotter\nname: Plotter\ninstall_type: package\ninstall_enforcement: install_once\nfile:\n  name: Plotter.pkg\n  sha256: ${hash}\n`

  scopedLive("is created with its installer from the payloads folder, and pulled with it", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      write(root, { ".iructl": "", "apps/Plotter/info.yaml": info("1a".repeat(32)), "payloads/Plotter.pkg": bytes })
      expect((yield* Effect.flip(plan(root))).message).toContain(
        `apps/Plotter/info.yaml:6: file.name has the sha256 ${sha256}, but the info file says ${"1a".repeat(32)}`
      )
      write(root, { "apps/Plotter/info.yaml": info(sha256) })
      const fresh = yield* plan(root)
      expect(fresh.actions).toMatchObject([
        { _tag: "create", installer: { name: "Plotter.pkg", size: bytes.length, sha256 } }
      ])
      expect(Repository.toText(fresh)).toContain("upload: Plotter.pkg, 0.0 MB")
      expect(told(yield* apply(root, fresh))).toEqual(["create tenant app Plotter: done"])
      expect((yield* plan(root)).actions).toEqual([])

      const other = join(yield* temporaryFolder, "other")
      expect(told(yield* pull(other, { installers: true }))).toEqual(["create folder app Plotter: done"])
      const payload = join(other, `payloads/Plotter_${sha256.slice(0, 8)}.pkg`)
      expect(readFileSync(payload, "utf8")).toBe(bytes)
      expect(readFileSync(join(other, "payloads/.gitignore"), "utf8")).toBe("*\n")
      expect(yield* pull(other, { installers: true })).toEqual([])
      rmSync(payload)
      expect(told(yield* pull(other, { installers: true }))).toEqual(["update folder app Plotter: done"])
      expect(readFileSync(payload, "utf8")).toBe(bytes)
    }).pipe(onSandbox(), withFiles)
  )
})
