import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, textAt } from "./support.js"

const path = "/api/v1/blueprint-routing/"

effect("the code of Blueprint routing is read and changed, and its activity lists each change, the newest first", () =>
  Effect.gen(function* () {
    const before = (yield* call("GET", path)).json
    const old = textAt(before, "enrollment_code", "code")
    expect(before).toEqual({ enrollment_code: { code: expect.stringMatching(/^\d{6}$/), is_active: false } })
    const changed = yield* call("PATCH", path, { json: { enrollment_code: { code: "777777" } } })
    expect([changed.status, changed.json]).toEqual([200, { enrollment_code: { code: "777777", is_active: false } }])
    yield* call("PATCH", path, { json: { enrollment_code: { is_active: true } } })
    expect((yield* call("GET", path)).json).toEqual({ enrollment_code: { code: "777777", is_active: true } })

    const { json } = yield* call("GET", `${path}activity?limit=1`)
    expect([at(json, "count"), listAt(json, "results").map((activity) => at(activity, "details"))]).toEqual([
      2,
      [{ is_active: { new: true, old: false } }]
    ])
    const rest = listAt((yield* call("GET", textAt(json, "next"))).json, "results")
    expect(rest.map((activity) => [at(activity, "id"), at(activity, "details")])).toEqual([
      [1, { code: { new: "777777", old } }]
    ])
  }).pipe(Effect.provide(Sandbox.layer()))
)

effect("a change of Blueprint routing without a code, or with an invalid one, is refused", () =>
  Effect.gen(function* () {
    const answers = [
      yield* call("PATCH", path, { json: {} }),
      yield* call("PATCH", path, { json: { enrollment_code: { is_active: "maybe" } } })
    ]
    expect(answers.map(({ json, status }) => [status, json])).toEqual([
      [400, { enrollment_code: ["This field is required."] }],
      [400, { enrollment_code: { is_active: ["Must be a valid boolean."] } }]
    ])
  }).pipe(Effect.provide(Sandbox.layer()))
)
