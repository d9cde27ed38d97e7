// In-house apps. Sources: the vendor's Postman collection and OpenAPI document (operations "Upload In-House App", "Upload
// In-House App Status", "Create", "Get", "List", "Update" and "Delete In-House App"), whose examples have the fields, the
// statuses and the answers without a body.
import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { createHash } from "node:crypto"
import { describe, expect } from "vitest"
import { Fault, Sandbox } from "../../src/sandbox/index.js"
import { binaryInfo, binaryInfoNamed, ipa, zip } from "./ipa.js"
import { at, call, keysOf, listAt, micros, nowhere, type Part, presign, send, textAt, upload, uuid } from "./support.js"

const root = "/api/v1/library/ipa-apps"
const sandbox = Effect.provide(Sandbox.layer())

const place = (filename = "Sammy.ipa") =>
  Effect.map(call("POST", `${root}/upload`, { json: { filename } }), (reply) => {
    const data = at(reply.json, "post_data")
    return {
      reply,
      id: textAt(reply.json, "id"),
      url: textAt(reply.json, "post_url"),
      key: textAt(reply.json, "file_key"),
      fields: keysOf(data).map((name): Part => [name, textAt(data, name)])
    }
  })

const uploaded = (bytes: string | Uint8Array = ipa()) =>
  Effect.tap(place(), ({ fields, url }) => send(url, [...fields, ["file", bytes, "Sammy.ipa"]]))

const status = (id: string) => Effect.map(call("GET", `${root}/upload/${id}/status`), ({ json }) => json)

const created = (json: object = {}, bytes?: Uint8Array) =>
  Effect.gen(function* () {
    const { key } = yield* uploaded(bytes)
    const made = yield* call("POST", root, { json: { name: "Sammy", file_key: key, ...json } })
    const page = yield* call("GET", root)
    return { made, key, app: listAt(page.json, "results").at(-1) }
  })

