import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, keysOf, listAt, micros, nowhere, textAt, uuid } from "./support.js"

const root = "/api/v1/library/custom-profiles"
const sandbox = Effect.provide(Sandbox.layer())

const content = `\t<array>
\t\t<dict>
\t\t\t<key>PayloadIdentifier</key>
\t\t\t<string>com.example.inner</string>
\t\t\t<key>PayloadDisplayName</key> <!-- <key>PayloadUUID</key> -->
\t\t\t<string>Inner\tname</string>
\t\t\t<key>PayloadUUID</key>
\t\t\t<string>5A7C4C7B-0000-0000-0000-000000000001</string>
\t\t</dict>
\t</array>`

const mobileconfig = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
\t<key>PayloadContent</key>
${content}
\t<key>PayloadDisplayName</key>
\t<string>As uploaded</string>
\t<key>PayloadIdentifier</key>
\t<string>com.example.uploaded</string>
\t<key>PayloadType</key>
\t<string>Configuration</string>
\t<key>PayloadUUID</key>
\t<string>5A7C4C7B-0000-0000-0000-000000000000</string>
\t<key>PayloadVersion</key>
\t<integer>1</integer>
</dict>
</plist>
`

const form = (fields: Readonly<Record<string, string>>, file?: string): FormData => {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  if (file !== undefined) data.append("file", new Blob([file]), "x.mobileconfig")
  return data
}
const create = (fields: Readonly<Record<string, string>> = {}, file: string = mobileconfig) =>
  call("POST", root, { multipart: form({ name: "My Profile", ...fields }, file) })

/** The text after a key of the outermost dictionary: the last one in these documents. */
const value = (profile: string, key: string): string =>
  new RegExp(`<key>${key}</key>\\s*<string>([^<]*)</string>(?![^]*<key>${key}</key>\\s*<string>)`).exec(profile)?.[1] ??
  ""

const profileShape = {
  id: expect.stringMatching(uuid),
  name: expect.any(String),
  active: expect.any(Boolean),
  profile: expect.any(String),
  mdm_identifier: expect.stringMatching(/^com\.kandji\.profile\.custom\./),
  runs_on_mac: expect.any(Boolean),
  runs_on_iphone: expect.any(Boolean),
  runs_on_ipad: expect.any(Boolean),
  runs_on_tv: expect.any(Boolean),
  runs_on_vision: expect.any(Boolean),
  runs_on_android: false,
  runs_on_windows: false,
  created_at: expect.stringMatching(micros),
  updated_at: expect.stringMatching(micros)
}

/** What the service has written into a profile, and what it has left alone. */
const expectRewritten = (json: unknown, name: string) => {
  const profile = textAt(json, "profile")
  expect(value(profile, "PayloadDisplayName")).toBe(name)
  expect(value(profile, "PayloadIdentifier")).toBe(`com.kandji.profile.custom.${textAt(json, "id")}`)
  expect(value(profile, "PayloadType")).toBe("Configuration")
  expect(profile).toContain(content)
  const restored = profile
    .replace(`com.kandji.profile.custom.${textAt(json, "id")}`, "com.example.uploaded")
    .replace(value(profile, "PayloadUUID"), "5A7C4C7B-0000-0000-0000-000000000000")
    .replace(`<string>${name}</string>`, "<string>As uploaded</string>")
  expect(restored).toBe(mobileconfig)
}

describe("custom profiles", () => {
  effect("PRC-17 to PRC-23: name, platforms and activity come back as they were sent", () =>
    Effect.gen(function* () {
      const created = yield* create({
        active: "False",
        runs_on_mac: "True",
        runs_on_iphone: "True",
        runs_on_ipad: "true",
        runs_on_tv: "1"
      })
      expect(created.status).toBe(201)
      expect(created.json).toEqual({
        ...profileShape,
        name: "My Profile",
        active: false,
        runs_on_mac: true,
        runs_on_iphone: true,
        runs_on_ipad: true,
        runs_on_tv: true,
        runs_on_vision: false
      })
    }).pipe(sandbox)
  )

  effect("PRC-24 PRC-25 PRC-26 PRC-27: name, identifier and UUID are replaced, and all other bytes are kept", () =>
    Effect.gen(function* () {
      expectRewritten((yield* create()).json, "My Profile")
    }).pipe(sandbox)
  )

  effect("by default a profile is active and runs only on Macs", () =>
    Effect.gen(function* () {
      expect((yield* create()).json).toMatchObject({ active: true, runs_on_mac: true, runs_on_iphone: false })
    }).pipe(sandbox)
  )

  effect("missing fields and a file that is not a profile are refused under their keys", () =>
    Effect.gen(function* () {
      const keys = (multipart: FormData) =>
        Effect.map(call("POST", root, { multipart }), ({ json, status }) => [status, ...keysOf(json)])
      expect(yield* keys(form({}))).toEqual([400, "name", "file"])
      expect(yield* keys(form({ name: "x" }, ""))).toEqual([400, "file"])
      expect(yield* keys(form({ name: "x" }, "not a property list"))).toEqual([400, "file"])
      expect(yield* keys(form({ name: "x", file: "text, not a file" }))).toEqual([400, "file"])
      expect(yield* keys(form({ name: "x" }, "<plist><array/></plist>"))).toEqual([400, "file"])
      expect((yield* call("POST", root, { json: { name: "x" } })).status).toBe(415)
    }).pipe(sandbox)
  )

  effect("PRG-4 PRG-5: get returns the profile with this id", () =>
    Effect.gen(function* () {
      const id = textAt((yield* create()).json, "id")
      expect((yield* call("GET", `${root}/${id}`)).json).toEqual({ ...profileShape, id })
    }).pipe(sandbox)
  )

  effect("PRL-9 PRL-10 PRL-11 PRL-12: a new profile is in the list", () =>
    Effect.gen(function* () {
      const id = textAt((yield* create()).json, "id")
      const listed = yield* call("GET", root)
      expect(listed.json).toEqual({ count: 1, next: null, previous: null, results: [profileShape] })
      expect(listAt(listed.json, "results").map((profile) => at(profile, "id"))).toEqual([id])
    }).pipe(sandbox)
  )

  effect("PRD-3 PRD-4 PRD-5 PRD-6: a profile exists, is deleted, and no longer exists", () =>
    Effect.gen(function* () {
      const path = `${root}/${textAt((yield* create()).json, "id")}`
      expect((yield* call("GET", path)).status).toBe(200)
      expect((yield* call("DELETE", path)).status).toBe(204)
      const gone = yield* call("GET", path)
      expect([gone.status, gone.json]).toEqual([404, { detail: "No CustomProfile matches the given query." }])
      expect((yield* call("DELETE", path)).text).toContain("<h1>Not Found</h1>")
    }).pipe(sandbox)
  )

  effect("PRU-10 to PRU-16: name and file are replaced, and the new file is rewritten like the first one", () =>
    Effect.gen(function* () {
      const created = yield* create({}, mobileconfig.replace("Configuration", "Other"))
      const id = textAt(created.json, "id")
      const updated = yield* call("PATCH", `${root}/${id}`, { multipart: form({ name: "Renamed" }, mobileconfig) })
      expect(updated.status).toBe(200)
      expect(updated.json).toEqual({ ...profileShape, id, name: "Renamed" })
      expectRewritten(updated.json, "Renamed")
    }).pipe(sandbox)
  )

  effect("an update without a file, as a form of either kind, still makes a new PayloadUUID", () =>
    Effect.gen(function* () {
      const created = yield* create()
      const path = `${root}/${textAt(created.json, "id")}`
      const first = yield* call("PATCH", path, { form: { active: "False" } })
      const second = yield* call("PATCH", path, { multipart: form({ name: "A & B" }) })
      expect(first.json).toMatchObject({ name: "My Profile", active: false })
      expect(second.json).toMatchObject({ name: "A & B", active: false })
      expect(value(textAt(second.json, "profile"), "PayloadDisplayName")).toBe("A &amp; B")
      const uuids = [created, first, second].map(({ json }) => value(textAt(json, "profile"), "PayloadUUID"))
      expect(new Set(uuids).size).toBe(3)
      expect((yield* call("PATCH", `${root}/${nowhere}`, { form: { name: "x" } })).status).toBe(404)
    }).pipe(sandbox)
  )

  effect("keys that the file does not have are added to its outermost dictionary", () =>
    Effect.gen(function* () {
      const bare = "<plist version='1.0'><dict><key>PayloadContent</key><array/></dict></plist>"
      const profile = textAt((yield* create({}, bare)).json, "profile")
      expect(value(profile, "PayloadDisplayName")).toBe("My Profile")
      expect(value(profile, "PayloadUUID")).toMatch(uuid)
      expect(profile.startsWith("<plist version='1.0'><dict><key>PayloadContent</key><array/>")).toBe(true)
    }).pipe(sandbox)
  )
})
