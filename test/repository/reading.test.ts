/**
 * Folders as people and the vendor's tool leave them, read and written back.
 */
import { effect, scopedLive } from "@effect/vitest"
import { isRepositoryError, Repository } from "effect-iru/repository"
import * as Effect from "effect/Effect"
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { syncHash } from "../../src/repository/model/syncHash.js"
import { temporaryFolder } from "../support/files.js"
import { Sandbox } from "effect-iru/sandbox"
import { onSandbox } from "../support/sandbox.js"
import { contents, plan, withFiles, write } from "./support.js"

const profile = readFileSync(new URL("../sandbox/profiles/plain.mobileconfig", import.meta.url), "utf8")
const binaryProfile = readFileSync(new URL("../sandbox/profiles/binary.mobileconfig", import.meta.url))

const id = (last: number) => `c2f40000-0000-4000-8000-${String(last).padStart(12, "0")}`
const script = (last: number, name: string) => `id: ${id(last)}\nname: ${name}\nexecution_frequency: every_day\n`

const problemsOf = (root: string) =>
  Effect.map(Effect.flip(Repository.open(root)), ({ problems, reason }) => ({
    reason,
    problems: problems.map(
      ({ file, key, line, message }) =>
        `${file}${line === undefined ? "" : `:${line}`}${key === undefined ? "" : ` ${key}`}: ${message}`
    )
  }))

describe("a folder", () => {
  scopedLive("is read in all three formats, at any depth, from any folder in it, and nothing is written", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      write(root, {
        ".iructl": "info_format: yaml\npayload_dir: ../installers\ngit_enabled: false\n",
        "profiles/Wi-Fi/info.plist": `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>id</key><string>${id(1).toUpperCase()}</string><key>name</key><string>Wi-Fi</string></dict></plist>`,
        "profiles/Wi-Fi/anything.mobileconfig": binaryProfile,
        "scripts/Security/Macs/Firewall/info.yml": script(2, "Firewall"),
        "scripts/Security/Macs/Firewall/audit.zsh": "#!/bin/zsh\nexit 0\n",
        "scripts/Security/Macs/Firewall/audit.zsh~": "old",
        "scripts/Security/Macs/Firewall/.audit.zsh.swp": "editor",
        "scripts/Security/Macs/Firewall/.DS_Store": "system",
        "apps/Plotter/info.json": JSON.stringify({
          id: id(3),
          name: "Plotter",
          install_type: "package",
          install_enforcement: "install_once",
          file: { name: "Plotter_abababab.pkg", sha256: "AB".repeat(32) }
        }),
        "apps/Plotter/preinstall": "#!/bin/sh\n"
      })
      const before = contents(root)
      const repository = yield* Repository.open(join(root, "scripts/Security"))
      expect(repository).toMatchObject({ root, marker: ".iructl", infoFormat: "yaml", notes: [] })
      expect(repository.payloads).toBe(join(root, "../installers"))
      expect(repository.items.map(({ id, kind, path }) => [kind, path, id])).toEqual([
        ["profile", "profiles/Wi-Fi", id(1)],
        ["script", "scripts/Security/Macs/Firewall", id(2)],
        ["app", "apps/Plotter", id(3)]
      ])
      expect(repository.items.at(2)?.values["sha256"]).toBe("ab".repeat(32))
      expect(contents(root)).toEqual(before)
    }).pipe(withFiles)
  )

  scopedLive("with the marker of the vendor's older tool is read, with a note", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      write(root, { ".kst": "", "scripts/A/audit.zsh": "#!/bin/zsh\n" })
      const { items, notes } = yield* Repository.open(root)
      expect(items).toEqual([])
      expect(notes).toEqual([
        "The repository is marked by .kst. The vendor's current tool expects the name .iructl.",
        "scripts/A has files but no info file, so it is ignored."
      ])
    }).pipe(withFiles)
  )

  scopedLive("without a marker is not a repository, and a marker above its git folder does not count", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      write(root, { ".iructl": "" })
      mkdirSync(join(root, "inner/.git"), { recursive: true })
      const error = yield* Effect.flip(Repository.open(join(root, "inner")))
      expect(error).toMatchObject({ reason: "NotARepository" })
      expect(isRepositoryError(error)).toBe(true)
      expect(error.message).toContain("has a file .iructl")
    }).pipe(withFiles)
  )

  scopedLive("fails with all problems of all files at once, each with its key and line", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      write(root, {
        ".iructl": "",
        "profiles/A/info.yaml": `id: ${id(1)}\nname: A\nruns_on_mac: maybe\ncolour: red\n`,
        "profiles/A/a.mobileconfig": "<plist><dict><key>x</key></dict></plist>",
        "profiles/B/info.json": '{"id": "b",\n "name": }',
        "profiles/B/b.mobileconfig": profile,
        "profiles/B/c.mobileconfig": profile,
        "scripts/C/info.yaml": script(2, "C"),
        "scripts/C/info.json": "{}",
        "scripts/D/info.yaml": script(3, "D"),
        "scripts/D/audit.zsh": new Uint8Array([0xff, 0xfe]),
        "scripts/E/info.yaml": "id: ../../etc\nname: E\n",
        "scripts/E/audit.zsh": "",
        "apps/F/info.yaml": `id: ${id(4)}\nname: F\ninstall_type: exe\ninstall_enforcement: install_once\nfile:\n  name: ../F.pkg\n  sha256: short\n`
      })
      expect(yield* problemsOf(root)).toEqual({
        reason: "InvalidItem",
        problems: [
          "profiles/A/info.yaml:4 colour: is not a key of an info file, and iructl refuses it",
          "profiles/A/info.yaml:3 runs_on_mac: Expected boolean",
          "profiles/A/a.mobileconfig: is not a property list: line 1, column 32: the key x has no value",
          "profiles/B/info.json:2: it is not valid JSON: value expected",
          "profiles/B/c.mobileconfig: conflicts with b.mobileconfig: keep one of them",
          "scripts/C/info.yaml: conflicts with info.json: keep one of them",
          "scripts/C/info.json id: is missing",
          "scripts/C/info.json name: is missing",
          "scripts/C: has no audit.zsh",
          "scripts/D/audit.zsh: is not UTF-8",
          "scripts/E/info.yaml:1 id: is not an id",
          "scripts/E/audit.zsh: is empty",
          'apps/F/info.yaml:3 install_type: must be one of "package", "zip", "image"',
          "apps/F/info.yaml:6 file.name: is not a file name",
          "apps/F/info.yaml:7 file.sha256: is not a sha256 in hex: 64 digits"
        ]
      })
    }).pipe(withFiles)
  )

  scopedLive("must not contain the same id twice", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      write(root, {
        ".iructl": "",
        "scripts/A/info.yaml": script(1, "A"),
        "scripts/A/audit.zsh": "#!/bin/zsh\n",
        "scripts/B/info.yaml": script(1, "B"),
        "scripts/B/audit.zsh": "#!/bin/zsh\n"
      })
      expect(yield* problemsOf(root)).toEqual({
        reason: "Duplicate",
        problems: ["scripts/B/info.yaml id: is also the id of scripts/A/info.yaml: give each item its own id"]
      })
    }).pipe(withFiles)
  )
})

