import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { createHash } from "node:crypto"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { CustomApp } from "../../src/schemas/CustomApp.js"
import {
  at,
  call,
  keysOf,
  listAt,
  micros,
  nowhere,
  presign,
  textAt,
  upload,
  uploaded,
  utilities,
  uuid
} from "./support.js"

const root = "/api/v1/library/custom-apps"

/** A create that is right, with some fields changed; `undefined` takes one away. */
const create = (changes: Readonly<Record<string, unknown>> = {}) =>
  Effect.flatMap(uploaded(), (file_key) =>
    call("POST", root, {
      json: { name: "App", file_key, install_type: "package", install_enforcement: "install_once", ...changes }
    })
  )

const appShape = {
  id: expect.stringMatching(uuid),
  name: expect.any(String),
  file_key: expect.any(String),
  install_type: expect.any(String),
  install_enforcement: expect.any(String),
  audit_script: expect.any(String),
  unzip_location: expect.any(String),
  active: expect.any(Boolean),
  restart: expect.any(Boolean),
  preinstall_script: expect.any(String),
  postinstall_script: expect.any(String),
  file_url: expect.stringMatching(/^http:/),
  sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  file_size: expect.any(Number),
  file_updated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  created_at: expect.stringMatching(micros),
  updated_at: expect.stringMatching(micros),
  show_in_self_service: expect.any(Boolean)
}

const sandbox = Effect.provide(Sandbox.layer())

describe("create", () => {
  effect("APC-10 to APC-18: a zip app that is enforced comes back as it was sent, active and without restart", () =>
    Effect.gen(function* () {
      const sent = {
        name: "Zipped",
        install_type: "zip",
        install_enforcement: "continuously_enforce",
        audit_script: "#!/bin/sh\nexit 0",
        preinstall_script: "echo before",
        postinstall_script: "echo after",
        unzip_location: "/Applications"
      }
      const created = yield* create(sent)
      expect(created.status).toBe(201)
      expect(created.json).toEqual({
        ...appShape,
        ...sent,
        active: true,
        restart: false,
        show_in_self_service: false
      })
    }).pipe(sandbox)
  )

  effect("forms work like JSON, with True and False as well as true and false", () =>
    Effect.gen(function* () {
      for (const [yes, no] of [
        ["True", "False"],
        ["true", "false"]
      ] as const) {
        const created = yield* call("POST", root, {
          form: {
            name: "App",
            file_key: yield* uploaded(),
            install_type: "package",
            install_enforcement: "install_once",
            restart: yes,
            active: no
          }
        })
        expect(created.status).toBe(201)
        expect(created.json).toMatchObject({ restart: true, active: false })
      }
    }).pipe(sandbox)
  )

  effect("sha256 and size are those of the installer, and white space at the ends of scripts is removed", () =>
    Effect.gen(function* () {
      const created = yield* create({ preinstall_script: "echo hi\n\n", postinstall_script: "  echo ho \n" })
      expect(created.json).toMatchObject({
        sha256: createHash("sha256").update("the installer").digest("hex"),
        file_size: "the installer".length,
        preinstall_script: "echo hi",
        postinstall_script: "  echo ho"
      })
    }).pipe(sandbox)
  )

  effect("an app can be created before its upload, but not with a key that was never given out", () =>
    Effect.gen(function* () {
      const { key } = yield* presign()
      const unfilled = yield* create({ file_key: key })
      expect(unfilled.status).toBe(201)
      expect(unfilled.json).toMatchObject({ file_key: key, sha256: "", file_size: 0 })
      const unknown = yield* create({ file_key: "companies/companies/x/library/custom_apps/x_00000000.pkg" })
      expect(unknown.status).toBe(400)
      expect(keysOf(unknown.json)).toEqual(["file_key"])
    }).pipe(sandbox)
  )

  effect("all missing and wrong fields are reported at once", () =>
    Effect.gen(function* () {
      const nothing = yield* call("POST", root, { json: {} })
      expect(nothing.status).toBe(400)
      expect(nothing.json).toEqual({
        name: ["This field is required."],
        file_key: ["This field is required."],
        install_type: ["This field is required."],
        install_enforcement: ["This field is required."]
      })
      const wrong = yield* create({ install_type: "tar", active: "perhaps", name: " ", restart: null })
      expect(wrong.json).toEqual({
        name: ["This field may not be blank."],
        install_type: ['"tar" is not a valid choice.'],
        active: ["Must be a valid boolean."],
        restart: ["This field may not be null."]
      })
    }).pipe(sandbox)
  )
})

