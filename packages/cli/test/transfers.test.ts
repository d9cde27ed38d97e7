/**
 * Installers and exports: what is transferred, what is asked, and what an interrupted transfer leaves behind.
 */
import { scopedLive } from "@effect/vitest"
import { Fault, Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { writes } from "../../../test/support/sandbox.js"
import { canMount, smallDisk } from "../../../test/support/smallDisk.js"
import { onTenant, prepareIru } from "./support/run.js"

const { folder, inTerminal, iru } = prepareIru()

const installer = (name: string, size: number): string => {
  const path = join(folder(), name)
  writeFileSync(path, Buffer.alloc(size, name))
  return path
}

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex")

describe("iru apps publish", () => {
  scopedLive(
    "creates an app, asks before it updates an existing one, and does not upload the same installer twice",
    () =>
      Effect.gen(function* () {
        const path = installer("Plotter.pkg", 300_000)
        const args = ["apps", "publish", path, "--name", "Plotter", "--json"]
        const created = yield* iru(args)
        expect(JSON.parse(created.stdout)).toMatchObject({ status: "created", name: "Plotter", sha256: sha256(path) })
        expect(created.stderr).toContain("uploaded 300 kB")
        const sent = (yield* writes).length
        expect((yield* iru(args)).code).toBe(2)
        expect((yield* inTerminal(args, { answers: [["[y/N]", "n\r"]] })).code).toBe(2)
        const same = yield* inTerminal(args, { answers: [["[y/N]", "y\r"]] })
        expect(same.shown).toContain("Already up to date: Plotter")
        expect(yield* writes).toHaveLength(sent)
        writeFileSync(path, Buffer.alloc(310_000, "new"))
        expect(JSON.parse((yield* iru([...args, "--yes"])).stdout)).toMatchObject({
          status: "updated",
          sha256: sha256(path)
        })
      }).pipe(Effect.provide(Sandbox.layer()))
  )

  scopedLive("keeps the enforcement rules of the app, and accepts the name of a category", () =>
    onTenant(
      Effect.gen(function* () {
        const path = installer("Kiosk.pkg", 1000)
        const audit = join(folder(), "audit.zsh")
        writeFileSync(audit, "exit 0\n")
        const rules = `--install-enforcement continuously_enforce --audit-script @${audit}`
        const place = "--show-in-self-service --self-service-category-id utilities"
        const first = yield* iru(["apps", "publish", path, "--name", "Kiosk", ...`${rules} ${place}`.split(" ")])
        expect(first.code).toBe(0)
        writeFileSync(path, "another")
        expect((yield* iru(["apps", "publish", path, "--name", "Kiosk", "--yes"])).code).toBe(0)
        const { stdout } = yield* iru(["apps", "get", "Kiosk", "--json"])
        expect(JSON.parse(stdout)).toMatchObject({
          install_enforcement: "continuously_enforce",
          audit_script: "exit 0",
          show_in_self_service: true
        })
        const wrong = yield* iru(["apps", "publish", path, "--name", "Other", "--self-service-category-id", "Toys"])
        expect(wrong.stderr).toMatch(/^iru apps publish: The tenant has no record "Toys"\. .*category/)
      })
    )
  )

  scopedLive("reports wrong arguments before it uploads anything", () =>
    Effect.gen(function* () {
      const missing = yield* iru(["apps", "publish", join(folder(), "no.pkg"), "--name", "No"])
      expect(missing.stderr).toMatch(/^iru apps publish: The file .*no\.pkg does not exist\.\n$/)
      const zip = yield* iru(["apps", "publish", installer("Tools.zip", 10), "--name", "Tools"])
      expect(zip.stderr).toContain("--unzip-location")
      expect([missing.code, zip.code]).toEqual([2, 2])
      expect(yield* writes).toEqual([])
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})

describe("iru in-house-apps publish", () => {
  scopedLive("prints the service's reason if it rejects an .ipa", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* iru(["in-house-apps", "publish", installer("Scanner.ipa", 100), "--name", "S"])
      expect(code).toBe(1)
      expect(stderr).toMatch(/iru in-house-apps publish: .*Scanner\.ipa/)
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})

describe("iru apps download", () => {
  scopedLive("exits with 130 and leaves no file after Ctrl-C, and the next run resumes the download", () =>
    Effect.gen(function* () {
      const path = installer("Big.pkg", 8_000_000)
      yield* iru(["apps", "publish", path, "--name", "Big"])
      const target = join(folder(), "downloads")
      yield* Sandbox.fault(Fault.stalled(4_000_000, { target: "storage", method: "GET", times: 1 }))
      const stopped = yield* inTerminal(["apps", "download", "Big", "--to", `${target}/`], {
        answers: [[" MB/s", "\u0003"]]
      })
      expect(stopped.code).toBe(130)
      expect(stopped.shown).toMatch(/Big\.pkg +\[/)
      expect(existsSync(join(target, "Big.pkg"))).toBe(false)
      expect(readdirSync(target)).toHaveLength(1)
      const done = yield* iru(["apps", "download", "Big", "--to", `${target}/`])
      expect(done).toMatchObject({ code: 0, stdout: `Big\tdownloaded\t${join(target, "Big.pkg")}\t\n` })
      expect(sha256(join(target, "Big.pkg"))).toBe(sha256(path))
      const transfers = Effect.map(Sandbox.requests, (requests) =>
        requests.filter(({ method, target }) => target === "storage" && method === "GET")
      )
      const ranges = yield* transfers
      expect(ranges.at(-1)?.status).toBe(206)
      // An installer that is in the folder is not downloaded again.
      const again = yield* iru(["apps", "download", "Big", "--to", target])
      expect(again).toMatchObject({ code: 0, stdout: `Big\tskipped\t${join(target, "Big.pkg")}\t\n` })
      expect(yield* transfers).toEqual(ranges)
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  scopedLive("skips existing files with --all, continues after a failure, and exits with 1", () =>
    Effect.gen(function* () {
      for (const name of ["One", "Two", "Three"])
        yield* iru(["apps", "publish", installer(`${name}.pkg`, 1000), "--name", name])
      const target = join(folder(), "all")
      mkdirSync(target)
      symlinkSync(join(folder(), "One.pkg"), join(target, "One.pkg"))
      yield* Sandbox.fault(Fault.status(403, { target: "storage", method: "GET", path: "*Two*", times: 100 }))
      const { code, stdout } = yield* iru(["apps", "download", "--all", "--to", target, "--csv"])
      expect(code).toBe(1)
      const outcomes = stdout.split("\n").map((line) => line.split(",").slice(0, 2).join(" "))
      expect(outcomes.sort()).toEqual(["", "One skipped", "Three downloaded", "Two failed", "app outcome"])
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})

describe("iru prism export", () => {
  scopedLive("writes the whole file or none, with the rows that match --filter", () =>
    onTenant(
      Effect.gen(function* () {
        const to = join(folder(), "macs.csv")
        const args = ["prism", "export", "device-information", "--filter", "apple_silicon=true"]
        const { code, stderr } = yield* iru([...args, "--to", to])
        expect(code).toBe(0)
        expect(stderr).toContain(`Wrote ${to}`)
        const rows = readFileSync(to, "utf8").trimEnd().split("\n")
        expect(rows.length).toBeGreaterThan(3)
        const listed = yield* iru(["prism", "device-information", "--filter", "apple_silicon=true"])
        expect(listed.stdout.trimEnd().split("\n")).toHaveLength(rows.length - 1)

        yield* Sandbox.fault(Fault.status(400, { target: "storage", method: "GET", times: 100 }))
        const cut = join(folder(), "cut.csv")
        expect((yield* iru([...args, "--to", cut])).code).toBe(1)
        expect(readdirSync(folder()).filter((name) => name.startsWith("cut.csv"))).toEqual([])
        const nowhere = yield* iru([...args, "--to", join(folder(), "no", "x.csv")])
        expect(nowhere.stderr).toContain("its folder does not exist")
      })
    )
  )
})

if (!canMount) console.warn("Not run: commands on a full disk. It needs the right to mount one.")

describe.runIf(canMount)("a full disk", () => {
  scopedLive("fails a download with one sentence, and leaves no file behind", () =>
    onTenant(
      Effect.gen(function* () {
        const disk = (yield* smallDisk) ?? ""
        const path = installer("Large.pkg", 3_000_000)
        expect((yield* iru(["apps", "publish", path, "--name", "Large"])).code).toBe(0)
        const download = yield* iru(["apps", "download", "Large", "--to", join(disk, "Large.pkg")])
        expect(download.code).toBe(1)
        expect(download.stderr.trimEnd().split("\n").at(-1)).toMatch(/^iru apps download: .*(ENOSPC|disk is full)/)
        expect(download.stdout).toBe("")
        expect(readdirSync(disk)).toEqual([])
      })
    )
  )
})
