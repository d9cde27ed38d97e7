import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, textAt } from "./support.js"

const events = "/api/v1/audit/events"
const sandbox = Effect.provide(Sandbox.layer())
const list = (query = "") => Effect.map(call("GET", `${events}${query}`), ({ json }) => listAt(json, "results"))
const made = (name: string) => call("POST", "/api/v1/tags", { json: { name } })

effect("every write is an event with its actor, action and record", () =>
  Effect.gen(function* () {
    const id = textAt((yield* made("Lab")).json, "id")
    yield* call("PATCH", `/api/v1/tags/${id}`, { json: { name: "Laboratory" } })
    yield* call("DELETE", `/api/v1/tags/${id}`)
    const found = yield* list()
    expect(found.map((event) => [at(event, "action"), at(event, "new_state")])).toEqual([
      ["create", { name: "Lab" }],
      ["update", { name: "Laboratory" }],
      ["delete", {}]
    ])
    expect(found[0]).toEqual({
      id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      action: "create",
      occurred_at: expect.any(String),
      actor_id: expect.any(String),
      actor_type: "user",
      target_id: id,
      target_type: "tag",
      target_component: "",
      new_state: { name: "Lab" },
      metadata: {}
    })
  }).pipe(sandbox)
)

effect("reading a secret and sending an action are events, which do not contain the secret", () =>
  Effect.gen(function* () {
    const device = textAt((yield* call("GET", "/api/v1/devices?platform=Mac&limit=1")).json, 0, "device_id")
    const secret = yield* call("GET", `/api/v1/devices/${device}/secrets/unlockpin`)
    const lock = yield* call("POST", `/api/v1/devices/${device}/action/lock`, { json: { Message: "Give it back" } })
    expect([secret.status, lock.status]).toEqual([200, 200])
    // Those of the seed are of 2023 and later.
    const found = yield* list("?end_date=1970-01-02")
    expect(
      found.map((event) => [
        at(event, "action"),
        at(event, "target_id"),
        at(event, "target_type"),
        at(event, "metadata")
      ])
    ).toEqual([
      ["view_secret", device, "device", { secret: "unlockpin" }],
      ["lock", device, "device", {}]
    ])
    expect(JSON.stringify(found)).not.toContain(textAt(secret.json, "pin"))
  }).pipe(Effect.provide(Sandbox.layer({ seed: { devices: 40 } })))
)

effect("the text of a script is in no event", () =>
  Effect.gen(function* () {
    yield* call("POST", "/api/v1/library/custom-scripts", {
      json: { name: "Key", execution_frequency: "once", script: "#!/bin/sh\necho hidden-value" }
    })
    const found = yield* list()
    expect(found.map((event) => at(event, "target_type"))).toEqual(["custom_script"])
    expect(JSON.stringify(found)).not.toContain("hidden-value")
  }).pipe(sandbox)
)

effect("events are paged by cursor, in the requested order", () =>
  Effect.gen(function* () {
    for (const name of ["One", "Two", "Three"]) yield* made(name)
    const names = (json: unknown) => listAt(json, "results").map((event) => at(event, "new_state", "name"))
    const first = (yield* call("GET", `${events}?limit=2&sort_by=-occurred_at`)).json
    const next = textAt(first, "next")
    // What happens in between moves no page.
    yield* made("Four")
    const second = (yield* call("GET", next)).json
    expect([names(first), names(second), at(second, "next")]).toEqual([["Three", "Two"], ["One"], null])
    expect(new URL(next).searchParams.get("limit")).toBe("2")
    const refused = yield* call("GET", `${events}?sort_by=actor_id`)
    expect([refused.status, refused.json]).toEqual([400, { sort_by: ['"actor_id" is not a valid choice.'] }])
  }).pipe(sandbox)
)

effect("events are filtered by day and by time; the last day is included completely", () =>
  Effect.gen(function* () {
    yield* made("Lab")
    const at0 = textAt((yield* list())[0], "occurred_at")
    const day = at0.slice(0, 10)
    expect((yield* list(`?start_date=${day}&end_date=${day}`)).length).toBe(1)
    expect((yield* list("?start_date=2999-01-01")).length).toBe(0)
    expect((yield* list("?end_date=1969-12-31")).length).toBe(0)
    const refused = yield* call("GET", `${events}?start_date=yesterday`)
    expect([refused.status, refused.json]).toEqual([400, { start_date: ["Enter a valid date/time."] }])
  }).pipe(sandbox)
)

effect("seeded devices have events of their enrollment and changes, the same for the same seed", () =>
  Effect.gen(function* () {
    const log = Effect.gen(function* () {
      const [first] = yield* list("?limit=1")
      const { json } = yield* call("GET", `/api/v1/devices/${textAt(first, "target_id")}`)
      expect(at(first, "new_state", "device_name")).toBe(at(json, "device_name"))
      expect((yield* call("GET", `/api/v1/users/${textAt(first, "actor_id")}`)).status).toBe(200)
      return yield* list("?sort_by=id")
    }).pipe(Effect.provide(Sandbox.layer({ seed: { devices: 20 } })))
    const all = yield* log
    expect(all.length).toBe(40)
    expect(all.map((event) => textAt(event, "occurred_at"))).toEqual(
      all.map((event) => textAt(event, "occurred_at")).toSorted()
    )
    expect(yield* log).toEqual(all)
  })
)
