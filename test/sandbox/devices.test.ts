import { effect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, nowhere, textAt, uuid } from "./support.js"

const devices = "/api/v1/devices"
const sandbox = Effect.provide(Sandbox.layer())
const list = (query = "") => Effect.map(call("GET", `${devices}${query}`), ({ json }) => listAt(json))

/** A device of a platform, in a small seeded fleet. */
const some = (platform: string) => Effect.map(list(`?platform=${platform}&limit=1`), ([device]) => device)

const seeded = Sandbox.seed({ devices: 200, blueprints: 4, users: 50, tags: 3 })

describe("a seeded fleet", () => {
  effect("has devices of all six platforms that agree with users, Blueprints and tags", () =>
    Effect.gen(function* () {
      yield* seeded
      const all = yield* list("?limit=300")
      expect(all).toHaveLength(200)
      expect(new Set(all.map((device) => textAt(device, "serial_number"))).size).toBe(200)
      expect([...new Set(all.map((device) => textAt(device, "platform")))].sort()).toEqual([
        "Android",
        "AppleTV",
        "Mac",
        "Windows",
        "iPad",
        "iPhone"
      ])
      const blueprints = listAt((yield* call("GET", "/api/v1/blueprints")).json, "results")
      for (const blueprint of blueprints) {
        const own = yield* list(`?limit=300&blueprint_id=${textAt(blueprint, "id")}`)
        expect(at(blueprint, "computers_count")).toBe(own.length)
        expect(new Set(own.map((device) => textAt(device, "blueprint_name")))).toEqual(
          new Set([textAt(blueprint, "name")])
        )
      }
      const users = listAt((yield* call("GET", "/api/v1/users")).json, "results")
      expect(users).toHaveLength(50)
      const [user] = users
      const own = yield* list(`?user_id=${textAt(user, "id")}`)
      expect(at(user, "device_count")).toBe(own.length)
      expect(own.map((device) => textAt(device, "user", "email"))).toEqual(own.map(() => textAt(user, "email")))
      const tags = listAt((yield* call("GET", "/api/v1/tags")).json, "results").map((tag) => textAt(tag, "name"))
      for (const device of all) for (const tag of listAt(at(device, "tags"))) expect(tags).toContain(tag)
      const { counts } = (yield* call("GET", "/api/v1/settings/licensing")).json as { counts: { macos_count: number } }
      expect(counts.macos_count).toBe((yield* list("?platform=Mac&limit=300")).length)
    }).pipe(sandbox)
  )

  effect("is the same for the same number", () =>
    Effect.gen(function* () {
      yield* seeded
      const one = yield* list("?limit=300")
      const other = yield* Effect.zipRight(seeded, list("?limit=300")).pipe(sandbox)
      expect(other).toEqual(one)
    }).pipe(sandbox)
  )

  effect("of 40,000 devices is read page by page, with a shorter last page", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ devices: 40_000 })
      expect(yield* list("?limit=300&offset=39900")).toHaveLength(100)
      expect(yield* list("?limit=300&offset=40000")).toEqual([])
      expect(yield* list("?limit=1000")).toHaveLength(300)
    }).pipe(sandbox)
  )
})

describe("a listing of devices", () => {
  effect("is filtered by parts of texts, by whole ids, and sorted in both directions", () =>
    Effect.gen(function* () {
      yield* seeded
      const mac = yield* some("Mac")
      const serial = textAt(mac, "serial_number")
      expect(yield* list(`?serial_number=${serial.slice(2).toLowerCase()}`)).toContainEqual(mac)
      expect(yield* list(`?device_id=${textAt(mac, "device_id").toUpperCase()}`)).toEqual([mac])
      expect(yield* list(`?device_id=${textAt(mac, "device_id").slice(0, 8)}`)).toEqual([])
      expect(yield* list("?platform=mac&filevault_enabled=maybe&device_name=nobody-has-this")).toEqual([])
      const up = (yield* list("?limit=300&ordering=platform,serial_number")).map((device) =>
        textAt(device, "device_id")
      )
      const down = (yield* list("?limit=300&ordering=-platform,-serial_number")).map((device) =>
        textAt(device, "device_id")
      )
      expect(down).toEqual(up.toReversed())
      const one = yield* list("?limit=300&filevault_enabled=true")
      const other = yield* list("?limit=300&filevault_enabled=false")
      expect(one.length + other.length).toBe((yield* list("?limit=300&platform=Mac")).length)
    }).pipe(sandbox)
  )
})