describe("rules between fields", () => {
  /** A create that is refused under exactly one key. */
  const refused = (fields: Readonly<Record<string, unknown>>, key: string) =>
    Effect.map(create(fields), ({ json, status }) => {
      expect(status).toBe(400)
      expect(keysOf(json)).toEqual([key])
    })

  effect("SRV-13 SRV-14: no_enforcement without self service is refused with the key show_in_self_service", () =>
    refused({ install_enforcement: "no_enforcement" }, "show_in_self_service").pipe(sandbox)
  )

  effect("SRV-15: no_enforcement in self service with a category is accepted", () =>
    Effect.gen(function* () {
      const created = yield* create({
        install_enforcement: "no_enforcement",
        show_in_self_service: true,
        self_service_category_id: yield* utilities
      })
      expect(created.status).toBe(201)
      expect(textAt(created.json, "id")).toMatch(uuid)
    }).pipe(sandbox)
  )

  effect("SRV-16 SRV-17: an audit script without continuously_enforce is refused with the key audit_script", () =>
    Effect.gen(function* () {
      yield* refused({ audit_script: "exit 0" }, "audit_script")
      const shown = { show_in_self_service: true, self_service_category_id: yield* utilities }
      yield* refused({ ...shown, install_enforcement: "no_enforcement", audit_script: "exit 0" }, "audit_script")
    }).pipe(sandbox)
  )

  effect("SRV-18: an audit script with continuously_enforce is accepted; without one the service says so", () =>
    Effect.gen(function* () {
      const created = yield* create({ install_enforcement: "continuously_enforce", audit_script: "exit 0" })
      expect(created.status).toBe(201)
      expect(textAt(created.json, "id")).toMatch(uuid)
      const without = yield* create({ install_enforcement: "continuously_enforce" })
      expect(without.status).toBe(400)
      expect(without.json).toEqual({ audit_script: ["Required when choosing continuously_enforce"] })
    }).pipe(sandbox)
  )

  effect("SRV-19 SRV-20: a zip without unzip location is refused with the key unzip_location", () =>
    refused({ install_type: "zip" }, "unzip_location").pipe(sandbox)
  )

  effect("SRV-21: a zip with an unzip location is accepted, whatever the file is called", () =>
    Effect.gen(function* () {
      const created = yield* create({ install_type: "zip", unzip_location: "/var/tmp" })
      expect(created.status).toBe(201)
      expect(textAt(created.json, "id")).toMatch(uuid)
    }).pipe(sandbox)
  )

  effect("SRV-22 SRV-23: self service without a category is refused with the key self_service_category_id", () =>
    Effect.gen(function* () {
      yield* refused({ show_in_self_service: true }, "self_service_category_id")
      yield* refused({ show_in_self_service: true, self_service_category_id: "" }, "self_service_category_id")
      yield* refused({ show_in_self_service: true, self_service_category_id: nowhere }, "self_service_category_id")
    }).pipe(sandbox)
  )

  effect("SRV-24 SRV-25 SRV-26 SRV-30: self service with a category, recommended, comes back as it was sent", () =>
    Effect.gen(function* () {
      const shown = {
        show_in_self_service: true,
        self_service_category_id: yield* utilities,
        self_service_recommended: true
      }
      expect((yield* create(shown)).json).toMatchObject(shown)
    }).pipe(sandbox)
  )

  effect("SRV-27 SRV-28 SRV-29: recommended without self service is accepted and ignored", () =>
    Effect.gen(function* () {
      const created = yield* create({ self_service_recommended: true })
      expect([200, 201]).toContain(created.status)
      expect(at(created.json, "self_service_recommended") ?? false).toBe(false)
    }).pipe(sandbox)
  )

  effect("a category with show_in_self_service: false is accepted and ignored, in create and update", () =>
    Effect.gen(function* () {
      const hidden = { show_in_self_service: false, self_service_category_id: yield* utilities }
      const created = yield* create(hidden)
      expect(created.status).toBe(201)
      expect(keysOf(created.json)).not.toContain("self_service_category_id")
      const path = `${root}/${textAt(created.json, "id")}`
      const updated = yield* call("PATCH", path, { json: hidden })
      expect(updated.status).toBe(200)
      expect(keysOf(updated.json)).not.toContain("self_service_category_id")
    }).pipe(sandbox)
  )

  effect("an update is checked against the resulting app, and fields that the new type does not use stay", () =>
    Effect.gen(function* () {
      const created = yield* create({ install_enforcement: "continuously_enforce", audit_script: "exit 0" })
      const path = `${root}/${textAt(created.json, "id")}`
      const patch = (json: unknown) => call("PATCH", path, { json })

      expect((yield* patch({ audit_script: "" })).json).toEqual({
        audit_script: ["Required when choosing continuously_enforce"]
      })
      expect((yield* patch({ audit_script: "exit 1" })).json).toMatchObject({ audit_script: "exit 1" })
      const once = yield* patch({ install_enforcement: "install_once" })
      expect(once.json).toMatchObject({ install_enforcement: "install_once", audit_script: "exit 1" })
      expect(keysOf((yield* patch({ install_type: "zip" })).json)).toEqual(["unzip_location"])
      expect(keysOf((yield* patch({ install_enforcement: "no_enforcement" })).json)).toEqual(["show_in_self_service"])
    }).pipe(sandbox)
  )
})

