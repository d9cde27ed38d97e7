import { layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, textAt } from "./support.js"

const path = "/api/v1/prism"
const names =
  "activation_lock application_firewall apps cellular certificates desktop_and_screensaver device_information filevault gatekeeper_and_xprotect installed_profiles kernel_extensions launch_agents_and_daemons local_users startup_settings system_extensions transparency_database".split(
    " "
  )
const rows = (category: string, query: Readonly<Record<string, string>>) =>
  Effect.map(call("GET", `${path}/${category}?${new URLSearchParams({ limit: "300", ...query })}`), ({ json }) =>
    listAt(json, "data")
  )
const values = (found: ReadonlyArray<unknown>, column: string) => new Set(found.map((row) => at(row, column)))

layer(Sandbox.layer({ seed: { devices: 60 } }))("Prism", (it) => {
  it.effect("has all categories, and each counts as many rows as it lists", () =>
    Effect.gen(function* () {
      for (const name of names) {
        const { json, status } = yield* call("GET", `${path}/${name}`)
        const { json: counted } = yield* call("GET", `${path}/count?category=${name}`)
        expect([name, status, counted]).toEqual([name, 200, { count: at(json, "total"), approximate: false }])
      }
      const unknown = yield* call("GET", `${path}/count?category=coffee`)
      expect([unknown.status, unknown.json]).toEqual([400, { detail: "Invalid category: coffee" }])
    })
  )

  it.effect("is read completely by cursor and by offset, each row once", () =>
    Effect.gen(function* () {
      const all = yield* rows("apps", {})
      expect(all.length).toBeGreaterThan(60)
      for (const way of ["cursor", "offset"]) {
        const found: Array<unknown> = []
        let query = `${way}=`
        for (let more = true; more;) {
          const { json } = yield* call("GET", `${path}/apps?limit=50&${query}`)
          found.push(...listAt(json, "data"))
          more = at(json, "cursor") !== null
          query = way === "offset" ? `offset=${found.length}` : `cursor=${more ? textAt(json, "cursor") : ""}`
        }
        expect(found).toEqual(all)
      }
      expect(listAt((yield* call("GET", `${path}/apps`)).json, "data").length).toBe(25)
    })
  )

  it.effect("has the same values as the device itself", () =>
    Effect.gen(function* () {
      const device = (yield* call("GET", "/api/v1/devices?platform=Mac&limit=1")).json
      const [row] = yield* rows("device_information", {
        filter: JSON.stringify({ device_id: { in: [textAt(device, 0, "device_id")] } })
      })
      for (const [column, field] of [
        ["device__name", "device_name"],
        ["serial_number", "serial_number"],
        ["blueprint_name", "blueprint_name"],
        ["os_version", "os_version"]
      ] as const) {
        expect(at(row, column)).toBe(at(device, 0, field))
      }
    })
  )

  it.effect("is filtered by families, Blueprints and all operators of a filter, and sorted by a column", () =>
    Effect.gen(function* () {
      const all = yield* rows("apps", {})
      expect(values(yield* rows("apps", { device_families: "iPhone,iPad" }), "device__family")).toEqual(
        new Set(["iPhone", "iPad"])
      )
      const blueprint = textAt(all[0], "blueprint_id")
      expect(values(yield* rows("apps", { blueprint_ids: blueprint }), "blueprint_id")).toEqual(new Set([blueprint]))
      const filtered = (filter: unknown) => rows("apps", { filter: JSON.stringify(filter) })
      const slack = yield* filtered({ name: { in: ["Slack"] } })
      expect(values(slack, "name")).toEqual(new Set(["Slack"]))
      expect(yield* filtered({ name: { like: ["SLA"] } })).toEqual(slack)
      expect((yield* filtered({ name: { not_in: ["Slack"] } })).length).toBe(all.length - slack.length)
      expect((yield* filtered({ name: { not_like: ["sla"] } })).length).toBe(all.length - slack.length)
      expect(yield* filtered({ name: { in: ["Slack"] }, device__family: { in: ["nothing"] } })).toEqual([])
      const late = yield* filtered({ last_collected_at: { gte: "2024-06-01" } })
      const early = yield* filtered({ last_collected_at: { lt: "2024-06-01" } })
      expect([late.length > 0, early.length > 0, late.length + early.length]).toEqual([true, true, all.length])
      const macs = yield* rows("device_information", { filter: JSON.stringify({ apple_silicon: { eq: true } }) })
      expect(values(macs, "device__family")).toEqual(new Set(["Mac"]))

      const sorted = (yield* rows("apps", { sort_by: "-name" })).map((row) => textAt(row, "name"))
      expect(sorted).toEqual(sorted.toSorted((one, other) => (one < other ? 1 : one > other ? -1 : 0)))
      for (const filter of ["{", "[]", '{"name":{"sounds_like":["x"]}}']) {
        const refused = yield* call("GET", `${path}/apps?${new URLSearchParams({ filter })}`)
        expect([refused.status, refused.json]).toEqual([400, { detail: "Invalid filter." }])
      }
    })
  )
})
