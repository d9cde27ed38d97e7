import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, nowhere, textAt } from "./support.js"

const path = "/api/v1/prism/export"
const sandbox = Effect.provide(Sandbox.layer())

effect(
  "an export is pending, and then a CSV file in storage with the rows of the listing; its URL needs no token",
  () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ devices: 40, blueprints: 2 })
      const json = { category: "device_information", device_families: ["Mac"], sort_by: "serial_number" }
      const started = yield* call("POST", path, { json })
      expect(started.status).toBe(201)
      expect(started.json).toMatchObject({ status: "pending", signed_url: null, error_msg: null })
      const one = `${path}/${textAt(started.json, "id")}`
      yield* TestClock.adjust("2 seconds")
      const { json: job } = yield* call("GET", one)
      expect(at(job, "status")).toBe("success")

      const csv = yield* Effect.promise(async () => (await fetch(textAt(job, "signed_url"))).text())
      const [head = "", ...lines] = csv.trimEnd().split("\r\n")
      const listing = yield* call(
        "GET",
        "/api/v1/prism/device_information?limit=300&device_families=Mac&sort_by=serial_number"
      )
      const rows = listAt(listing.json, "data")
      const column = head.split(",").indexOf("serial_number")
      expect(lines.map((line) => line.split(",")[column])).toEqual(rows.map((row) => at(row, "serial_number")))
      expect(lines.length).toBeGreaterThan(10)
    }).pipe(sandbox)
)

effect("an export with an unknown category, an invalid filter or an unknown id is refused", () =>
  Effect.gen(function* () {
    const wrong = yield* call("POST", path, { json: { category: "application_firewal" } })
    expect([wrong.status, wrong.json]).toEqual([400, { detail: "Invalid category: application_firewal" }])
    const filter = yield* call("POST", path, { json: { category: "apps", filter: { name: { between: [1] } } } })
    expect(filter.status).toBe(400)
    expect((yield* call("GET", `${path}/${nowhere}`)).status).toBe(404)
  }).pipe(sandbox)
)
