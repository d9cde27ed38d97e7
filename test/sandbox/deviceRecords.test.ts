import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, micros, textAt } from "./support.js"

const devices = "/api/v1/devices"
const sandbox = Effect.provide(Sandbox.layer())
const seeded = Sandbox.seed({ devices: 60, blueprints: 2, customScripts: 3, customProfiles: 2, users: 5 })

/** A device of a platform, in a small seeded fleet. */
const some = (platform: string) =>
  Effect.map(call("GET", `${devices}?platform=${platform}&limit=1`), ({ json }) => textAt(listAt(json)[0], "device_id"))
const act = (id: string, name: string, json: object = {}) => call("POST", `${devices}/${id}/action/${name}`, { json })
const details = (id: string) => call("GET", `${devices}/${id}/details/lostmode`)

describe("lost mode", () => {
  effect("starts, plays a sound, reports a location, and ends, each after its command has completed", () =>
    Effect.gen(function* () {
      yield* seeded
      const id = yield* some("iPhone")
      const notLost = yield* details(id)
      expect([notLost.status, notLost.json]).toEqual([400, ["Device is not in lost mode."]])
      expect((yield* act(id, "playlostmodesound")).json).toEqual(["Device is not in lost mode."])

      expect((yield* act(id, "enablelostmode", { Message: "Call us", PhoneNumber: "555" })).status).toBe(200)
      expect((yield* details(id)).status).toBe(400)
      yield* TestClock.adjust("3 seconds")
      expect((yield* details(id)).json).toMatchObject({
        device_id: id,
        lost_mode: {
          lost_mode_status: "ENABLED",
          lock_screen_message: "Call us",
          sound_status: "",
          last_location_at: ""
        }
      })
      expect((yield* call("GET", `${devices}/${id}`)).json).toMatchObject({ lost_mode_status: "ENABLED" })

      yield* act(id, "playlostmodesound")
      yield* act(id, "updatelocation")
      expect((yield* details(id)).json).toMatchObject({
        lost_mode: { sound_status: "PENDING", last_location_status: "PENDING", last_location: { latitude: "" } }
      })
      yield* TestClock.adjust("3 seconds")
      const { json } = yield* details(id)
      expect(json).toMatchObject({ lost_mode: { sound_status: "SUCCESS", last_location_status: "SUCCESS" } })
      expect(Number(textAt(json, "lost_mode", "last_location", "latitude"))).not.toBeNaN()

      yield* act(id, "disablelostmode")
      expect((yield* details(id)).json).toMatchObject({
        lost_mode: {
          lost_mode_status: "ENABLED",
          disable_status: "PENDING",
          disabled_by: expect.stringContaining("@"),
          disable_status_at: expect.stringMatching(micros)
        }
      })
      expect((yield* act(id, "disablelostmode")).json).toBe("Disable lost mode is already pending for this device.")
      yield* TestClock.adjust("3 seconds")
      expect((yield* details(id)).status).toBe(400)
      expect((yield* call("GET", `${devices}/${id}`)).json).toMatchObject({ lost_mode_status: "" })
    }).pipe(sandbox)
  )

  effect("can be canceled, and is refused for a Mac", () =>
    Effect.gen(function* () {
      yield* seeded
      const id = yield* some("iPad")
      yield* act(id, "enablelostmode")
      yield* TestClock.adjust("3 seconds")
      expect((yield* call("DELETE", `${devices}/${id}/details/lostmode`)).status).toBe(200)
      expect((yield* details(id)).status).toBe(400)
      expect((yield* act(yield* some("Mac"), "enablelostmode")).json).toEqual({
        error: "Command is not allowed for current device"
      })
    }).pipe(sandbox)
  )
})