describe("the vendor's hash", () => {
  // What Python says: sha256("".join(sha256(part) for part in [info, *texts])), info being the values joined by str().
  effect("of an item is computed as in the vendor's tool", () =>
    Effect.sync(() => {
      const firewall = {
        id: id(1),
        name: "Firewall On",
        active: true,
        execution_frequency: "every_day",
        restart: false,
        show_in_self_service: false
      }
      expect(syncHash("script", firewall, { script: "#!/bin/zsh\nexit 0" })).toBe(
        "1990ffd40a64026bb1967982990dfc53b693a9ae43257f9e345de8660f750a34"
      )
      const platforms = Object.fromEntries(
        ["iphone", "ipad", "tv", "vision", "android", "windows"].map((name) => [`runs_on_${name}`, false])
      )
      const wifi = { id: "11111111-2222-4333-8444-555555555555", name: "Wi-Fi", active: true, runs_on_mac: true }
      expect(syncHash("profile", { ...wifi, ...platforms }, { profile: "<plist/>" })).toBe(
        "2d06a7e229d49bcc920ee2137ac9c57cdb8ce04810a631a3eff80567d640938d"
      )
      const plotter = {
        id: "aaaa1111-2222-4333-8444-555555555555",
        name: "Plotter",
        active: false,
        install_type: "package",
        install_enforcement: "continuously_enforce",
        restart: true,
        show_in_self_service: true,
        self_service_category_id: "9f9f",
        sha256: "ab".repeat(32)
      }
      const texts = { postinstall_script: "#!/bin/zsh\necho ä", audit_script: "#!/bin/sh\ntrue" }
      expect(syncHash("app", plotter, texts)).toBe("cea6768015960755a43f1ac23ff9c88594f9dc1fa586d8dd502cdc882df2fd89")
    })
  )
})

describe("a folder of the vendor's tool", () => {
  const stampedScript = (hash: string) =>
    `# Keep this one on.\nid: ${id(1)}\nname: Firewall On\nactive: true\ncreated_at: '2026-05-04T08:11:02.120000Z'\nupdated_at: '2026-05-04T08:11:02.120000Z'\nsync_hash: ${hash}\nexecution_frequency: every_day\nrestart: false\nshow_in_self_service: false\n`

  scopedLive(
    "is the base of the first plan: items that are in sync by their sync_hash are no conflicts and keep their bytes",
    () =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder
        const hash = "1990ffd40a64026bb1967982990dfc53b693a9ae43257f9e345de8660f750a34"
        write(root, {
          ".iructl": "",
          "scripts/Firewall On/info.yaml": stampedScript(hash),
          "scripts/Firewall On/audit.zsh": "#!/bin/zsh\nexit 0"
        })
        const there = { id: id(1), name: "Firewall On", execution_frequency: "every_day", active: true } as const
        const before = contents(root)
        yield* Effect.gen(function* () {
          const { state } = yield* Sandbox
          yield* state.customScripts.put({ ...there, script: "#!/bin/zsh\nexit 0" })
          expect((yield* plan(root)).actions).toMatchObject([{ _tag: "record" }])

          // Changed in the tenant alone: no conflict, although nothing of ours is known.
          yield* state.customScripts.put({ ...there, script: "#!/bin/zsh\nexit 1" })
          expect((yield* plan(root)).skipped).toMatchObject([
            { why: 'was changed in the tenant; direction "push" does not change the folder' }
          ])
          expect((yield* plan(root, { direction: "both" })).actions).toMatchObject([{ _tag: "update", side: "folder" }])
        }).pipe(onSandbox())
        expect(contents(root)).toEqual(before)
      }).pipe(withFiles)
  )
})
