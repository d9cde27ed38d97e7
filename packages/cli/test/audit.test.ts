/**
 * `iru audit --follow`: prints new events as they arrive.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { prepareIru } from "./support/run.js"

const { command, folder, iru, usual } = prepareIru()

/** Follows the log until it has printed a number of lines, then presses Ctrl-C. */
const follow = (args: ReadonlyArray<string>, lines: number) =>
  Effect.flatMap(Sandbox, ({ apiToken, tenantUrl }) =>
    Effect.promise(async () => {
      const child = spawn(process.execPath, [command(), "audit", "--follow", "--every", "1", ...args], {
        env: { ...usual(), IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken }
      })
      let stdout = ""
      let stderr = ""
      child.stderr.on("data", (text) => (stderr += String(text)))
      child.stdout.on("data", (text) => {
        stdout += String(text)
        // Waits until the position is saved.
        if (stdout.split("\n").length > lines) setTimeout(() => child.kill("SIGINT"), 200)
      })
      const [code]: Array<unknown> = await once(child, "close")
      const events = stdout.trimEnd().split("\n")
      return { code, stderr, names: events.map((line) => String(JSON.parse(line).new_state?.name)) }
    })
  )

describe("iru audit --follow", () => {
  scopedLive("prints a line of JSON for each event, and continues from the position in the file of --state", () =>
    Effect.gen(function* () {
      const state = join(folder(), "audit.json")
      for (const name of ["one", "two"]) yield* iru(["tags", "create", "--name", name])
      const first = yield* follow(["--state", state, "--from", "2020-01-01"], 2)
      expect(first).toMatchObject({ code: 130, names: ["one", "two"] })
      expect(JSON.parse(readFileSync(state, "utf8"))).toHaveProperty("seen")
      yield* iru(["tags", "create", "--name", "three"])
      const second = yield* follow(["--state", state, "--from", "2020-01-01"], 1)
      expect(second.names).toEqual(["three"])
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  scopedLive("refuses a state file without a position, and an unknown command", () =>
    Effect.gen(function* () {
      const state = join(folder(), "wrong.json")
      writeFileSync(state, "{}")
      const wrong = yield* iru(["audit", "--follow", "--state", state])
      expect(wrong.code).toBe(2)
      expect(wrong.stderr).toContain("is not a file of --state")
      expect((yield* iru(["audit", "lst"])).stderr).toContain("The only one is list")
      expect((yield* iru(["audit", "list", "--tenant", "nope"])).code).toBe(3)
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})
