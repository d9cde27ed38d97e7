/**
 * Publishing profiles and scripts by name: what the tenant already has is not sent again.
 */
import { effect, scoped } from "@effect/vitest"
import { CustomApps, CustomProfiles, CustomScripts } from "effect-iru"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Logger from "effect/Logger"
import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { describe, expect } from "vitest"
import { temporaryFolder } from "../support/files.js"
import { onSandbox, writes } from "../support/sandbox.js"

const file = (name: string) => new URL(`../sandbox/profiles/${name}.mobileconfig`, import.meta.url).pathname
const plain = readFileSync(file("plain"), "utf8")

const profile = { name: "Wi-Fi", runs_on_mac: true } as const
const publishProfile = (content: string | Uint8Array, fields: object = {}) =>
  Effect.flatMap(CustomProfiles, (profiles) => profiles.publish({ ...profile, ...fields, file: { content } }))

const script = { name: "Inventory", execution_frequency: "once", script: "#!/bin/zsh\necho hello\n" } as const
const publishScript = (fields: object = {}) =>
  Effect.flatMap(CustomScripts, (scripts) => scripts.publish({ ...script, ...fields }))

describe("a published profile", () => {
  effect("is created, then unchanged while its content is the same, then updated", () =>
    Effect.gen(function* () {
      const created = yield* publishProfile(plain)
      expect(created.status).toBe("created")
      const sent = yield* writes
      expect(sent).toEqual(["POST /api/v1/library/custom-profiles"])

      for (const same of [
        plain,
        readFileSync(file("crlf")),
        readFileSync(file("utf16")),
        readFileSync(file("binary"))
      ]) {
        const { profile, status } = yield* publishProfile(same, { active: true })
        expect(status).toBe("unchanged")
        expect(profile).toEqual(created.profile)
      }
      expect(yield* writes).toEqual(sent)

      const changed = yield* publishProfile(plain.replace("<integer>1</integer>", "<integer>2</integer>"))
      expect(changed).toMatchObject({ status: "updated", profile: { id: created.profile.id } })
      expect(yield* writes).toEqual([...sent, `PATCH /api/v1/library/custom-profiles/${created.profile.id}`])
    }).pipe(onSandbox())
  )

  effect("sends only the field that differs, without the file", () =>
    Effect.gen(function* () {
      const { profile: before } = yield* publishProfile(plain)
      const { profile, status } = yield* publishProfile(plain, { active: false, runs_on_ipad: true })
      expect(status).toBe("updated")
      expect(profile).toMatchObject({ active: false, runs_on_ipad: true, runs_on_mac: true, id: before.id })
      expect((yield* publishProfile(plain)).status).toBe("unchanged")
    }).pipe(onSandbox())
  )

  effect("may have its keys in any order and any white space between them", () =>
    Effect.gen(function* () {
      const entries = [
        "<key>PayloadType</key><string>Configuration</string>",
        "<key>PayloadVersion</key><integer>1</integer>",
        "<key>PayloadContent</key><array><dict><key>A</key><true/><key>B</key><real>1</real></dict></array>",
        "<key>PayloadRemovalDisallowed</key><true/>",
        "<key>PayloadIdentifier</key><string>com.example.wifi</string>",
        "<key>PayloadUUID</key><string>8f5b4b2e-0000-4000-8000-000000000000</string>"
      ]
      const written = (order: ReadonlyArray<string>, space: string) =>
        `<?xml version="1.0"?><plist version="1.0">${space}<dict>${order.map((entry) => entry + space).join("")}</dict></plist>`
      yield* publishProfile(written(entries, "\n"))
      const orders = FastCheck.sample(
        FastCheck.tuple(
          FastCheck.shuffledSubarray(entries, { minLength: entries.length }),
          FastCheck.constantFrom("", "\n\t", "\r\n", "<!-- a note -->")
        ),
        12
      )
      for (const [order, space] of orders) {
        expect((yield* publishProfile(written(order, space))).status).toBe("unchanged")
      }
      const other = entries.map((entry) => entry.replace("<key>B</key>", "<key>C</key>"))
      expect((yield* publishProfile(written(other, "\n"))).status).toBe("updated")
    }).pipe(onSandbox())
  )

  effect("that is not a property list is refused before anything is sent, with the line of the error", () =>
    Effect.gen(function* () {
      for (const [name, why] of [
        ["malformed-key-without-value-outer", /line 23, column \d+: the key PayloadVersion has no value/],
        ["malformed-ampersand", /line \d+, column \d+: /],
        ["malformed-trailing-junk", /line \d+, column \d+: /],
        ["truncated", /line \d+, column \d+: /],
        ["dict-only", /begins with <dict>/],
        ["signed", /is signed: give the profile without its signature/]
      ] as const) {
        const error = yield* Effect.flip(publishProfile(readFileSync(file(name))))
        expect(error).toMatchObject({ reason: "InvalidArgument", operation: "CustomProfiles.publish" })
        expect(error.fieldErrors?.["file"]?.[0]).toMatch(why)
      }
      expect(yield* Sandbox.requests).toEqual([])
    }).pipe(onSandbox())
  )

  effect("with an unknown element is refused, also if JavaScript objects have a property of that name", () =>
    Effect.gen(function* () {
      for (const tag of ["colour", "toString", "constructor", "hasOwnProperty"]) {
        const error = yield* Effect.flip(publishProfile(`<plist><dict><key>A</key><${tag}>x</${tag}></dict></plist>`))
        expect(error.fieldErrors?.["file"]?.[0]).toMatch(new RegExp(`line 1, column \\d+: <${tag}> is unknown`))
      }
      expect(yield* Sandbox.requests).toEqual([])
    }).pipe(onSandbox())
  )

  effect("whose name several profiles have is a Conflict that names them", () =>
    Effect.gen(function* () {
      const profiles = yield* CustomProfiles
      const wifi = { ...profile, file: { content: plain } }
      const [one, two] = [yield* profiles.create(wifi), yield* profiles.create(wifi)]
      const error = yield* Effect.flip(publishProfile(plain))
      expect(error.reason).toBe("Conflict")
      expect(error.message).toContain(one.id)
      expect(error.message).toContain(two.id)
    }).pipe(onSandbox())
  )
})