describe("get, list, delete", () => {
  effect("APG-4 APG-5: get returns the app with this id, in upper or lower case", () =>
    Effect.gen(function* () {
      const created = yield* create()
      const id = textAt(created.json, "id")
      for (const asked of [id, id.toUpperCase()]) {
        const got = yield* call("GET", `${root}/${asked}`)
        expect(got.status).toBe(200)
        expect(got.json).toEqual({ ...appShape, id })
      }
    }).pipe(sandbox)
  )

  effect("APL-9 to APL-13, SRV-6 SRV-7: list returns all apps on one page, with next and previous null", () =>
    Effect.gen(function* () {
      const first = yield* create({ name: "first" })
      yield* create({ name: "second" })
      const listed = yield* call("GET", root)
      expect(listed.status).toBe(200)
      expect(listed.json).toEqual({ count: 2, next: null, previous: null, results: [appShape, appShape] })
      expect(at(listed.json, "results", 0, "id")).toBe(textAt(first.json, "id"))
    }).pipe(sandbox)
  )

  effect("APD-3 APD-4 APD-5 APD-6: an app exists, is deleted, and no longer exists", () =>
    Effect.gen(function* () {
      const id = textAt((yield* create()).json, "id")
      expect(at((yield* call("GET", `${root}/${id}`)).json, "id")).toBe(id)
      const deleted = yield* call("DELETE", `${root}/${id}`)
      expect([deleted.status, deleted.text]).toEqual([204, ""])
      const gone = yield* call("GET", `${root}/${id}`)
      expect(gone.status).toBe(404)
      expect(gone.json).toEqual({ detail: "No CustomApp matches the given query." })
      const again = yield* call("DELETE", `${root}/${id}`)
      expect(again.status).toBe(404)
      expect(again.headers.get("content-type")).toMatch(/^text\/html/)
      expect(again.text).toMatch(/^\s*<!doctype html>[^]*<h1>Not Found<\/h1>/)
    }).pipe(sandbox)
  )

  effect("SRV-1 SRV-2 SRV-3 SRV-4 SRV-5: category and recommendation are sent only while the app is shown", () =>
    Effect.gen(function* () {
      const category = yield* utilities
      const keys = ["self_service_category_id", "self_service_recommended"]
      const hidden = textAt((yield* create()).json, "id")
      const shown = textAt(
        (yield* create({ show_in_self_service: true, self_service_category_id: category })).json,
        "id"
      )
      const get = (id: string) => Effect.map(call("GET", `${root}/${id}`), ({ json }) => json)
      const [one, other] = [yield* get(hidden), yield* get(shown)]
      expect(at(one, "id")).toBe(hidden)
      expect(keysOf(one).filter((key) => keys.includes(key))).toEqual([])
      expect(at(other, "id")).toBe(shown)
      expect(other).toMatchObject({ self_service_category_id: category, self_service_recommended: false })

      yield* call("PATCH", `${root}/${shown}`, { json: { show_in_self_service: false } })
      expect(keysOf(yield* get(shown)).filter((key) => keys.includes(key))).toEqual([])
    }).pipe(sandbox)
  )
})

