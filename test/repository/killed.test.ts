/**
 * A run that is killed at any point is continued by the next one: nothing twice, nothing lost.
 */
import { scopedLive } from "@effect/vitest"
import { CustomProfiles, CustomScripts } from "effect-iru"
import { Repository } from "effect-iru/repository"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { expect } from "vitest"
import { temporaryFolder } from "../support/files.js"
import { bundled } from "../support/programs.js"
import { onSandbox } from "../support/sandbox.js"
import { itemsOf, plan, pull, setText, withFiles, write } from "./support.js"

const program = bundled("test/repository/applyKilled.ts")

/** The kills of one test. */
const kills = 8

/** A number below `limit` that is the same in every run. */
const random = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
  return seed / 2 ** 31
}

/** Applies in a process of its own, which is killed after so many requests, and then some time. Gives its exit code. */
const killedAfter = (root: string, requests: number, delay: number) =>
  Effect.gen(function* () {
    const { apiToken, events, tenantUrl } = yield* Sandbox
    const child = spawn(process.execPath, [program("test/repository/applyKilled.ts"), root], {
      env: { ...process.env, IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken },
      stdio: ["ignore", "ignore", "pipe"]
    })
    let problems = ""
    child.stderr.on("data", (data: Buffer) => (problems += data.toString()))
    const exit = Effect.async<number | null>((resume) => {
      child.once("exit", (code) => resume(Effect.succeed(code)))
    })
    const kill = events.pipe(
      Stream.take(requests),
      Stream.runDrain,
      Effect.zipRight(Effect.sleep(delay)),
      Effect.zipRight(Effect.sync(() => child.kill("SIGKILL"))),
      Effect.zipRight(Effect.never)
    )
    const code = yield* Effect.race(exit, kill)
    expect(code === 0 || code === null, problems).toBe(true)
    return code
  })

const scriptFiles = (index: number, id: string) => ({
  [`scripts/New ${index}/info.yaml`]: `id: ${id}\nname: New ${index}\nactive: true\nexecution_frequency: once\n`,
  [`scripts/New ${index}/audit.zsh`]: `#!/bin/zsh\necho new ${index}\n`
})

scopedLive(
  `a run that is killed ${kills} times and repeated ends in the same state as one run`,
  () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 60, customProfiles: 40 })
      const root = join(yield* temporaryFolder, "mdm")
      yield* pull(root, { infoFormat: "yaml" })
      // Of each: scripts changed in the folder and in the tenant, scripts that are new in the folder and in the tenant.
      const scripts = yield* itemsOf(root, "script")
      const service = yield* CustomScripts
      for (const script of scripts.slice(0, 20)) setText(root, script, "script", (text) => `${text}\necho folder\n`)
      yield* Effect.forEach(scripts.slice(20, 40), ({ id, texts }) =>
        service.update(id, { script: `${texts["script"]}\necho tenant`, remediation_script: "#!/bin/zsh\necho mended" })
      )
      for (let index = 0; index < 40; index++) {
        write(root, scriptFiles(index, `0000-${String(index).padStart(4, "0")}`))
      }
      yield* Effect.forEach(Array.from({ length: 20 }), (_, index) =>
        service.create({ name: `Made in the tenant ${index}`, script: "#!/bin/zsh\ntrue", execution_frequency: "once" })
      )

      const next = random(7)
      let killed = 0
      for (let run = 0; run < kills; run++) {
        // Requests come twice among the events. The first reads are those of planning.
        const code = yield* killedAfter(root, 8 + Math.floor(next() * 16), Math.floor(next() * 6))
        if (code === null) killed++
      }
      expect(killed).toBeGreaterThan(4)

      const last = yield* plan(root, { direction: "both", limits: { updates: 1000 } })
      const repository = yield* Repository.open(root)
      yield* Stream.runDrain(Repository.apply(repository, last))
      const end = yield* plan(root, { direction: "both" })
      expect(end.conflicts).toEqual([])
      expect(end.actions).toEqual([])

      const all = (yield* service.list()).results
      expect(all).toHaveLength(120)
      expect(new Set(all.map(({ name }) => name)).size).toBe(120)
      expect(all.filter(({ script }) => script.endsWith("echo folder"))).toHaveLength(20)
      expect(all.filter(({ script }) => script.endsWith("echo tenant"))).toHaveLength(20)
      expect((yield* (yield* CustomProfiles).list()).count).toBe(40)
      const items = yield* itemsOf(root, "script")
      expect(items).toHaveLength(120)
      expect(items.filter(({ id }) => !all.some((script) => script.id === id))).toEqual([])
      expect(items.filter(({ texts }) => texts["script"]?.includes("echo tenant"))).toHaveLength(20)
    }).pipe(onSandbox(), withFiles),
  120_000
)
