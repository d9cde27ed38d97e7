/**
 * Commands that change devices and records: their questions, refusals and messages.
 */
import { scopedLive } from "@effect/vitest"
import { Fault, Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { writes } from "../../../test/support/sandbox.js"
import { onTenant, prepareIru } from "./support/run.js"

const { folder, inTerminal, iru } = prepareIru()

const macs = (count: number) =>
  Effect.map(
    iru(["devices", "list", "--platform", "Mac", "--limit", String(count), "--columns", "serial_number,device_id"]),
    ({ stdout }) =>
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split("\t"))
        .map(([serial = "", id = ""]) => ({ serial, id }))
  )

describe("an action on devices", () => {
  scopedLive("names tenant and device, asks once, and after a no exits with 2 and sends nothing", () =>
    onTenant(
      Effect.gen(function* () {
        const [mac] = yield* macs(1)
        const { tenantUrl } = yield* Sandbox
        const { host } = new URL(tenantUrl)
        const no = yield* inTerminal(["devices", "restart", mac?.serial ?? ""], { answers: [["[y/N]", "n\r"]] })
        expect(no.shown).toContain(`Restart devices: 1 device of ${host}`)
        expect(no.shown).toContain(mac?.serial)
        expect(no.shown).toContain("Not done.")
        expect(no.code).toBe(2)
        expect(yield* writes).toEqual([])
        const yes = yield* inTerminal(["devices", "restart", mac?.serial ?? ""], { answers: [["[y/N]", "y\r"]] })
        expect(yes.code).toBe(0)
        expect(yield* writes).toEqual([`POST /api/v1/devices/${mac?.id}/action/restart`])
      })
    )
  )

  scopedLive("is refused without a terminal unless --yes is given", () =>
    onTenant(
      Effect.gen(function* () {
        const [mac] = yield* macs(1)
        const refused = yield* iru(["devices", "restart", mac?.serial ?? ""])
        expect(refused.code).toBe(2)
        expect(refused.stderr).toContain("--yes")
        expect(yield* writes).toEqual([])
        expect((yield* iru(["devices", "restart", mac?.serial ?? "", "--yes"])).code).toBe(0)
      })
    )
  )

  scopedLive("takes devices from a CSV file, and does nothing if one of them does not exist", () =>
    onTenant(
      Effect.gen(function* () {
        const some = yield* macs(12)
        const file = join(folder(), "macs.csv")
        writeFileSync(file, `name,serial_number\n${some.map(({ serial }) => `"a, b",${serial}`).join("\r\n")}\r\n`)
        const dry = yield* iru(["devices", "lock", "--from", file, "--dry-run", "--csv"])
        expect(dry.stdout.trimEnd().split("\n")).toHaveLength(13)
        expect(dry.stdout).toContain("it would call DeviceActions.lock")
        expect(yield* writes).toEqual([])
        const most = yield* iru(["devices", "lock", "--from", file, "--yes", "--max", "5"])
        expect(most).toMatchObject({ code: 2, stdout: "" })
        const done = yield* iru(["devices", "lock", "--from", "-", "--yes"], { input: readFileSync(file, "utf8") })
        expect(done.code).toBe(0)
        expect(yield* writes).toHaveLength(12)

        writeFileSync(file, `serial_number\n${some.map(({ serial }) => serial).join("\n")}\nNOPE\n`)
        const wrong = yield* iru(["devices", "lock", "--from", file, "--yes"])
        expect(wrong.code).toBe(4)
        expect(wrong.stderr).toContain("NOPE (none)")
        expect(yield* writes).toHaveLength(12)
      })
    )
  )

  scopedLive(
    "continues after a device that fails, exits with 1, and --resume tries only the failed devices again",
    () =>
      onTenant(
        Effect.gen(function* () {
          const some = yield* macs(3)
          const log = join(folder(), "restart.ndjson")
          yield* Sandbox.fault(Fault.status(400, { method: "POST", path: `*${some[1]?.id}/action/restart` }))
          const args = ["devices", "restart", ...some.map(({ serial }) => serial), "--yes", "--resume", log, "--csv"]
          const first = yield* iru(args)
          expect(first.code).toBe(1)
          expect(first.stdout.match(/,done,/g)).toHaveLength(2)
          expect(first.stdout.match(/,failed,/g)).toHaveLength(1)
          const second = yield* iru(args)
          expect(second.code).toBe(0)
          expect(second.stdout.match(/,done,/g)).toHaveLength(1)
          expect(second.stdout.match(/,skipped,/g)).toHaveLength(2)
        })
      )
  )
})