describe("the contents of a device", () => {
  effect("include the items of its Blueprint, with the same status as in the item's listing", () =>
    Effect.gen(function* () {
      yield* seeded
      const id = yield* some("Mac")
      const { json } = yield* call("GET", `${devices}/${id}/library-items`)
      const items = listAt(json, "library_items")
      expect(items.length).toBeGreaterThan(0)
      for (const item of items) {
        const status = yield* call(
          "GET",
          `/api/v1/library/library-items/${textAt(item, "item_id")}/status?computer_id=${id}`
        )
        expect(listAt(status.json, "results").map((row) => at(row, "status"))).toEqual([at(item, "status")])
      }
      const parameters = listAt((yield* call("GET", `${devices}/${id}/parameters`)).json, "parameters")
      expect(parameters.length).toBeGreaterThan(0)
      expect((yield* call("GET", `${devices}/${id}/status`)).json).toEqual({
        device_id: id,
        library_items: items,
        parameters
      })
      const phone = yield* some("iPhone")
      expect((yield* call("GET", `${devices}/${phone}/parameters`)).json).toEqual({ device_id: phone, parameters: [] })
    }).pipe(sandbox)
  )

  effect("include the same apps as in Prism, with the keys of its platform", () =>
    Effect.gen(function* () {
      yield* seeded
      const id = yield* some("Mac")
      const answer = yield* call("GET", `${devices}/${id}/apps`)
      const apps = listAt(answer.json, "apps")
      expect(answer.headers.get("x-total-count")).toBe(String(apps.length))
      const prism = listAt((yield* call("GET", "/api/v1/prism/apps?limit=300")).json, "data").filter(
        (row) => at(row, "device_id") === id
      )
      expect(apps.map((app) => at(app, "app_name"))).toEqual(prism.map((row) => at(row, "name")))
      const [windows] = listAt((yield* call("GET", `${devices}/${yield* some("Windows")}/apps`)).json, "apps")
      expect(Object.keys(Object(windows))).toContain("display_name")
      const [android] = listAt((yield* call("GET", `${devices}/${yield* some("Android")}/apps`)).json, "apps")
      expect(Object.keys(Object(android))).toContain("package_name")
    }).pipe(sandbox)
  )
})

describe("the details of a device", () => {
  effect("have the shape of its platform", () =>
    Effect.gen(function* () {
      yield* seeded
      const keysOf = (platform: string) =>
        Effect.gen(function* () {
          const { json } = yield* call("GET", `${devices}/${yield* some(platform)}/details`)
          expect(textAt(json, "general", "platform")).toBe(platform)
          return Object.keys(Object(json))
        })
      expect(yield* keysOf("Mac")).toEqual(expect.arrayContaining(["filevault", "kandji_agent", "volumes"]))
      expect(yield* keysOf("iPhone")).toEqual(yield* keysOf("Mac"))
      expect(yield* keysOf("Windows")).toEqual([
        "general",
        "mdm",
        "hardware_overview",
        "network",
        "kandji_agent",
        "tags"
      ])
      expect(yield* keysOf("Android")).toEqual(["general", "hardware", "management", "cellular", "security", "tags"])
    }).pipe(sandbox)
  )
})

describe("behavioral detections", () => {
  effect("are counted by classification; the second version of the API requires a device", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ devices: 300, blueprints: 2 })
      const { json } = yield* call("GET", "/api/v1/behavioral-detections")
      const all = listAt(json, "results")
      expect(all.length).toBeGreaterThan(0)
      expect(at(json, "total_count")).toBe(all.length)
      expect(Number(at(json, "malicious_count")) + Number(at(json, "suspicious_count"))).toBe(all.length)
      const device = textAt(all[0], "device_info", "id")
      const own = yield* call("GET", `/api/v2/threat/behavioral-detections/events?device_id=${device}`)
      const ids = all.flatMap((one) => (at(one, "device_info", "id") === device ? [at(one, "id")] : []))
      expect(listAt(own.json, "results").map((one) => at(one, "id"))).toEqual(ids)
      expect((yield* call("GET", "/api/v2/threat/behavioral-detections/events")).status).toBe(400)
    }).pipe(sandbox)
  )
})