describe("update", () => {
  effect("SRV-11: create, get, list and update return the same keys, which are those of the client's schema", () =>
    Effect.gen(function* () {
      const created = yield* create({ show_in_self_service: true, self_service_category_id: yield* utilities })
      const path = `${root}/${textAt(created.json, "id")}`
      const answers = [
        created.json,
        (yield* call("GET", path)).json,
        at((yield* call("GET", root)).json, "results", 0),
        (yield* call("PATCH", path, { form: { name: "Renamed" } })).json
      ]
      for (const answer of answers) {
        const { file_name: _derived, ...known } = yield* Schema.decodeUnknown(CustomApp)(answer)
        expect(keysOf(answer).toSorted()).toEqual(keysOf(known).toSorted())
      }
    }).pipe(sandbox)
  )

  effect("APU-17 APU-18 APU-19: an update of the name changes the name and nothing else", () =>
    Effect.gen(function* () {
      const created = yield* create()
      const id = textAt(created.json, "id")
      yield* TestClock.adjust("1 minute")
      const updated = yield* call("PATCH", `${root}/${id}`, { form: { name: "Renamed" } })
      expect(updated.status).toBe(200)
      expect(updated.json).toMatchObject({ ...appShape, id, name: "Renamed" })
      const changed = keysOf(created.json).filter((key) => at(created.json, key) !== at(updated.json, key))
      expect(changed.sort()).toEqual(["file_url", "name", "updated_at"])
    }).pipe(sandbox)
  )

  effect("SRV-8 SRV-9 SRV-10: another file_key changes file_key and file_updated, within one second too", () =>
    Effect.gen(function* () {
      const created = yield* create()
      const id = textAt(created.json, "id")
      const { key } = yield* presign("Other.pkg")
      const updated = yield* call("PATCH", `${root}/${id}`, { form: { file_key: key } })
      expect(at(updated.json, "file_key")).toBe(key)
      expect(at(updated.json, "file_key")).not.toBe(at(created.json, "file_key"))
      expect(at(updated.json, "file_updated")).not.toBe(at(created.json, "file_updated"))
      expect(at((yield* call("GET", `${root}/${id}`)).json, "file_key")).toBe(key)
    }).pipe(sandbox)
  )

  effect("an unknown id is a 404 with a detail", () =>
    Effect.gen(function* () {
      const updated = yield* call("PATCH", `${root}/${nowhere}`, { json: { name: "x" } })
      expect(updated.status).toBe(404)
      expect(updated.json).toEqual({ detail: "No CustomApp matches the given query." })
    }).pipe(sandbox)
  )
})

describe("upload", () => {
  effect("UPF-6 UPF-7 UPF-8: the upload has a key with eight hex digits before the extension", () =>
    Effect.gen(function* () {
      const place = yield* presign("My App.v1.pkg")
      expect(place.reply.status).toBe(201)
      expect(place.key).toMatch(
        /^companies\/companies\/[0-9a-f-]{36}\/library\/custom_apps\/My App\.v1_[0-9a-f]{8}\.pkg$/
      )
      expect(place.reply.json).toMatchObject({ name: "My App.v1.pkg", file_key: place.key })
      expect(place.fields.map(([name]) => name)).toEqual([
        "key",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-security-token",
        "policy",
        "x-amz-signature"
      ])
      const form = yield* call("POST", `${root}/upload`, { form: { name: "x.pkg" } })
      expect(form.status).toBe(201)
      const nameless = yield* call("POST", `${root}/upload`, { json: { filename: "x.pkg" } })
      expect([nameless.status, nameless.json]).toEqual([400, { name: ["This field is required."] }])
    }).pipe(sandbox)
  )

  effect("SRV-12: the policy is base64 JSON that expires in the future, after 24 hours by default", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
      const place = yield* presign()
      const policy: unknown = JSON.parse(
        Buffer.from(textAt(place.reply.json, "post_data", "policy"), "base64").toString()
      )
      expect(at(policy, "expiration")).toBe("2026-01-03T03:04:05.678Z")
      expect(at(place.reply.json, "expires")).toBe("2026-01-03T03:04:05.678000Z")
      expect(listAt(policy, "conditions")).toContainEqual(["content-length-range", 1, 5 * 1024 ** 3])
    }).pipe(sandbox)
  )

  effect("while the upload is processed, create and update answer 503, but invalid fields get a 400 first", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      yield* upload(place, "bytes")
      const fields = { name: "A", file_key: place.key, install_type: "package", install_enforcement: "install_once" }
      const attempt = call("POST", root, { json: fields })
      const early = yield* attempt
      expect([early.status, early.json]).toEqual([503, { detail: "The upload is still being processed." }])
      expect((yield* call("POST", root, { json: { ...fields, install_type: "zip" } })).status).toBe(400)
      expect(at((yield* call("GET", root)).json, "count")).toBe(0)

      yield* TestClock.adjust("9 seconds")
      expect((yield* attempt).status).toBe(503)
      yield* TestClock.adjust("1 second")
      const created = yield* attempt
      expect(created.status).toBe(201)

      const other = yield* presign()
      yield* upload(other, "more bytes")
      const path = `${root}/${textAt(created.json, "id")}`
      expect((yield* call("PATCH", path, { form: { file_key: other.key } })).status).toBe(503)
      expect((yield* call("PATCH", path, { form: { name: "B" } })).status).toBe(200)
    }).pipe(Effect.provide(Sandbox.layer({ processing: "10 seconds" })))
  )
})