layer(Sandbox.layer())("a device", (it) => {
  it.effect("is changed: its Blueprint, its user by either id, its asset tag, its tags; null and [] clear", () =>
    Effect.gen(function* () {
      yield* seeded
      const device = yield* some("Mac")
      const path = `${devices}/${textAt(device, "device_id")}`
      const [, blueprint] = listAt((yield* call("GET", "/api/v1/blueprints")).json, "results")
      const [, user] = listAt((yield* call("GET", "/api/v1/users")).json, "results")
      const [tag] = listAt((yield* call("GET", "/api/v1/tags")).json, "results")
      const json = {
        blueprint_id: textAt(blueprint, "id"),
        user: textAt(user, "deprecated_user_id"),
        asset_tag: "A-1",
        tags: [textAt(tag, "name")]
      }
      const changed = yield* call("PATCH", path, { json })
      expect(changed.status).toBe(200)
      expect(changed.json).toMatchObject({
        blueprint_name: textAt(blueprint, "name"),
        user: { id: textAt(user, "id") },
        asset_tag: "A-1",
        tags: [textAt(tag, "name")]
      })
      expect((yield* call("GET", path)).json).toEqual(changed.json)
      const cleared = yield* call("PATCH", path, { json: { user: null, asset_tag: null, tags: [] } })
      expect(cleared.json).toMatchObject({ user: "", asset_tag: "", tags: [], blueprint_id: json.blueprint_id })
      const refused = yield* call("PATCH", path, { json: { blueprint_id: nowhere, user: nowhere, tags: ["none"] } })
      expect([refused.status, Object.keys(Object(refused.json)).sort()]).toEqual([
        400,
        ["blueprint_id", "tags", "user"]
      ])
    })
  )

  it.effect("has notes, which are deleted with it", () =>
    Effect.gen(function* () {
      yield* seeded
      const path = `${devices}/${textAt(yield* some("iPad"), "device_id")}`
      const note = yield* call("POST", `${path}/notes`, { json: { content: "Screen is cracked" } })
      expect(note.status).toBe(201)
      expect(note.json).toMatchObject({ note_id: expect.stringMatching(uuid), content: "Screen is cracked" })
      const one = `${path}/notes/${textAt(note.json, "note_id")}`
      expect((yield* call("PATCH", one, { json: { content: "Repaired" } })).json).toMatchObject({ content: "Repaired" })
      const all = yield* call("GET", `${path}/notes`)
      expect(listAt(all.json)).toHaveLength(1)
      expect(all.headers.get("x-total-count")).toBe("1")
      expect((yield* call("POST", `${path}/notes`, { json: {} })).json).toEqual({
        content: ["This field is required."]
      })
      expect((yield* call("DELETE", one)).json).toMatchObject({ note_id: textAt(note.json, "note_id") })
      expect((yield* call("GET", one)).status).toBe(404)
      expect((yield* call("DELETE", path)).status).toBe(204)
      expect((yield* call("GET", path)).status).toBe(404)
      expect((yield* call("GET", `${path}/notes`)).status).toBe(404)
    })
  )

  it.effect("returns its secrets, the same each time; Windows devices have none", () =>
    Effect.gen(function* () {
      yield* seeded
      const path = `${devices}/${textAt(yield* some("Mac"), "device_id")}/secrets`
      const pin = yield* call("GET", `${path}/unlockpin`)
      expect(textAt(pin.json, "pin")).toMatch(/^\d{6}$/)
      expect((yield* call("GET", `${path}/unlockpin`)).json).toEqual(pin.json)
      expect(Object.keys(Object((yield* call("GET", `${path}/bypasscode`)).json))).toEqual([
        "user_based_albc",
        "device_based_albc"
      ])
      const windows = textAt(yield* some("Windows"), "device_id")
      expect((yield* call("GET", `${devices}/${windows}/secrets/unlockpin`)).status).toBe(404)
    })
  )
})

