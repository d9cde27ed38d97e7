import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { X509Certificate } from "node:crypto"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, keysOf, listAt, nowhere, textAt } from "./support.js"

const path = "/api/v1/integrations/apple/ade"
const seeded = Effect.provide(Sandbox.layer({ seed: { devices: 60 } }))

const form = (values: Readonly<Record<string, string>>, name?: string): FormData => {
  const data = new FormData()
  for (const [key, value] of Object.entries(values)) data.append(key, value)
  if (name !== undefined) data.append("file", new Blob(["the token of Apple"]), name)
  return data
}
const blueprint = Effect.map(call("GET", "/api/v1/blueprints"), ({ json }) => textAt(json, "results", 0, "id"))

effect("the public key is a valid certificate", () =>
  Effect.gen(function* () {
    const { headers, text } = yield* call("GET", `${path}/public_key/`)
    expect(headers.get("content-type")).toBe("application/x-x509-ca-cert")
    expect(new X509Certificate(text).subject).toBe("CN=SANDBOX-DEP")
  }).pipe(Effect.provide(Sandbox.layer()))
)

effect("an integration is created from a token file, renewed, changed, and deleted with its devices", () =>
  Effect.gen(function* () {
    const values = { blueprint_id: yield* blueprint, phone: "5550123", email: "it@example.com" }
    const made = yield* call("POST", `${path}/`, { multipart: form(values, "Office_Token_2025_smime.p7m") })
    const one = `${path}/${textAt(made.json, "id")}`
    expect([made.status, at(made.json, "server_name"), at(made.json, "days_left"), at(made.json, "defaults")]).toEqual([
      200,
      "Office",
      365,
      { email: "it@example.com", phone: "5550123" }
    ])
    expect(made.text).not.toContain("the token of Apple")
    expect((yield* call("GET", one)).json).toEqual(made.json)
    const renewed = yield* call("POST", `${one}/renew`, { multipart: form(values, "Depot_Token_2026_smime.p7m") })
    expect([at(renewed.json, "id"), at(renewed.json, "server_name")]).toEqual([at(made.json, "id"), "Depot"])
    const changed = yield* call("PATCH", one, { json: { use_blueprint_routing: true } })
    expect([at(changed.json, "use_blueprint_routing"), at(changed.json, "blueprint")]).toEqual([true, null])
    expect((yield* call("DELETE", one)).status).toBe(204)
    expect((yield* call("GET", one)).status).toBe(404)

    const [first] = listAt((yield* call("GET", path)).json, "results")
    expect(at(first, "device_counts", "total")).toBe(3)
    yield* call("DELETE", `${path}/${textAt(first, "id")}`)
    expect(at((yield* call("GET", `${path}/devices`)).json, "count")).toBe(0)
  }).pipe(seeded)
)

effect("an integration without required fields or a file is refused, each problem under its field", () =>
  Effect.gen(function* () {
    const refused = yield* call("POST", `${path}/`, { multipart: form({ blueprint_id: nowhere }) })
    expect([refused.status, refused.json]).toEqual([
      400,
      {
        blueprint_id: ["Blueprint not found."],
        phone: ["This field is required."],
        email: ["This field is required."],
        file: ["No file was submitted."]
      }
    ])
  }).pipe(Effect.provide(Sandbox.layer()))
)

effect("unenrolled devices are listed, filtered and changed; next has the web app's host", () =>
  Effect.gen(function* () {
    const { json } = yield* call("GET", `${path}/devices?limit=2`)
    expect([at(json, "count"), listAt(json, "results").length]).toEqual([3, 2])
    const { tenantUrl } = yield* Sandbox
    const next = new URL(textAt(json, "next"))
    expect([next.origin === new URL(tenantUrl).origin, next.pathname]).toEqual([false, `${path}/devices`])
    const rest = yield* call("GET", `${next.pathname}${next.search}`)
    expect(listAt(rest.json, "results").length).toBe(1)

    const device = listAt(json, "results")[0]
    const found = yield* call("GET", `${path}/devices?serial_number=${textAt(device, "serial_number").slice(2)}`)
    expect(listAt(found.json, "results")).toEqual([device])
    const token = textAt(device, "dep_account", "id")
    expect(at((yield* call("GET", `${path}/${token}/devices`)).json, "count")).toBe(3)

    const user = textAt((yield* call("GET", "/api/v1/users")).json, "results", 0, "id")
    const one = `${path}/devices/${textAt(device, "id")}`
    const changed = yield* call("PATCH", one, { json: { user_id: user, asset_tag: "A-1" } })
    expect([at(changed.json, "user_id"), at(changed.json, "asset_tag")]).toEqual([user, "A-1"])
    expect((yield* call("GET", one)).json).toEqual(changed.json)
    const cleared = yield* call("PATCH", one, { json: { user_id: null } })
    expect([at(cleared.json, "user_id"), at(cleared.json, "asset_tag")]).toEqual([null, "A-1"])
    const refused = yield* call("PATCH", one, { json: { user_id: nowhere, blueprint_id: nowhere } })
    expect([refused.status, keysOf(refused.json)]).toEqual([400, ["blueprint_id", "user_id"]])
  }).pipe(seeded)
)
