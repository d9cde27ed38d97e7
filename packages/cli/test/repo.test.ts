/**
 * `iru repo`: plans and applies a folder in git from the command line.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { writes } from "../../../test/support/sandbox.js"
import { prepareIru } from "./support/run.js"

const { folder, inTerminal, iru } = prepareIru()

const seeded = Sandbox.layer({ seed: { customScripts: 4, customProfiles: 2 } })

/** A folder with the items of the tenant. */
const pulled = (name: string) =>
  Effect.gen(function* () {
    const repo = join(folder(), name)
    expect((yield* iru(["repo", "pull", "--repo", repo, "--info-format", "yaml"])).code).toBe(0)
    const listed = yield* iru(["scripts", "list", "--limit", "1", "--columns", "name"])
    return { repo, script: join(repo, "scripts", listed.stdout.trim()) }
  })

describe("iru repo", () => {
  scopedLive(
    "pulls a tenant, plans without a write request, and exits with 8 under --exit-code if there are changes",
    () =>
      Effect.gen(function* () {
        const { repo, script } = yield* pulled("first")
        const same = yield* iru(["repo", "plan", "--repo", repo, "--exit-code"])
        expect(same).toMatchObject({ code: 0, stderr: "" })
        expect(same.stdout).toContain("Nothing to do")
        appendFileSync(join(script, "audit.zsh"), "\necho more\n")
        const changed = yield* iru(["repo", "--repo", repo, "--exit-code"])
        expect(changed.code).toBe(8)
        expect(changed.stdout).toContain("+echo more")
        expect((yield* iru(["repo", "plan", "--repo", repo])).code).toBe(0)
        expect(yield* writes).toEqual([])
      }).pipe(Effect.provide(seeded))
  )

  scopedLive(
    "applies exactly the saved plan after a yes, exits with 2 after a no, and skips items that changed since",
    () =>
      Effect.gen(function* () {
        const { repo, script } = yield* pulled("second")
        const file = join(folder(), "plan.json")
        appendFileSync(join(script, "audit.zsh"), "\necho more\n")
        yield* iru(["repo", "plan", "--repo", repo, "--out", file])
        expect(readFileSync(file, "utf8")).not.toContain("echo more")
        const args = ["repo", "apply", file, "--repo", repo]
        expect((yield* iru(args)).code).toBe(2)
        expect((yield* inTerminal(args, { answers: [["[y/N]", "n\r"]] })).code).toBe(2)
        expect(yield* writes).toEqual([])
        const done = yield* inTerminal(args, { answers: [["[y/N]", "y\r"]] })
        expect(done.shown).toMatch(/script .* update +done/)
        expect(done.code).toBe(0)
        expect(yield* writes).toHaveLength(1)
        const again = yield* iru([...args, "--yes"])
        expect(again.stdout).toContain("stale")
        expect(again.code).toBe(1)
        expect(yield* writes).toHaveLength(1)
      }).pipe(Effect.provide(seeded))
  )

  scopedLive("says what is wrong with a folder, with a plan and with a file, with its line", () =>
    Effect.gen(function* () {
      const { repo, script } = yield* pulled("third")
      const none = yield* iru(["repo", "plan", "--repo", join(folder(), "config")])
      expect(none.code).toBe(2)
      const file = join(folder(), "no-plan.json")
      writeFileSync(file, "{}")
      expect((yield* iru(["repo", "apply", file, "--repo", repo])).stderr).toContain("is not a plan")
      expect((yield* iru(["repo", "pln"])).stderr).toContain("There are plan, apply and pull")
      appendFileSync(join(script, "info.yaml"), "x: 1\n")
      const wrong = yield* iru(["repo", "plan", "--repo", repo])
      expect(wrong.stderr).toMatch(/info\.yaml:\d+: x is not a key of an info file/)
      expect(wrong.code).toBe(1)
      expect(existsSync(join(repo, ".iructl"))).toBe(true)
    }).pipe(Effect.provide(seeded))
  )
})