describe("an action", () => {
  const commands = (id: string) =>
    Effect.map(call("GET", `${devices}/${id}/commands`), ({ json }) => listAt(json, "commands", "results"))
  const act = (id: string, name: string, json: object = {}) => call("POST", `${devices}/${id}/action/${name}`, { json })

  effect("becomes a command that is pending, in progress and completed; meanwhile the same action is refused", () =>
    Effect.gen(function* () {
      yield* seeded
      const id = textAt(yield* some("Mac"), "device_id")
      const sent = yield* act(id, "setname", { DeviceName: "Lobby" })
      expect([sent.status, sent.text]).toEqual([200, ""])
      const status = Effect.map(commands(id), ([command]) => at(command, "status"))
      expect(yield* status).toBe(1)
      const again = yield* act(id, "setname", { DeviceName: "Lobby" })
      expect([again.status, again.json]).toEqual([400, { error: "Command already running" }])
      yield* TestClock.adjust("1 second")
      expect(yield* status).toBe(2)
      yield* TestClock.adjust("2 seconds")
      expect(yield* status).toBe(3)
      const activity = listAt((yield* call("GET", `${devices}/${id}/activity`)).json, "activity", "results")
      expect(activity.map((event) => at(event, "details", "command_type"))).toEqual(["Settings", undefined])
      expect((yield* call("GET", `${devices}/${id}`)).json).toMatchObject({ device_name: "Lobby" })
    }).pipe(sandbox)
  )

  effect("that erases a device removes it; one that locks a Mac answers with its PIN", () =>
    Effect.gen(function* () {
      yield* seeded
      const id = textAt(yield* some("Mac"), "device_id")
      const lock = yield* act(id, "lock")
      expect(textAt(lock.json, "PIN")).toMatch(/^\d{6}$/)
      const again = yield* act(id, "lock")
      expect([again.status, again.json]).toEqual([400, "This device is already locked."])
      const macs = Effect.map(call("GET", "/api/v1/settings/licensing"), ({ json }) =>
        at(json, "counts", "macos_count")
      )
      const before = Number(yield* macs)
      const phone = yield* act(textAt(yield* some("iPhone"), "device_id"), "lock", { Message: "Lost" })
      expect([phone.status, phone.text]).toEqual([200, ""])
      const elsewhere = yield* act(id, "erase", { ReturnToService: { Enabled: true, ProfileId: nowhere } })
      expect([elsewhere.status, elsewhere.json]).toEqual([400, "The specified profile is not in scope for the device"])
      const wrong = yield* act(id, "erase", { erase_mode: "BURN", erase_flags: ["WIPE_ESIMS"] })
      expect([wrong.status, Object.keys(Object(wrong.json))]).toEqual([400, ["erase_mode", "erase_flags"]])
      expect((yield* act(id, "erase")).status).toBe(200)
      expect((yield* call("GET", `${devices}/${id}`)).status).toBe(200)
      yield* TestClock.adjust("3 seconds")
      expect((yield* call("GET", `${devices}/${id}`)).status).toBe(404)
      expect(yield* list("?limit=300")).toHaveLength(199)
      expect(yield* macs).toBe(before - 1)
      yield* (yield* Sandbox).state.devices.put({ device_name: "Enrolled", platform: "Mac" })
      expect(yield* macs).toBe(before)
    }).pipe(sandbox)
  )

  effect("that a platform does not have, or with an invalid body, is refused", () =>
    Effect.gen(function* () {
      yield* seeded
      const id = textAt(yield* some("AppleTV"), "device_id")
      expect((yield* act(id, "clearpasscode")).json).toEqual({ error: "Command is not allowed for current device" })
      expect((yield* act(id, "setname")).json).toEqual({ DeviceName: ["This field is required."] })
      expect((yield* act(nowhere, "restart")).status).toBe(404)
      expect(yield* commands(id)).toEqual([])
    }).pipe(sandbox)
  )
})

describe("users and Blueprints of devices", () => {
  effect("a user with devices cannot be deleted; one without devices can", () =>
    Effect.gen(function* () {
      yield* seeded
      const users = listAt((yield* call("GET", "/api/v1/users")).json, "results")
      const owner = users.find((user) => at(user, "device_count") !== 0)
      const refused = yield* call("DELETE", `/api/v1/users/${textAt(owner, "id")}`)
      expect([refused.status, refused.json]).toEqual([400, { detail: "User still assigned to one or more devices." }])
      for (const device of yield* list(`?user_id=${textAt(owner, "id")}`)) {
        yield* call("PATCH", `${devices}/${textAt(device, "device_id")}`, { json: { user: null } })
      }
      expect((yield* call("DELETE", `/api/v1/users/${textAt(owner, "id")}`)).status).toBe(204)
      expect((yield* call("GET", `/api/v1/users/${textAt(owner, "id")}`)).status).toBe(404)
    }).pipe(sandbox)
  )

  effect("a Blueprint that is deleted leaves its devices unmanaged", () =>
    Effect.gen(function* () {
      yield* seeded
      const device = yield* some("Mac")
      yield* call("DELETE", `/api/v1/blueprints/${textAt(device, "blueprint_id")}`)
      expect((yield* call("GET", `${devices}/${textAt(device, "device_id")}`)).json).toMatchObject({
        blueprint_id: "",
        blueprint_name: "",
        mdm_enabled: false
      })
    }).pipe(sandbox)
  )

  effect("the next of users has the web app's host", () =>
    Effect.gen(function* () {
      yield* seeded
      const first = yield* call("GET", "/api/v1/users?sizePerPage=20")
      expect(listAt(first.json, "results")).toHaveLength(20)
      const next = new URL(textAt(first.json, "next"))
      expect(next.host).not.toBe(new URL(yield* Effect.map(Sandbox, ({ tenantUrl }) => tenantUrl)).host)
      const second = yield* call("GET", `/api/v1/users?sizePerPage=20&cursor=${next.searchParams.get("cursor")}`)
      expect(listAt(second.json, "results")).toHaveLength(20)
      expect(listAt(second.json, "results")[0]).not.toEqual(listAt(first.json, "results")[0])
    }).pipe(sandbox)
  )
})
