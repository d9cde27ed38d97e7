/**
 * Whatever people and tenants write into items: what is equal by meaning is never sent, and every change is seen.
 */
import { scopedLive, test } from "@effect/vitest"
import { CustomProfiles, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { differing, fieldsOf, hashOf, type Values } from "../../src/repository/model/Fields.js"
import { temporaryFolder } from "../support/files.js"
import { onSandbox, writes } from "../support/sandbox.js"
import { tenantAt } from "../support/tenant.js"
import { apply, contents, itemsOf, plan, pull, setText, sync, told, withFiles, write } from "./support.js"

const line = FastCheck.oneof(
  FastCheck.string({ maxLength: 20 }),
  FastCheck.string({ unit: "grapheme", maxLength: 10 }),
  FastCheck.constantFrom("---", "# no: [yaml]", "]]>", "&amp;", "<key>", "\t", "\u2028", "~", "null", "1e5", "-", ": ")
)
const clean = (text: string) => text.toWellFormed().replaceAll("\0", "")
const scriptText = FastCheck.tuple(
  FastCheck.constantFrom("#!/bin/zsh\n", "#!/bin/bash -e\n", "#!/usr/bin/env python3\n", "echo 1\n"),
  FastCheck.array(line, { minLength: 1, maxLength: 6 }),
  FastCheck.constantFrom("\n", "\r\n"),
  FastCheck.constantFrom("", "\n", "\n\n", "  \n\t")
).map(([first, lines, end, last]) => clean(`${first}:${lines.join(end)}${last}`))
/** The tenant takes names off white space around them. */
const name = FastCheck.tuple(line, FastCheck.integer({ min: 0, max: 1e9 })).map(([text, number]) =>
  clean(`${text}${number}`).trim()
)
const script = FastCheck.record({
  name,
  script: scriptText,
  remediation_script: FastCheck.oneof(FastCheck.constant(""), scriptText),
  execution_frequency: FastCheck.constantFrom("once" as const, "every_day" as const, "every_15_min" as const),
  restart: FastCheck.boolean(),
  active: FastCheck.boolean()
})
const escaped = (text: string) => text.replace(/[&<>]/g, (one) => `&#${one.codePointAt(0)};`)
const xmlText = line.map((text) =>
  // What XML cannot hold.
  // oxlint-disable-next-line no-control-regex
  escaped(clean(text).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, ""))
)
const value = FastCheck.oneof(
  xmlText.map((text) => `<string>${text}</string>`),
  FastCheck.integer().map((number) => `<integer>${number}</integer>`),
  FastCheck.double({ noNaN: true, noDefaultInfinity: true }).map((number) => `<real>${number}</real>`),
  FastCheck.boolean().map((flag) => `<${flag}/>`),
  FastCheck.uint8Array({ maxLength: 9 }).map((bytes) => `<data>${Buffer.from(bytes).toString("base64")}</data>`),
  FastCheck.array(xmlText, { maxLength: 3 }).map(
    (all) => `<array>${all.map((text) => `<string>${text}</string>`).join("")}</array>`
  )
)
const profile = FastCheck.tuple(
  name,
  FastCheck.dictionary(FastCheck.stringMatching(/^[A-Z][A-Za-z]{0,12}$/), value, { maxKeys: 5 })
).map(([name, keys]) => ({
  name,
  runs_on_mac: true,
  file: {
    content: `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>PayloadContent</key><array/><key>PayloadIdentifier</key><string>x</string>${Object.entries(
      keys
    )
      .map(([key, value]) => `<key>${key}</key>${value}`)
      .join(
        ""
      )}<key>PayloadType</key><string>Configuration</string><key>PayloadUUID</key><string>y</string></dict></plist>`
  }
}))
/** The same samples in every run. */
const sample = <A>(arbitrary: FastCheck.Arbitrary<A>, count: number, seed: number) =>
  FastCheck.sample(arbitrary, { numRuns: count, seed })

const fill = Effect.gen(function* () {
  yield* Effect.forEach(sample(script, 40, 1), (fields) =>
    Effect.flatMap(CustomScripts, (scripts) => scripts.create(fields))
  )
  yield* Effect.forEach(sample(profile, 20, 2), (fields) =>
    Effect.flatMap(CustomProfiles, (profiles) => profiles.create(fields))
  )
})