describe("an upload of an .ipa file", () => {
  effect("is requested with `filename`; the answer has an id and the new file name", () =>
    Effect.gen(function* () {
      const { fields, key, reply } = yield* place()
      expect(reply.status).toBe(201)
      expect(key).toMatch(/^tenants\/[0-9a-f-]{36}\/library\/ipa_apps\/Sammy_[0-9a-f]{8}\.ipa$/)
      expect(reply.json).toEqual({
        id: expect.stringMatching(uuid),
        filename: key.split("/").at(-1),
        sha256: null,
        expires: expect.stringMatching(micros),
        post_url: expect.stringMatching(/^http:/),
        post_data: expect.objectContaining({ key, policy: expect.any(String) }),
        file_key: key
      })
      expect(fields).toHaveLength(7)
      const named = yield* call("POST", `${root}/upload`, { json: { name: "Sammy.ipa" } })
      expect([named.status, named.json]).toEqual([400, { filename: ["This field is required."] }])
    }).pipe(sandbox)
  )

  effect("has a status that follows the clock: uploading, uploaded, validating, validated", () =>
    Effect.gen(function* () {
      const { fields, id, key, url } = yield* place()
      expect(yield* status(id)).toEqual({ status: "UPLOADING" })
      yield* send(url, [...fields, ["file", ipa(), "Sammy.ipa"]])
      const sha256 = createHash("sha256").update(ipa()).digest("hex")
      expect(yield* status(id)).toEqual({ status: "UPLOADING" })
      yield* TestClock.adjust("10 seconds")
      expect(yield* status(id)).toEqual({ status: "UPLOADED", sha256 })
      yield* TestClock.adjust("10 seconds")
      expect(yield* status(id.toUpperCase())).toEqual({ status: "VALIDATING", sha256 })
      yield* TestClock.adjust("10 seconds")
      const base = key.replace(/\.ipa$/, "")
      expect(yield* status(id)).toEqual({
        status: "VALIDATED",
        sha256,
        metadata: {
          app_icon: `${base}-Icon.png`,
          app_identifier: "io.kandji.sammy",
          app_name: "Sammy",
          app_version: "1.0.1",
          file_key: key,
          file_size: ipa().length,
          icon: `${base}-Icon.png`,
          icon_path: `${base}-Icon.png`,
          ipad_icon: `${base}-IpadIcon.png`,
          ipad_icon_path: `${base}-IpadIcon.png`,
          minimum_os_version: "17.5",
          supported_device_families: ["iPhone", "iPad"]
        }
      })
    }).pipe(Effect.provide(Sandbox.layer({ processing: "30 seconds" })))
  )

  effect("that is not done in time has failed, and is deleted after the same time again", () =>
    Effect.gen(function* () {
      const { id } = yield* place()
      const unknown = yield* call("GET", `${root}/upload/${nowhere}/status`)
      expect([unknown.status, keysOf(unknown.json)]).toEqual([404, ["detail"]])
      yield* TestClock.adjust("25 hours")
      expect(yield* status(id)).toEqual({ status: "UPLOAD_FAILED", reason: expect.any(String) })
      yield* TestClock.adjust("24 hours")
      yield* place()
      expect((yield* call("GET", `${root}/upload/${id}/status`)).status).toBe(404)
    }).pipe(sandbox)
  )

  effect("accepts files of Xcode, also with binary property lists, and detects files that are not .ipa files", () =>
    Effect.gen(function* () {
      const name = "Payload/Sammy.app/Info.plist"
      for (const [bytes, app_name] of [
        [ipa(), "Sammy"],
        [zip({ "Payload/Sammy.app/x": "x", [name]: binaryInfo }, false), "Sammy"],
        [zip({ [name]: binaryInfoNamed }), "Zoë’s App"],
        [ipa({ CFBundleName: "<string>R&amp;D &lt;1&gt;</string>" }), "R&D <1>"]
      ] as const) {
        const { id } = yield* uploaded(bytes)
        expect(yield* status(id)).toMatchObject({
          status: "VALIDATED",
          metadata: { app_name, app_identifier: "io.kandji.sammy", supported_device_families: ["iPhone", "iPad"] }
        })
      }
      const whole = Buffer.from(ipa())
      for (const bytes of [
        "the installer",
        whole.subarray(0, -10),
        Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(18, 0xff)]),
        Buffer.from(whole).fill(0xff, 60, 90),
        zip({ "Payload/Info.plist": "<plist/>" }),
        zip({ [name]: "no list" }),
        zip({ [name]: binaryInfo.subarray(0, -8) }),
        zip({ [name]: Buffer.concat([Buffer.from("bplist00"), Buffer.alloc(40, 0xff)]) }),
        ipa({ CFBundleIdentifier: "<string></string>" })
      ]) {
        const { id, key } = yield* uploaded(bytes)
        expect(yield* status(id)).toEqual({
          status: "VALIDATE_FAILED",
          reason: expect.any(String),
          sha256: createHash("sha256").update(bytes).digest("hex")
        })
        const made = yield* call("POST", root, { json: { name: "x", file_key: key } })
        expect([made.status, keysOf(made.json)]).toEqual([400, ["file_key"]])
      }
    }).pipe(sandbox)
  )
})