describe("a published script", () => {
  effect("is created, then unchanged if only white space at its end differs, then updated with what differs", () =>
    Effect.gen(function* () {
      const { script: created, status } = yield* publishScript()
      expect(status).toBe("created")
      expect((yield* publishScript({ script: `${script.script}\n \n` })).status).toBe("unchanged")
      expect((yield* publishScript({ active: true, restart: false })).status).toBe("unchanged")
      const changed = yield* publishScript({ restart: true })
      expect(changed).toMatchObject({ status: "updated", script: { id: created.id, restart: true } })
      expect(changed.script.script).toBe(created.script)
      expect((yield* publishScript({ script: "#!/bin/zsh\necho other" })).status).toBe("updated")
      expect(yield* writes).toEqual([
        "POST /api/v1/library/custom-scripts",
        `PATCH /api/v1/library/custom-scripts/${created.id}`,
        `PATCH /api/v1/library/custom-scripts/${created.id}`
      ])
    }).pipe(onSandbox())
  )

  effect("whose name several scripts have is a Conflict that names them", () =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      const [one, two] = [yield* scripts.create(script), yield* scripts.create(script)]
      const error = yield* Effect.flip(publishScript())
      expect(error.reason).toBe("Conflict")
      expect(error.message).toContain(one.id)
      expect(error.message).toContain(two.id)
    }).pipe(onSandbox())
  )
})

describe("a name", () => {
  effect("in another Unicode form, or with white space around it, is the same name", () =>
    Effect.gen(function* () {
      const [composed, decomposed] = ["Café".normalize("NFC"), ` ${"Café".normalize("NFD")} `]
      expect(composed).not.toBe(decomposed.trim())
      expect((yield* publishScript({ name: composed })).status).toBe("created")
      expect((yield* publishScript({ name: decomposed })).status).toBe("unchanged")
      expect((yield* publishProfile(plain, { name: decomposed })).status).toBe("created")
      expect((yield* publishProfile(plain, { name: composed })).status).toBe("unchanged")
      const apps = yield* CustomApps
      const app = {
        install_type: "package",
        install_enforcement: "install_once",
        installer: { bytes: new TextEncoder().encode("an installer"), name: "Tool.pkg" }
      } as const
      expect((yield* apps.publish({ ...app, name: decomposed })).status).toBe("created")
      expect((yield* apps.publish({ ...app, name: composed })).status).toBe("unchanged")
    }).pipe(onSandbox())
  )
})

