/**
 * Unusual tenants, file systems and mistakes, and the files and devices that `iru` must not harm then.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { writes } from "../../../test/support/sandbox.js"
import { onTenant, prepareIru } from "./support/run.js"

const { folder, inTerminal, iru } = prepareIru()

const newFolder = (name: string): string => {
  const path = join(folder(), name)
  mkdirSync(path)
  return path
}

const firstMac = Effect.map(iru(["devices", "list", "--platform", "Mac", "--limit", "1", "--json"]), ({ stdout }) => {
  const [mac]: ReadonlyArray<{ device_id: string; serial_number: string }> = JSON.parse(stdout)
  return mac ?? { device_id: "", serial_number: "" }
})

describe("a file that a command writes", () => {
  for (const [what, make] of [
    ["a device", (path: string) => spawnSync("mknod", [path, "c", "1", "3"])],
    ["a FIFO", (path: string) => spawnSync("mkfifo", [path])],
    ["a symbolic link", (path: string) => symlinkSync("elsewhere.csv", path)]
  ] as const) {
    scopedLive(`does not replace ${what}, and sends no request`, ({ skip }) =>
      onTenant(
        Effect.gen(function* () {
          const place = newFolder(what)
          const path = join(place, "apps.csv")
          make(path)
          const before = lstatSync(path, { throwIfNoEntry: false })
          // Only root can create device files.
          if (before === undefined) return skip()
          for (const args of [
            ["prism", "export", "apps", "--to", path],
            ["audit", "--follow", "--state", path]
          ]) {
            const { code, stderr } = yield* iru(args)
            expect(code).toBe(2)
            expect(stderr).toContain(`Cannot write ${path}: it is a`)
          }
          expect(yield* writes).toEqual([])
          expect(lstatSync(path).mode).toBe(before.mode)
          expect(readdirSync(place)).toEqual(["apps.csv"])
        })
      )
    )
  }

  scopedLive("keeps its mode, and other files in the folder are not changed", () =>
    onTenant(
      Effect.gen(function* () {
        const place = newFolder("shared")
        const path = join(place, "apps.csv")
        writeFileSync(path, "before")
        chmodSync(path, 0o640)
        expect((yield* iru(["prism", "export", "apps", "--to", path])).code).toBe(0)
        expect(readFileSync(path, "utf8")).not.toContain("before")
        expect(statSync(path).mode & 0o7777).toBe(0o640)
        expect(readdirSync(place)).toEqual(["apps.csv"])
      })
    )
  )
})

describe("an action that cannot be undone", () => {
  scopedLive("is not confirmed by Enter if a device has no name", () =>
    onTenant(
      Effect.gen(function* () {
        const { device_id: id } = yield* firstMac
        const path = `/api/v1/devices/${id}`
        const record: Record<string, unknown> = JSON.parse((yield* iru(["api", "GET", path])).stdout)
        yield* Sandbox.fault({ path, respond: { status: 200, body: { ...record, device_name: "" } } })
        const entered = yield* inTerminal(["devices", "erase", id], { answers: [["to continue:", "\r"]] })
        expect(entered.shown).toContain("Not done.")
        expect(entered.code).toBe(2)
        expect((yield* iru(["devices", "erase", id, "--confirm", ""])).code).toBe(2)
        expect(yield* writes).toEqual([])
      })
    )
  )

  scopedLive("counts a device that is named twice as one, and is sent to it once", () =>
    onTenant(
      Effect.gen(function* () {
        const { device_id: id, serial_number: serial } = yield* firstMac
        const { code, stderr } = yield* iru(["devices", "restart", serial, id, id.toUpperCase(), "--yes"])
        expect(stderr).toContain("Restart devices: 1 device of")
        expect(code).toBe(0)
        expect(yield* writes).toEqual([`POST /api/v1/devices/${id}/action/restart`])
      })
    )
  )
})