describe("an in-house app", () => {
  effect(
    "is created active, for the devices that its file names, with an empty answer; reading it returns all fields",
    () =>
      Effect.gen(function* () {
        const { app, key, made } = yield* created()
        expect([made.status, made.text]).toEqual([201, ""])
        const { tenantUrl } = yield* Sandbox
        expect(app).toEqual({
          id: expect.stringMatching(uuid),
          name: "Sammy",
          file_key: key,
          active: true,
          icon: key.replace(".ipa", "-Icon.png"),
          ipad_icon: key.replace(".ipa", "-IpadIcon.png"),
          identifier: "io.kandji.sammy",
          app_identifier: "io.kandji.sammy",
          app_name: "Sammy",
          app_version: "1.0.1",
          supported_device_families: ["iPhone", "iPad"],
          minimum_os_version: "17.5",
          file_url: expect.stringContaining(`${tenantUrl}/${key}?auth=`),
          sha256: createHash("sha256").update(ipa()).digest("hex"),
          file_size: ipa().length,
          file_updated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          created_at: expect.stringMatching(micros),
          updated_at: expect.stringMatching(micros),
          runs_on_iphone: true,
          runs_on_ipad: true,
          runs_on_tv: false,
          runs_on_mac: false,
          runs_on_ipod: false,
          runs_on_watch: false
        })
        const one = yield* call("GET", `${root}/${textAt(app, "id").toUpperCase()}`)
        expect(textAt(one.json, "name")).toBe("Sammy")
      }).pipe(sandbox)
  )

  effect("can be updated partially, also without a body; a new file changes the version", () =>
    Effect.gen(function* () {
      const { app, key } = yield* created({ runs_on_ipad: false, runs_on_tv: "True", active: false })
      expect(app).toMatchObject({ runs_on_iphone: true, runs_on_ipad: false, runs_on_tv: true, active: false })
      const path = `${root}/${textAt(app, "id")}`
      const renamed = yield* call("PATCH", path, { json: { name: "Sammy 2", file_key: key } })
      expect([renamed.status, renamed.text]).toEqual([200, ""])
      const next = yield* uploaded(ipa({ CFBundleShortVersionString: "<string>2.0</string>" }))
      expect((yield* call("PATCH", path, { json: { file_key: next.key } })).status).toBe(200)
      expect((yield* call("GET", path)).json).toMatchObject({
        name: "Sammy 2",
        file_key: next.key,
        app_version: "2.0",
        runs_on_ipad: false,
        active: false
      })
    }).pipe(sandbox)
  )

  effect("no longer exists after a DELETE; a second DELETE is a 404 without a body", () =>
    Effect.gen(function* () {
      const { app } = yield* created()
      const path = `${root}/${textAt(app, "id")}`
      expect((yield* call("DELETE", path)).status).toBe(204)
      const again = yield* call("DELETE", path)
      expect([again.status, again.text]).toEqual([404, ""])
      expect((yield* call("GET", path)).status).toBe(404)
      expect((yield* call("PATCH", path, { json: {} })).status).toBe(404)
      expect((yield* Effect.promise(() => fetch(textAt(app, "file_url")))).status).toBe(404)
    }).pipe(sandbox)
  )

  effect("cannot be created from a missing file, one that is not validated, or a custom app's installer", () =>
    Effect.gen(function* () {
      const unused = yield* place()
      const busy = yield* uploaded()
      const other = yield* presign("MyApp.pkg")
      yield* upload(other, ipa())
      for (const [json, keys] of [
        [{}, ["file_key", "name"]],
        [{ name: "", file_key: null }, ["file_key", "name"]],
        [{ name: "x", file_key: "tenants/x/library/ipa_apps/x.ipa" }, ["file_key"]],
        [{ name: "x", file_key: unused.key }, ["file_key"]],
        [{ name: "x", file_key: busy.key }, ["file_key"]],
        [{ name: "x", file_key: other.key }, ["file_key"]],
        [{ name: "x", file_key: busy.key, active: "maybe", runs_on_tv: 7 }, ["active", "file_key", "runs_on_tv"]]
      ] as const) {
        const refused = yield* call("POST", root, { json })
        expect([refused.status, [...keysOf(refused.json)].sort()]).toEqual([400, keys])
      }
      expect((yield* call("POST", root, { form: { name: "x" } })).status).toBe(415)
      yield* TestClock.adjust("1 minute")
      expect((yield* call("POST", root, { json: { name: "x", file_key: busy.key } })).status).toBe(201)
      // An .ipa file is no installer of a custom app either.
      const app = { name: "x", file_key: busy.key, install_type: "package", install_enforcement: "install_once" }
      expect((yield* call("POST", "/api/v1/library/custom-apps", { json: app })).status).toBe(400)
      expect(at((yield* call("GET", root)).json, "count")).toBe(1)
    }).pipe(Effect.provide(Sandbox.layer({ processing: "1 minute" })))
  )

  effect("can be assigned to a Blueprint like any library item", () =>
    Effect.gen(function* () {
      const { app } = yield* created()
      const blueprint = yield* (yield* Sandbox.state).blueprints.put({ name: "All" })
      const path = `/api/v1/blueprints/${blueprint.id}`
      const id = textAt(app, "id")
      const assigned = yield* call("POST", `${path}/assign-library-item`, { json: { library_item_id: id } })
      expect(assigned.json).toEqual([id])
      const items = yield* call("GET", `${path}/list-library-items`)
      expect(at(items.json, "results")).toEqual([{ id, name: "Sammy" }])
      yield* call("DELETE", `${root}/${id}`)
      expect(at((yield* call("GET", `${path}/list-library-items`)).json, "count")).toBe(0)
    }).pipe(sandbox)
  )
})