describe("a script that cannot run", () => {
  const create = (text: string | Uint8Array, options?: CustomScripts.Options) =>
    Effect.flatMap(CustomScripts, (scripts) =>
      scripts.create({ ...script, script: typeof text === "string" ? text : { content: text } }, options)
    )
  const byteOrderMark = "\uFEFF#!/bin/zsh\necho hello"
  const carriageReturn = "#!/bin/zsh\r\necho hello\r\n"

  effect("is refused before it is sent, or repaired with `normalize: true`", () =>
    Effect.gen(function* () {
      expect((yield* Effect.flip(create(byteOrderMark))).message).toContain("has a byte order mark before #!")
      expect((yield* Effect.flip(create(carriageReturn))).message).toContain("has a CR at the end of its #! line")
      const onlyCr = "#!/bin/zsh\recho hello\r"
      expect((yield* Effect.flip(create(onlyCr))).message).toContain("has a CR at the end of its #! line")
      expect(yield* Sandbox.requests).toEqual([])
      expect((yield* create(onlyCr, { normalize: true })).script).toBe("#!/bin/zsh\necho hello")
      const lines: Array<string> = []
      const logged = Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => void lines.push(String(message)))
      )
      expect((yield* create(byteOrderMark, { normalize: true })).script).toBe("#!/bin/zsh\necho hello")
      expect((yield* Effect.provide(create(carriageReturn, { normalize: true }), logged)).script).toBe(
        "#!/bin/zsh\necho hello"
      )
      expect(lines).toEqual([expect.stringContaining("script has CR line ends")])
    }).pipe(onSandbox())
  )

  effect("is refused even with `normalize: true` if it holds a NUL, half a character or bytes that are not UTF-8", () =>
    Effect.gen(function* () {
      for (const [text, why] of [
        ["#!/bin/sh\0", "has a NUL character"],
        ["#!/bin/sh\necho \uD83D", "has half a character"],
        [new Uint8Array([0x23, 0x21, 0xe4, 0x0a]), "is not UTF-8"]
      ] as const) {
        expect((yield* Effect.flip(create(text, { normalize: true }))).message).toContain(why)
      }
      expect(yield* Sandbox.requests).toEqual([])
    }).pipe(onSandbox())
  )

  effect("is accepted if the tenant already has it", () =>
    Effect.gen(function* () {
      const { id } = yield* Sandbox.pipe(
        Effect.flatMap(({ state }) => state.customScripts.put({ ...script, script: carriageReturn.trimEnd() }))
      )
      const scripts = yield* CustomScripts
      yield* scripts.update(id, { script: carriageReturn, restart: true })
      expect((yield* publishScript({ script: carriageReturn, restart: true })).status).toBe("unchanged")
      expect((yield* Effect.flip(scripts.update(id, { script: `${carriageReturn}exit` }))).reason).toBe(
        "InvalidArgument"
      )
    }).pipe(onSandbox())
  )

  scoped("may be given as a file, and so may the scripts of an app", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const path = `${folder}/audit.zsh`
      yield* Effect.promise(() => writeFile(path, "#!/bin/zsh\nexit 0\n"))
      const scripts = yield* CustomScripts
      const created = yield* scripts.create({ ...script, script: { path }, remediation_script: { path } })
      expect(created).toMatchObject({ script: "#!/bin/zsh\nexit 0", remediation_script: "#!/bin/zsh\nexit 0" })
      const apps = yield* CustomApps
      const app = yield* apps.create({
        name: "Tool",
        install_type: "package",
        install_enforcement: "continuously_enforce",
        audit_script: { path },
        installer: { bytes: new TextEncoder().encode("an installer"), name: "Tool.pkg" }
      })
      expect(app.audit_script).toBe("#!/bin/zsh\nexit 0")
      yield* Effect.promise(() => writeFile(path, new Uint8Array([0xff, 0xfe, 0x41])))
      expect((yield* Effect.flip(apps.update(app.id, { audit_script: { path } }))).message).toContain(
        `The file ${path} is not UTF-8.`
      )
    }).pipe(onSandbox())
  )
})
