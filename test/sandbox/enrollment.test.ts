// The manual enrollment profile. Source: the vendor's Postman collection, "Get Manual Enrollment Profile": its content type
// and disposition, `sso=true`, and "Not Found - Blueprint not found".
import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { call, nowhere, textAt } from "./support.js"

const path = (id: string, query = "") => `/api/v1/blueprints/${id}/ota-enrollment-profile${query}`
const sandbox = Effect.provide(Sandbox.layer())

effect("the enrollment profile of a Blueprint is a file with the Blueprint's code", () =>
  Effect.gen(function* () {
    const made = yield* call("POST", "/api/v1/blueprints", {
      form: { name: "R&D <1>", "enrollment_code.is_active": "true", "enrollment_code.code": "610332" }
    })
    const id = textAt(made.json, "id")
    for (const query of ["", "?sso=true", "?sso=false"]) {
      const { headers, status, text } = yield* call("GET", path(id, query))
      expect([status, headers.get("content-type"), headers.get("content-disposition")]).toEqual([
        200,
        "application/x-apple-aspen-config",
        "attachment;filename=kandji-enroll.mobileconfig"
      ])
      expect(text).toContain("<string>Profile Service</string>")
      expect(text).toContain("<key>Challenge</key>\n\t\t<string>610332</string>")
      expect(text).toContain("<string>R&amp;D &lt;1&gt;</string>")
      // Whoever opens it by mistake reaches nobody.
      expect(text).toMatch(/<string>https:\/\/enroll\.sandbox\.invalid\//)
    }
  }).pipe(sandbox)
)

effect(
  "if users have to sign in first, sso=true returns the sign-in URL; without it, the answer is still the file",
  () =>
    Effect.gen(function* () {
      const { blueprints } = yield* Sandbox.state
      const { id } = yield* blueprints.put({ name: "Signed in", requiresAuthentication: true })
      const { json } = yield* call("GET", path(id, "?sso=true"))
      expect(json).toEqual({
        url: expect.stringMatching(/^https:\/\/enroll\.sandbox\.invalid\/enrollment\/authentication\?/)
      })
      expect((yield* call("GET", path(id))).headers.get("content-type")).toBe("application/x-apple-aspen-config")
      yield* call("PATCH", `/api/v1/blueprints/${id}`, { form: { description: "x" } })
      expect((yield* call("GET", path(id, "?sso=True"))).json).toEqual(json)
    }).pipe(sandbox)
)

effect("an unknown Blueprint has no enrollment profile", () =>
  Effect.gen(function* () {
    const missing = yield* call("GET", path(nowhere))
    expect([missing.status, missing.json]).toEqual([404, { detail: "Not Found - Blueprint not found" }])
  }).pipe(sandbox)
)
