/**
 * What a create returns, whatever fields the tenant's answer has.
 */
import { effect } from "@effect/vitest"
import { CustomApps, CustomProfiles, CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { appRecord, profileRecord, scriptRecord } from "../support/records.js"
import { requestsTo, routes } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const library = "/api/v1/library"

/** A tenant that answers a create with an id and a name only. */
const sparing = (path: string, record: { readonly id: string; readonly name: string }) => ({
  [`POST ${library}/${path}`]: { status: 201, body: { id: record.id, name: record.name } },
  [`GET ${library}/${path}/${record.id}`]: { body: record }
})
const tenant = routes({
  ...sparing("custom-scripts", scriptRecord()),
  ...sparing("custom-profiles", profileRecord()),
  ...sparing("custom-apps", appRecord())
})

effect("if a create is answered with an id and a name only, the call succeeds and the record can be read", () =>
  withTenant(tenant)((server) =>
    Effect.gen(function* () {
      const script = yield* (yield* CustomScripts).create({ name: "x", script: "true", execution_frequency: "once" })
      expect(script).toMatchObject({ id: scriptRecord().id, script: scriptRecord().script })
      const profile = yield* (yield* CustomProfiles).create({
        name: "x",
        runs_on_mac: true,
        file: { content: "<plist/>" }
      })
      expect(profile).toMatchObject({ id: profileRecord().id, mdm_identifier: profileRecord().mdm_identifier })
      const app = yield* (yield* CustomApps).create({
        name: "x",
        install_type: "package",
        install_enforcement: "install_once",
        fileKey: appRecord().file_key
      })
      expect(app).toMatchObject({ id: appRecord().id, file_key: appRecord().file_key })
      expect(requestsTo(server)).toEqual([
        `POST ${library}/custom-scripts`,
        `GET ${library}/custom-scripts/${script.id}`,
        `POST ${library}/custom-profiles`,
        `GET ${library}/custom-profiles/${profile.id}`,
        `POST ${library}/custom-apps`,
        `GET ${library}/custom-apps/${app.id}`
      ])
    })
  )
)

effect("an answer with more fields that lacks a required one is still a failure", () =>
  withTenant(routes({ [`POST ${library}/custom-scripts`]: { status: 201, body: { ...scriptRecord(), script: 5 } } }))(
    (server) =>
      Effect.gen(function* () {
        const scripts = yield* CustomScripts
        const error = yield* Effect.flip(scripts.create({ name: "x", script: "true", execution_frequency: "once" }))
        expect(error).toMatchObject({ reason: "Decode", operation: "CustomScripts.create" })
        expect(requestsTo(server)).toHaveLength(1)
      })
  )
)
