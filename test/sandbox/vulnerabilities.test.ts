import { layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, textAt } from "./support.js"

const path = "/api/v1/vulnerability-management"

layer(Sandbox.layer({ seed: { devices: 60 } }))("vulnerabilities", (it) => {
  it.effect("are listed by severity or by count, with the devices and the software of each", () =>
    Effect.gen(function* () {
      const { json } = yield* call("GET", `${path}/vulnerabilities?sort_by=-cvss_score&size=2`)
      expect([at(json, "total"), at(json, "page"), at(json, "size")]).toEqual([3, 1, 2])
      expect(listAt(json, "results").map((row) => at(row, "cvss_score"))).toEqual([8.8, 5.4])
      const second = yield* call("GET", `${path}/vulnerabilities?sort_by=-cvss_score&size=2&page=2`)
      expect(listAt(second.json, "results").map((row) => at(row, "cvss_score"))).toEqual([3.2])

      const one = `${path}/vulnerabilities/${textAt(json, "results", 0, "cve_id")}`
      const count = at(json, "results", 0, "device_count")
      expect(at((yield* call("GET", one)).json, "device_count")).toBe(count)
      expect(at((yield* call("GET", `${one}/devices`)).json, "total")).toBe(count)
      const software = (yield* call("GET", `${one}/software`)).json
      expect(listAt(software, "results").map((row) => at(row, "name"))).toEqual(["Google Chrome", "Slack"])
      const inChrome = JSON.stringify({ bundle_id: { in: ["com.google.Chrome"] }, cve_id: { in: ["CVE-2099-0001"] } })
      const detections = yield* call("GET", `${path}/detections?${new URLSearchParams({ filter: inChrome })}`)
      expect(at(software, "results", 0, "num_devices")).toBe(listAt(detections.json, "results").length)
      expect((yield* call("GET", `${path}/vulnerabilities/CVE-2099-9999`)).status).toBe(404)
    })
  )

  it.effect("are listed by detection on devices with the app, paged and filtered", () =>
    Effect.gen(function* () {
      const all = listAt((yield* call("GET", `${path}/detections`)).json, "results")
      const found: Array<unknown> = []
      for (let next: unknown = `${path}/detections?size=20`; typeof next === "string";) {
        const { json } = yield* call("GET", next)
        found.push(...listAt(json, "results"))
        next = at(json, "next")
      }
      expect(found).toEqual(all)
      const filter = JSON.stringify({ cvss_severity: { in: ["High"] } })
      const high = listAt((yield* call("GET", `${path}/detections?${new URLSearchParams({ filter })}`)).json, "results")
      expect(high).toEqual(all.filter((row) => at(row, "cvss_severity") === "High"))
      expect(high.length).toBeGreaterThan(0)
    })
  )
})
