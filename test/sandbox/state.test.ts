import { effect, live } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, presign, textAt, upload } from "./support.js"

const sandbox = Effect.provide(Sandbox.layer())
const library = "/api/v1/library"

describe("the state of a sandbox", () => {
  effect("the API returns the records that were put, with defaults for missing fields", () =>
    Effect.gen(function* () {
      const state = yield* Sandbox.state
      const script = yield* state.customScripts.put({ name: "s", restart: true })
      expect((yield* call("GET", `${library}/custom-scripts/${script.id}`)).json).toMatchObject({
        name: "s",
        restart: true
      })
      const profile = yield* state.customProfiles.put({ name: "Wi-Fi & more" })
      const shown = yield* call("GET", `${library}/custom-profiles/${profile.id}`)
      expect(textAt(shown.json, "profile")).toContain("<string>Wi-Fi &amp; more</string>")
      const app = yield* state.customApps.put({ name: "MyApp", installer: "its bytes" })
      const { json } = yield* call("GET", `${library}/custom-apps/${app.id}`)
      expect(json).toMatchObject({ name: "MyApp", file_size: 9 })
      expect(yield* Effect.promise(async () => (await fetch(textAt(json, "file_url"))).text())).toBe("its bytes")
      const blueprint = yield* state.blueprints.put({ name: "All", items: [app.id, script.id] })
      const items = yield* call("GET", `/api/v1/blueprints/${blueprint.id}/list-library-items`)
      expect(listAt(items.json, "results").map((item) => at(item, "id"))).toEqual([app.id, script.id])
    }).pipe(sandbox)
  )

  effect("records made through the API can be read, changed and removed; a removed item leaves its Blueprints", () =>
    Effect.gen(function* () {
      const { blueprints, customScripts } = yield* Sandbox.state
      const made = yield* call("POST", `${library}/custom-scripts`, {
        json: { name: "a", execution_frequency: "once", script: "true" }
      })
      const id = textAt(made.json, "id")
      expect(yield* customScripts.get(id.toUpperCase())).toMatchObject({ name: "a", script: "true" })
      yield* customScripts.put({ id, name: "b" })
      expect((yield* call("GET", `${library}/custom-scripts/${id}`)).json).toMatchObject({ name: "b", script: "true" })
      expect((yield* customScripts.list({ limit: 5 })).map(({ name }) => name)).toEqual(["b"])
      const blueprint = yield* blueprints.put({ name: "All", items: [id] })
      expect([yield* customScripts.remove(id), yield* customScripts.remove(id)]).toEqual([true, false])
      expect([yield* customScripts.count, yield* customScripts.get(id)]).toEqual([0, undefined])
      expect((yield* blueprints.get(blueprint.id))?.nodes[0].items).toEqual([])
    }).pipe(sandbox)
  )

  effect("a snapshot has notes, commands, audit events and unenrolled devices, but no details of commands", () =>
    Effect.gen(function* () {
      const { devices, snapshot } = yield* Sandbox.state
      const [device] = yield* devices.list({ limit: 1 })
      const path = `/api/v1/devices/${device?.id}`
      yield* call("POST", `${path}/notes`, { json: { content: "Lent to Ada." } })
      const locked = yield* call("POST", `${path}/action/lock`, { json: { Message: "Call 918273" } })
      expect(locked.status).toBe(200)
      const glance = yield* snapshot()
      expect(glance.notes).toMatchObject({ count: 1, newest: [{ device_id: device?.id, content: "Lent to Ada." }] })
      expect(glance.commands).toMatchObject({ count: 1, newest: [{ device_id: device?.id, status: 1 }] })
      expect(glance.auditEvents.newest.map(({ target_type }) => target_type)).toContain("device_note")
      expect([glance.adeIntegrations.count, glance.adeDevices.count]).toEqual([1, 1])
      expect(JSON.stringify(glance)).not.toContain("918273")
    }).pipe(Effect.provide(Sandbox.layer({ seed: { devices: 20 } })))
  )

  effect("a snapshot shows the newest records of each kind, names in place of ids, and no script or profile", () =>
    Effect.gen(function* () {
      const { blueprints, categories, customApps, customProfiles, customScripts, snapshot } = yield* Sandbox.state
      const [category] = yield* categories
      const profile = yield* customProfiles.put({ name: "p" })
      yield* customScripts.put({ name: "s", script: "secret words" })
      const shown = { show_in_self_service: true, self_service_category_id: category?.id ?? "" }
      const app = yield* customApps.put({ name: "a", installer: "1234", ...shown })
      const place = yield* presign()
      yield* upload(place, "bytes")
      yield* customApps.put({ name: "b", file_key: place.key })
      yield* customApps.put({ name: "c" })
      yield* blueprints.put({ name: "All", items: [profile.id, app.id] })
      const glance = yield* snapshot()
      expect(
        glance.customApps.newest.map(({ category, file_size, installer, name }) => [
          name,
          installer,
          file_size,
          category
        ])
      ).toEqual([
        ["c", "missing", 0, undefined],
        ["b", "processing", 5, undefined],
        ["a", "ready", 4, category?.name]
      ])
      expect(glance.blueprints.newest[0]?.nodes[0]?.items).toEqual([
        { id: profile.id, name: "p", kind: "customProfiles" },
        { id: app.id, name: "a", kind: "customApps" }
      ])
      expect([glance.customScripts.count, JSON.stringify(glance).includes("secret words")]).toEqual([1, false])
      expect((yield* snapshot({ limit: 1 })).customApps).toMatchObject({ count: 3, newest: [{ name: "c" }] })
    }).pipe(Effect.provide(Sandbox.layer({ processing: "1 hour" })))
  )
})

