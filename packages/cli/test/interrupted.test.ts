/**
 * Actions on many devices that are interrupted or lose their reader, and tenants that refuse requests.
 */
import { scopedLive } from "@effect/vitest"
import { Fault, Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { temporaryFolder } from "../../../test/support/files.js"
import { writes } from "../../../test/support/sandbox.js"
import { onTenant, prepareIru } from "./support/run.js"

const { command, folder, inTerminal, iru, usual } = prepareIru()

/** A file with the serial numbers of some Macs. */
const macs = (count: number) =>
  Effect.gen(function* () {
    const args = ["--platform", "Mac", "--limit", String(count), "--csv", "--columns", "serial_number"]
    const { stdout } = yield* iru(["devices", "list", ...args])
    const file = join(folder(), `macs-${count}.csv`)
    writeFileSync(file, stdout)
    return file
  })

describe("an action on many devices", () => {
  scopedLive("ends with 130 after Ctrl-C, and --resume continues with the remaining devices, none of them twice", () =>
    onTenant(
      Effect.gen(function* () {
        const args = [
          "devices",
          "restart",
          "--from",
          yield* macs(30),
          "--yes",
          "--resume",
          join(yield* temporaryFolder, "log")
        ]
        yield* Sandbox.fault(Fault.delayed("200 millis", { method: "POST", times: 1000 }))
        const stopped = yield* inTerminal(args, { answers: [[" done", "\u0003"]] })
        expect(stopped.code).toBe(130)
        const first = (yield* writes).length
        expect(first).toBeLessThan(30)
        const rest = yield* iru([...args, "--repeat-unknown"])
        // A request may have arrived before the interruption. The tenant then refuses to start the action again.
        const failed = rest.stdout.split("\n").filter((line) => line.includes("\tfailed\t"))
        expect(failed.filter((line) => !line.includes("Command already running"))).toEqual([])
        expect(rest.code).toBe(failed.length === 0 ? 0 : 1)
        const done = yield* writes
        expect(new Set(done).size).toBe(30)
        // The result of requests in flight is unknown. --repeat-unknown repeats them.
        expect(done.length).toBeLessThan(30 + first)
      })
    )
  )

  scopedLive("skips a device whose result a killed run did not record, and names --repeat-unknown", () =>
    onTenant(
      Effect.gen(function* () {
        const file = yield* macs(2)
        const log = join(yield* temporaryFolder, "log")
        const args = ["devices", "restart", "--from", file, "--yes", "--resume", log]
        const { stdout } = yield* iru(["devices", "get", readFileSync(file, "utf8").split("\n")[1] ?? "", "--json"])
        const { device_id: device } = JSON.parse(stdout)
        const begun = { device, state: "started", at: new Date().toISOString(), action: "DeviceActions.restart" }
        writeFileSync(log, `${JSON.stringify(begun)}\n`)
        const rest = yield* iru(args)
        expect(rest.code).toBe(1)
        expect(rest.stdout).toMatch(/\tfailed\tan earlier run stopped .* --repeat-unknown\n/)
        expect(yield* writes).toHaveLength(1)
        expect((yield* iru([...args, "--repeat-unknown"])).code).toBe(0)
        expect(yield* writes).toHaveLength(2)
      })
    )
  )

  scopedLive("continues to its end when the reader of its output has stopped", () =>
    onTenant(
      Effect.gen(function* () {
        const { apiToken, tenantUrl } = yield* Sandbox
        const file = yield* macs(20)
        const script = '"$@" | head -n 1'
        const args = [process.execPath, command(), "devices", "blank-push", "--from", file, "--yes"]
        const child = spawn("sh", ["-c", script, "sh", ...args], {
          env: { ...usual(), IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken },
          stdio: ["ignore", "ignore", "ignore"]
        })
        yield* Effect.promise(() => once(child, "close"))
        expect(yield* writes).toHaveLength(20)
      })
    )
  )
})

describe("a tenant that refuses requests", () => {
  scopedLive("exits with 3 for a wrong token and 6 for too many requests, and prints at most three lines", () =>
    onTenant(
      Effect.gen(function* () {
        const wrong = yield* iru(["tags", "list"], { env: { IRU_API_TOKEN: "0a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d" } })
        expect(wrong.code).toBe(3)
        expect(wrong.stderr).toContain("iru auth login")
        yield* Sandbox.fault(Fault.rateLimited({ retryAfter: 3000, times: 100 }))
        const limited = yield* iru(["tags", "list"])
        expect(limited.code).toBe(6)
        for (const { stderr, stdout } of [wrong, limited]) {
          expect(stdout).toBe("")
          expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3)
        }
      })
    )
  )
})
