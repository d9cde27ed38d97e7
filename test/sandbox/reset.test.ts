/** A reset brings a tenant back to its start. */
import { effect, live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { call, listAt, presign, textAt, upload, uploaded } from "./support.js"

/** The answers that a client gets from a tenant. */
const seen = Effect.gen(function* () {
  const read = (path: string) => Effect.map(call("GET", path), ({ json }) => JSON.stringify(json))
  const { devices } = yield* Sandbox.state
  const [device] = yield* devices.list({ limit: 1 })
  const paths = [
    "/api/v1/devices?limit=300",
    "/api/v1/devices?platform=Mac",
    `/api/v1/devices/${device?.id}/commands`,
    `/api/v1/devices/${device?.id}/notes`,
    "/api/v1/users",
    "/api/v1/tags",
    "/api/v1/blueprints",
    "/api/v1/library/custom-scripts",
    "/api/v1/prism/filevault",
    "/api/v1/threat-details",
    "/api/v1/settings/licensing",
    "/api/v1/audit/events"
  ]
  return yield* Effect.forEach(paths, read)
})

/** Makes changes of every kind. */
const work = Effect.gen(function* () {
  const { blueprints, devices, tags, users } = yield* Sandbox.state
  const [first, second, third] = yield* devices.list({ limit: 3 })
  yield* call("POST", `/api/v1/devices/${first?.id}/notes`, { json: { content: "Lent to Ada" } })
  yield* call("POST", `/api/v1/devices/${first?.id}/action/restart`, { json: {} })
  yield* call("DELETE", `/api/v1/devices/${second?.id}`)
  const [user] = yield* users.list({ limit: 1 })
  yield* call("PATCH", `/api/v1/devices/${third?.id}`, { json: { user: user?.id, asset_tag: "A-1" } })
  yield* call("POST", "/api/v1/tags", { json: { name: "Mine" } })
  const [tag] = yield* tags.list({ limit: 1 })
  yield* call("DELETE", `/api/v1/tags/${tag?.id}`)
  const [blueprint] = yield* blueprints.list({ limit: 1 })
  yield* call("DELETE", `/api/v1/blueprints/${blueprint?.id}`)
  const file_key = yield* uploaded()
  yield* call("POST", "/api/v1/library/custom-apps", {
    json: { name: "Mine", file_key, install_type: "package", install_enforcement: "install_once" }
  })
})

effect("after a reset a tenant gives the same answers as at its start, also after a second reset", () =>
  Effect.gen(function* () {
    const before = yield* seen
    yield* work
    expect(yield* seen).not.toEqual(before)
    yield* Sandbox.reset
    expect(yield* seen).toEqual(before)
    yield* work
    yield* Sandbox.reset
    expect(yield* seen).toEqual(before)
  }).pipe(Effect.provide(Sandbox.layer({ seed: 42 })))
)

live("a tenant is still reset after a restart, and no installer is left on the disk", () => {
  const data = mkdtempSync(join(tmpdir(), "sandbox-reset-test-"))
  const inside = Effect.provide(Sandbox.layer({ data: join(data, "tenant"), seed: { tags: 3 } }))
  return Effect.gen(function* () {
    const tags = Effect.map(call("GET", "/api/v1/tags"), ({ json }) =>
      listAt(json, "results").map((tag) => textAt(tag, "name"))
    )
    const before = yield* inside(tags)
    yield* inside(
      Effect.gen(function* () {
        yield* call("POST", "/api/v1/tags", { json: { name: "Mine" } })
        yield* uploaded()
        yield* Sandbox.reset
        expect(readdirSync(join(data, "tenant", "installers"))).toEqual([])
        const place = yield* presign()
        expect((yield* upload(place, "its bytes")).status).toBe(204)
        yield* Sandbox.reset
      })
    )
    expect(yield* inside(tags)).toEqual(before)
  }).pipe(Effect.ensuring(Effect.sync(() => rmSync(data, { recursive: true }))))
})