describe.each(["plist", "json", "yaml"] as const)("items with wild names and texts, in %s", (infoFormat) => {
  scopedLive("are in sync after a pull, and a second tenant gets the same items from the folder", () =>
    Effect.gen(function* () {
      yield* fill
      const root = join(yield* temporaryFolder, "mdm")
      const pulled = yield* pull(root, { infoFormat })
      expect(told(pulled).filter((line) => !line.endsWith("done"))).toEqual([])
      expect(pulled).toHaveLength(60)
      expect((yield* plan(root)).actions).toEqual([])

      // Editors end a file with a line end: the tenant does not keep it, so it is no change.
      for (const item of yield* itemsOf(root, "script")) setText(root, item, "script", (text) => `${text}\n`)
      expect((yield* plan(root)).actions).toEqual([])

      const before = contents(root)
      const other = yield* Sandbox.serve()
      yield* Effect.gen(function* () {
        const outcomes = yield* sync(root)
        expect(told(outcomes).filter((line) => !/^create tenant .*: done$/s.test(line))).toEqual([])
        expect(outcomes).toHaveLength(60)
        expect((yield* plan(root)).actions).toEqual([])
      }).pipe(
        Effect.provide(Iru.layer(tenantAt(other.tenantUrl, { apiToken: other.apiToken, pace: { perSecond: 10_000 } })))
      )
      // The ids stay those of the first tenant, with which the folder is still in step.
      const after = contents(root)
      for (const [path, text] of Object.entries(before)) {
        if (!/info\.(plist|json|yaml)$/.test(path)) expect(after[path]).toBe(text)
      }
      expect((yield* plan(root)).actions).toEqual([])
    }).pipe(onSandbox(), withFiles, Logger.withMinimumLogLevel(LogLevel.Error))
  )
})

describe("a change of any field", () => {
  const fields: Values = {
    name: "Firewall",
    active: true,
    execution_frequency: "once",
    restart: false,
    show_in_self_service: true,
    self_service_category_id: "a1",
    self_service_recommended: false,
    script: "#!/bin/zsh\n:",
    remediation_script: ""
  }

  test("is planned, and no other change with it", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.constantFrom(...Object.keys(fields)), line.map(clean), (field, text) => {
        const old = fields[field]
        const value = typeof old === "boolean" ? !old : `${String(old)}x${text}`
        const before = fieldsOf("script", fields)
        const after = fieldsOf("script", { ...fields, [field]: value })
        const hidden = field === "show_in_self_service" ? ["self_service_category_id", "self_service_recommended"] : []
        expect([...differing(before, after)].sort()).toEqual([field, ...hidden].sort())
        expect([...differing(after, before)].sort()).toEqual([field, ...hidden].sort())
        expect(hashOf(after)).not.toBe(hashOf(before))
      })
    )
  })

  test("without an effect is not planned, on either side", () => {
    FastCheck.assert(
      FastCheck.property(scriptText, FastCheck.constantFrom("", "\n", " \n\n"), (text, end) => {
        const one = fieldsOf("script", { ...fields, script: text.trimEnd(), show_in_self_service: false })
        const other = fieldsOf("script", {
          ...fields,
          script: text + end,
          show_in_self_service: false,
          self_service_category_id: "another",
          remediation_script: undefined
        })
        expect(differing(one, other)).toEqual([])
        expect(differing(other, one)).toEqual([])
        expect(hashOf(one)).toBe(hashOf(other))
      })
    )
  })
})

describe("writing back", () => {
  scopedLive("writes the tenant's texts, times and ids into the files, so that the vendor's tool is in sync too", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      write(root, {
        ".iructl": "",
        "scripts/A/info.yaml":
          "id: a\nname: A\nexecution_frequency: once\nshow_in_self_service: true\nself_service_category_id: Utilities\n",
        "scripts/A/audit.zsh": "#!/bin/zsh\n:\n\n",
        "profiles/B/info.yaml": "id: b\nname: B\n",
        "profiles/B/b.mobileconfig": sample(profile, 1, 3)[0]?.file.content ?? ""
      })
      expect(told(yield* apply(root, yield* plan(root), { writeBack: true }))).toEqual([
        "create tenant profile B: done",
        "create tenant script A: done"
      ])
      const [script] = (yield* (yield* CustomScripts).list()).results
      const [made] = (yield* (yield* CustomProfiles).list()).results
      expect(readFileSync(join(root, "scripts/A/audit.zsh"), "utf8")).toBe(script?.script)
      expect(readFileSync(join(root, "profiles/B/b.mobileconfig"), "utf8")).toBe(made?.profile)
      const info = readFileSync(join(root, "scripts/A/info.yaml"), "utf8")
      expect(info).toContain(`self_service_category_id: ${script?.self_service_category_id}`)
      expect(info).toContain(
        `updated_at: "${script?.updated_at}"`.replaceAll('"', info.includes("updated_at: '") ? "'" : '"')
      )
      expect(readFileSync(join(root, "profiles/B/info.yaml"), "utf8")).toContain(
        `mdm_identifier: ${made?.mdm_identifier}`
      )
      const [item] = yield* itemsOf(root, "script")
      expect(item?.info.sync_hash).toBe(item?.syncHash)
      const sent = yield* writes
      expect(yield* sync(root)).toEqual([])
      expect(yield* writes).toEqual(sent)
    }).pipe(onSandbox(), withFiles)
  )
})
