import { layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt } from "./support.js"

layer(Sandbox.layer({ seed: { devices: 400 } }))("threats", (it) => {
  it.effect("are listed with their counts, and filtered by classification", () =>
    Effect.gen(function* () {
      const { json } = yield* call("GET", "/api/v1/threat-details")
      const all = listAt(json, "results")
      const pups = all.filter((threat) => at(threat, "classification") === "PUP")
      expect([at(json, "count"), at(json, "pup_count"), at(json, "malware_count")]).toEqual([
        all.length,
        pups.length,
        all.length - pups.length
      ])
      expect(pups.length).toBeGreaterThan(0)
      const found = yield* call("GET", "/api/v1/threat-details?classification=pup")
      expect(listAt(found.json, "results")).toEqual(pups)
    })
  )

  it.effect("are listed by the newer path, which requires statuses, with the same devices", () =>
    Effect.gen(function* () {
      const path = "/api/v2/threat/threat-details"
      const refused = yield* call("GET", path)
      expect([refused.status, refused.json]).toEqual([400, { statuses: ["This field is required."] }])
      const older = listAt((yield* call("GET", "/api/v1/threat-details?status=released")).json, "results")
      const newer = listAt((yield* call("GET", `${path}?statuses=released`)).json, "results")
      expect(newer.map((threat) => at(threat, "device_id"))).toEqual(older.map((threat) => at(threat, "device_id")))
      expect(newer.length).toBeGreaterThan(0)
    })
  )
})