describe("an observer of a sandbox", () => {
  live("gets every request twice: on arrival, and with its status; with bodies, but without secrets", () =>
    Effect.gen(function* () {
      const { apiToken, events } = yield* Sandbox
      const watching = yield* events.pipe(Stream.take(4), Stream.runCollect, Effect.fork)
      yield* Effect.yieldNow()
      yield* call("POST", `${library}/custom-scripts`, { json: { name: "" } })
      yield* call("GET", "/api/v1/nothing")
      const heard = Chunk.toReadonlyArray(yield* Fiber.join(watching))
      expect(heard.map(({ id, method, status }) => [id, method, status])).toEqual([
        [1, "POST", undefined],
        [1, "POST", 400],
        [2, "GET", undefined],
        [2, "GET", 404]
      ])
      expect(heard[1]?.body).toBe('{"name":""}')
      expect(heard[1]?.answer).toContain('"name":["This field may not be blank."]')
      expect(heard[3]?.note).toBe("The sandbox does not serve this path.")
      expect(JSON.stringify(heard)).not.toContain(apiToken)
    }).pipe(sandbox)
  )

  effect(
    "sees answers as text, and in none of them a secret of a device, a PIN, or an address that lets its reader in",
    () =>
      Effect.gen(function* () {
        const { customApps, devices } = yield* Sandbox.state
        const { id } = yield* devices.put({ platform: "Mac" })
        const secrets = ["bypasscode", "filevaultkey", "unlockpin", "recoverypassword"]
        const told = yield* Effect.forEach(secrets, (name) => call("GET", `/api/v1/devices/${id}/secrets/${name}`))
        const locked = yield* call("POST", `/api/v1/devices/${id}/action/lock`, { json: {} })
        const app = yield* customApps.put({ name: "MyApp", installer: "its bytes" })
        const shown = yield* call("GET", `${library}/custom-apps/${app.id}`)
        const place = yield* presign()
        const answers = (yield* Sandbox.requests).map(({ answer }) => answer)
        const hidden = [
          ...told.flatMap(({ json }) => Object.values(json ?? {})),
          textAt(locked.json, "PIN"),
          textAt(shown.json, "file_url"),
          ...place.fields.flatMap(([name = "", value = ""]) => (/^(?:policy|x-amz-)/i.test(name) ? [value] : []))
        ].map(String)
        expect(hidden.length).toBeGreaterThan(10)
        for (const secret of hidden) expect(answers.join("\n").includes(secret), secret).toBe(false)
        expect(answers.at(-2)).toContain('"name":"MyApp"')
        expect(answers.at(-1)).toContain(place.key)
      }).pipe(sandbox)
  )

  effect("can add routes besides those of the tenant, which do not count as its requests", () =>
    Effect.gen(function* () {
      const { tenantUrl } = yield* Sandbox
      const page = yield* Effect.promise(async () => (await fetch(`${tenantUrl}/_sandbox/hello`)).text())
      expect(page).toBe(`hello from ${tenantUrl}`)
      expect((yield* call("GET", "/_sandbox/other")).status).toBe(404)
      expect((yield* Sandbox.requests).map(({ path }) => path)).toEqual(["/_sandbox/other"])
    }).pipe(
      Effect.provide(
        Sandbox.layer({
          routes:
            ({ tenantUrl }) =>
            ({ url }) =>
              url.pathname === "/_sandbox/hello"
                ? Effect.succeed({
                    status: 200,
                    headers: {},
                    body: { _tag: "Bytes", bytes: new TextEncoder().encode(`hello from ${tenantUrl}`) }
                  })
                : undefined
        })
      )
    )
  )
})

describe("a sandbox that listens on all addresses", () => {
  effect("returns storage URLs with the host that the caller used", () =>
    Effect.gen(function* () {
      const { apiToken, tenantUrl } = yield* Sandbox
      expect(tenantUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      const named = tenantUrl.replace("127.0.0.1", "localhost")
      const answer: unknown = yield* Effect.promise(async () => {
        const response = await fetch(`${named}${library}/custom-apps/upload`, {
          method: "POST",
          headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
          body: '{"name":"x.pkg"}'
        })
        return response.json()
      })
      expect(textAt(answer, "post_url")).toMatch(/^http:\/\/localhost:\d+\/iru-sandbox\/$/)
      const place = yield* presign()
      expect((yield* upload(place, "bytes")).status).toBe(204)
      const app = yield* call("POST", `${library}/custom-apps`, {
        json: { name: "x", file_key: place.key, install_type: "package", install_enforcement: "install_once" }
      })
      const url = textAt(app.json, "file_url")
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
      expect((yield* Effect.promise(() => fetch(url))).status).toBe(200)
    }).pipe(Effect.provide(Sandbox.layer({ host: "0.0.0.0" })))
  )
})
