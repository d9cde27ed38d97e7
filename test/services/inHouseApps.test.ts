/** In-house apps: an installer is uploaded and validated, and an app is made of it. */
import { effect } from "@effect/vitest"
import { InHouseApps } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { describe, expect } from "vitest"
import { recordingLogs } from "../session/support.js"
import { type Handler, type Reply, requestsTo, routes } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const options = { pace: { perSecond: Infinity, perHour: Infinity }, retry: { times: 0 } }
const id = "0ff1ce00-0000-4000-8000-000000000001"
const fileKey = "companies/c/library/ipa_apps/tool_0123abcd.ipa"
const root = "/api/v1/library/ipa-apps"
const app = {
  id,
  name: "Tool",
  file_key: fileKey,
  sha256: "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81",
  file_size: 3
}

/** A tenant whose upload has these states, one after the other. The last one stays. */
const tenant = (states: ReadonlyArray<object>, created: Reply = { status: 201 }): Handler => {
  let turn = 0
  return (request, raw) =>
    routes({
      [`POST ${root}/upload`]: {
        status: 201,
        body: {
          id,
          filename: "tool.ipa",
          sha256: null,
          expires: "2099-01-01T00:00:00Z",
          post_url: `http://${request.headers.host}/storage`,
          post_data: { key: "k" },
          file_key: fileKey
        }
      },
      "POST /storage": { status: 204 },
      [`GET ${root}/upload/${id}/status`]: () => ({ body: states[Math.min(turn++, states.length - 1)] }),
      [`POST ${root}`]: created,
      [`PATCH ${root}/${id}`]: { status: 200 },
      [`GET ${root}`]: { body: { count: 1, next: null, previous: null, results: [app] } },
      [`GET ${root}/${id}`]: { body: app }
    })(request, raw)
}

const installer = { name: "tool.ipa", bytes: new Uint8Array([1, 2, 3]) }
const processing = Schedule.recurs(5)
const validated = { status: "VALIDATED", sha256: app.sha256 }

describe("an in-house app", () => {
  effect("is created once its installer is validated, and is read afterwards", () =>
    withTenant(
      tenant([{ status: "UPLOADING" }, { status: "VALIDATING" }, validated]),
      options
    )((server) =>
      Effect.gen(function* () {
        const apps = yield* InHouseApps
        const made = yield* apps.create({ name: "Tool", runs_on_iphone: true, installer }, { processing })
        expect(made).toMatchObject({ id, file_key: fileKey })
        const posts = requestsTo(server).filter((line) => line.startsWith("POST"))
        expect(posts).toEqual([`POST ${root}/upload`, "POST /storage", `POST ${root}`])
        const create = server.received.find(({ method, path }) => method === "POST" && path === root)
        expect(JSON.parse(String(create?.body))).toEqual({ name: "Tool", runs_on_iphone: true, file_key: fileKey })
      })
    )
  )

  for (const status of ["UPLOAD_FAILED", "VALIDATE_FAILED"]) {
    effect(`is not created if the service says ${status}`, () =>
      withTenant(
        tenant([{ status, reason: "The bundle is not signed." }]),
        options
      )((server) =>
        Effect.gen(function* () {
          const apps = yield* InHouseApps
          const error = yield* Effect.flip(apps.create({ name: "Tool", installer }, { processing }))
          expect(error).toMatchObject({
            _tag: "PayloadTransferError",
            reason: "Rejected",
            detail: "The bundle is not signed."
          })
          expect(requestsTo(server)).not.toContain(`POST ${root}`)
        })
      )
    )
  }

  const other = { ...validated, sha256: "5".repeat(64) }

  effect("is not created if the service has other bytes than were sent", () =>
    withTenant(
      tenant([other]),
      options
    )((server) =>
      Effect.gen(function* () {
        const apps = yield* InHouseApps
        for (const call of [
          apps.create({ name: "Tool", installer }, { processing }),
          apps.update(id, { installer }, { processing })
        ]) {
          expect(yield* Effect.flip(call)).toMatchObject({
            _tag: "PayloadIntegrityError",
            direction: "upload",
            check: "sha256",
            expected: app.sha256,
            actual: other.sha256
          })
        }
        expect(requestsTo(server)).not.toContain(`POST ${root}`)
        expect(requestsTo(server)).not.toContain(`PATCH ${root}/${id}`)
      })
    )
  )

  effect("is created once the service has the right sha256; if the service never reports one, with a warning", () =>
    Effect.gen(function* () {
      for (const [states, warnings] of [
        [[{ status: "VALIDATED" }, other, validated], []],
        [[{ status: "VALIDATED" }], [expect.stringContaining("does not say the sha256 of tool.ipa")]]
      ] as const) {
        const lines: Array<string> = []
        const made = yield* withTenant(
          tenant(states),
          options
        )(() => Effect.flatMap(InHouseApps, (apps) => apps.create({ name: "Tool", installer }, { processing }))).pipe(
          Effect.provide(recordingLogs(lines))
        )
        expect(made).toMatchObject({ id })
        expect(lines.filter((line) => line.startsWith("WARN"))).toEqual(warnings)
      }
    })
  )

  effect("is not uploaded again if it cannot be created", () =>
    withTenant(
      tenant([validated], { status: 400, body: { name: ["Taken."] } }),
      options
    )((server) =>
      Effect.gen(function* () {
        const apps = yield* InHouseApps
        const error = yield* Effect.flip(apps.create({ name: "Tool", installer }, { processing }))
        expect(error).toMatchObject({ reason: "BadRequest", fileKey })
        yield* Effect.flip(apps.create({ name: "Tool", fileKey }))
        expect(requestsTo(server).filter((line) => line === "POST /storage")).toHaveLength(1)
      })
    )
  )

  effect("gets a new installer by an update, whose id is checked before the upload", () =>
    withTenant(
      tenant([validated]),
      options
    )((server) =>
      Effect.gen(function* () {
        const apps = yield* InHouseApps
        expect(yield* Effect.flip(apps.update("..", { installer }))).toMatchObject({
          reason: "InvalidArgument",
          operation: "InHouseApps.update"
        })
        expect(server.received).toHaveLength(0)
        expect(yield* apps.update(id, { installer }, { processing })).toMatchObject({ id })
        expect(requestsTo(server)).toContain(`PATCH ${root}/${id}`)
      })
    )
  )
})