describe("the file of an in-house app", () => {
  effect("is served by the API's own host with the token in its URL, completely or in part", () =>
    Effect.gen(function* () {
      const { app } = yield* created()
      const url = textAt(app, "file_url")
      const whole = yield* Effect.promise(() => fetch(url))
      expect(new Uint8Array(yield* Effect.promise(() => whole.arrayBuffer()))).toEqual(Uint8Array.from(ipa()))
      const part = yield* Effect.promise(() => fetch(url, { headers: { range: "bytes=0-1" } }))
      expect([part.status, yield* Effect.promise(() => part.text())]).toEqual([206, "PK"])
      const logged = (yield* Sandbox.requests).filter(({ path }) => path.startsWith("/tenants/"))
      expect(logged.map(({ query, search }) => [query, search])).toEqual([
        [{ auth: "<redacted>" }, "?auth=<redacted>"],
        [{ auth: "<redacted>" }, "?auth=<redacted>"]
      ])
    }).pipe(sandbox)
  )

  effect("is refused without the token in its URL, with another file's token, a changed one, or an expired one", () =>
    Effect.gen(function* () {
      const one = textAt((yield* created()).app, "file_url")
      const other = textAt((yield* created()).app, "file_url")
      const [address = "", auth = ""] = one.split("?auth=")
      const [header, claims, signature] = auth.split(".")
      const status = (url: string) => Effect.map(call("GET", url), ({ status }) => status)
      expect(yield* status(one)).toBe(200)
      expect(yield* status(address)).toBe(401)
      expect(yield* status(`${address}?auth=${other.split("?auth=")[1]}`)).toBe(403)
      for (const wrong of ["x", "..", `${header}.${claims}.`, `${header}.${claims}x.${signature}`]) {
        expect(yield* status(`${address}?auth=${wrong}`)).toBe(401)
      }
      yield* Sandbox.fault(Fault.expired({ target: "api", path: "/tenants/*" }))
      expect(yield* status(one)).toBe(401)
      expect(yield* status(one)).toBe(200)
      yield* TestClock.adjust("16 minutes")
      const late = yield* call("GET", one)
      expect([late.status, late.json]).toEqual([401, { exp: "token expired" }])
    }).pipe(Effect.scoped, sandbox)
  )
})

describe("in-house apps in the state of a sandbox", () => {
  effect("are put, read and removed; seeded ones are the same each time", () =>
    Effect.gen(function* () {
      const { inHouseApps, snapshot } = yield* Sandbox.state
      const { id } = yield* inHouseApps.put({ name: "Field Notes", installer: "its bytes" })
      const { json } = yield* call("GET", `${root}/${id}`)
      expect(json).toMatchObject({ name: "Field Notes", identifier: "com.example.fieldnotes", file_size: 9 })
      const bytes = yield* Effect.promise(async () => (await fetch(textAt(json, "file_url"))).text())
      expect(bytes).toBe("its bytes")
      expect((yield* snapshot()).inHouseApps).toMatchObject({ count: 1, newest: [{ id, installer: "ready" }] })
      expect(yield* inHouseApps.remove(id)).toBe(true)
      yield* Sandbox.seed({ inHouseApps: 3 }, { seed: 1 })
      const [seeded] = listAt((yield* call("GET", root)).json, "results")
      const file = yield* Effect.promise(async () => (await fetch(textAt(seeded, "file_url"))).arrayBuffer())
      expect(createHash("sha256").update(Buffer.from(file)).digest("hex")).toBe(textAt(seeded, "sha256"))
      const again = yield* call("PATCH", `${root}/${textAt(seeded, "id")}`, { json: seeded })
      expect(again.status).toBe(200)
    }).pipe(sandbox)
  )
})