describe("an action that cannot be undone", () => {
  scopedLive("asks the user to type the serial number, and refuses anything else", () =>
    onTenant(
      Effect.gen(function* () {
        const [mac] = yield* macs(1)
        const serial = mac?.serial ?? ""
        const wrong = yield* inTerminal(["devices", "erase", serial], { answers: [["to continue:", "yes\r"]] })
        expect(wrong.shown).toContain("This cannot be undone.")
        expect(wrong.code).toBe(2)
        expect(yield* writes).toEqual([])
        const right = yield* inTerminal(["devices", "erase", serial], { answers: [["to continue:", `${serial}\r`]] })
        expect(right.code).toBe(0)
        expect(yield* writes).toEqual([`POST /api/v1/devices/${mac?.id}/action/erase`])
      })
    )
  )

  scopedLive("asks the user to type the number of devices, which --count answers in scripts and --yes does not", () =>
    onTenant(
      Effect.gen(function* () {
        const serials = (yield* macs(2)).map(({ serial }) => serial)
        for (const flags of [[], ["--count", "3"], ["--confirm", serials[0] ?? ""]]) {
          const refused = yield* iru(["devices", "erase", ...serials, ...flags])
          expect(refused.code).toBe(2)
        }
        expect((yield* iru(["devices", "erase", ...serials, "--yes"])).code).toBe(2)
        expect(yield* writes).toEqual([])
        expect((yield* iru(["devices", "erase", ...serials, "--count", "2"])).code).toBe(0)
        expect(yield* writes).toHaveLength(2)
      })
    )
  )

  scopedLive("asks for the name of a tag before it deletes the tag", () =>
    onTenant(
      Effect.gen(function* () {
        yield* iru(["tags", "create", "--name", "Loaners"])
        expect((yield* iru(["tags", "delete", "Loaners"])).code).toBe(2)
        expect((yield* iru(["tags", "delete", "Loaners", "--confirm", "Loaner"])).code).toBe(2)
        expect((yield* iru(["tags", "delete", "Loaners", "--confirm", "Loaners"])).code).toBe(0)
        expect((yield* iru(["tags", "list", "--search", "Loaners"])).stdout).toBe("")
      })
    )
  )

  scopedLive("sends nothing if IRU_GUARD forbids it, and exits with 2", () =>
    onTenant(
      Effect.gen(function* () {
        const refused = yield* iru(["tags", "create", "--name", "x"], { env: { IRU_GUARD: "read-only" } })
        expect(refused.code).toBe(2)
        expect(refused.stderr).toContain("a guard refused it, and nothing was sent")
        expect(yield* writes).toEqual([])
      })
    )
  )
})

describe("fields of a record", () => {
  scopedLive("come from options, files or JSON, and a script is created and shown unchanged", () =>
    onTenant(
      Effect.gen(function* () {
        const file = join(folder(), "audit.zsh")
        writeFileSync(file, "#!/bin/zsh\nexit 0\n")
        const created = yield* iru([
          "scripts",
          "create",
          "--name",
          "Audit",
          "--execution-frequency",
          "once",
          "--script",
          `@${file}`,
          "--no-active",
          "--json"
        ])
        expect(JSON.parse(created.stdout)).toMatchObject({
          name: "Audit",
          active: false,
          script: "#!/bin/zsh\nexit 0"
        })
        const renamed = yield* iru(["scripts", "update", "Audit", "--yes", "--input", "-", "--json"], {
          input: '{"name":"Audit 2","active":true}'
        })
        expect(JSON.parse(renamed.stdout)).toMatchObject({ name: "Audit 2", active: true })
      })
    )
  )

  scopedLive("may not contain a PIN as an argument, because other users could see it", () =>
    onTenant(
      Effect.gen(function* () {
        const [mac] = yield* macs(1)
        const args = ["devices", "erase", mac?.serial ?? "", "--confirm", mac?.serial ?? ""]
        const seen = yield* iru([...args, "--pin", "123456"])
        expect(seen.code).toBe(2)
        expect(seen.stderr).not.toContain("123456")
        expect((yield* iru([...args, "--pin", "@-"], { input: "123456\n" })).code).toBe(0)
      })
    )
  )
})
