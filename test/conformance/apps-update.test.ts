import { effect } from "@effect/vitest"
import { CustomApps, type UpdateCustomApp } from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { appsTenant, fileKey, root } from "../support/apps.js"
import { formOf } from "../support/bodies.js"
import { appId, categoryId } from "../support/records.js"
import { lastRequest, requestsTo } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const installer = { bytes: Buffer.from("another installer"), name: "test.pkg" }
const update = (changes: UpdateCustomApp, options?: CustomApps.PublishOptions) =>
  Effect.flatMap(CustomApps, (apps) => apps.update(appId, changes, options))

describe("update", () => {
  effect("APU-1 APU-2 APU-5: with an installer, it is uploaded, finalized, and then the app is changed", () => {
    const phases: Array<string> = []
    return withTenant(appsTenant())((server) =>
      Effect.gen(function* () {
        const app = yield* update(
          { name: "Renamed", installer },
          { onProgress: ({ phase }) => phases.push(`${phase} after ${server.received.length} requests`) }
        )
        expect(app).toMatchObject({ id: appId, name: "Renamed", file_key: fileKey })
        expect(requestsTo(server)).toEqual([`POST ${root}/upload`, "POST /storage/", `PATCH ${root}/${appId}`])
        expect(phases[0]).toMatch(/^uploading after [12] /)
        expect(phases.at(-1)).toBe("finalizing after 2 requests")
      })
    )
  })

  effect("APU-3 APU-4 APU-6: without an installer nothing is uploaded", () =>
    withTenant(appsTenant())((server) =>
      Effect.gen(function* () {
        expect(yield* update({ name: "Renamed" })).toMatchObject({ id: appId, name: "Renamed" })
        expect(requestsTo(server)).toEqual([`PATCH ${root}/${appId}`])
      })
    )
  )

  effect("APU-7: an answer that is not JSON is a Decode error", () =>
    withTenant(appsTenant({ update: { body: "changed" } }))(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(update({ name: "Renamed" }))
        expect(error).toMatchObject({ _tag: "ApiClientError", reason: "Decode" })
        expect(error.message).toContain("Invalid JSON")
      })
    )
  )

  const refused: ReadonlyArray<readonly [string, UpdateCustomApp, string]> = [
    ["APU-8: a zip whose place is cleared", { install_type: "zip", unzip_location: "", installer }, "unzip_location"],
    [
      "APU-9: an audit script on an app that is installed once",
      { install_enforcement: "install_once", audit_script: "exit 0", installer },
      "audit_script"
    ],
    [
      "APU-10: Self Service with the category cleared",
      { show_in_self_service: true, self_service_category_id: "", installer },
      "self_service_category_id"
    ],
    [
      "APU-11: no enforcement outside Self Service",
      { install_enforcement: "no_enforcement", show_in_self_service: false, installer },
      "show_in_self_service"
    ],
    [
      "APU-12: no enforcement with the category cleared",
      { install_enforcement: "no_enforcement", self_service_category_id: "", installer },
      "self_service_category_id"
    ],
    [
      "continuous enforcement with the audit script cleared",
      { install_enforcement: "continuously_enforce", audit_script: "", installer },
      "audit_script"
    ],
    ["an installer and the key of another", { fileKey, installer }, "fileKey"],
    ["nothing to change", {}, ""],
    ["nothing but undefined", { name: undefined, active: undefined }, ""]
  ]
  for (const [row, changes, field] of refused) {
    effect(`${row} is refused before anything is sent`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(update(changes))
          expect(error).toMatchObject({
            reason: "InvalidArgument",
            operation: "CustomApps.update",
            fieldErrors: { [field]: [expect.any(String)] }
          })
          expect(server.received).toEqual([])
        })
      )
    )
  }

  const sent: ReadonlyArray<readonly [string, UpdateCustomApp, ReadonlyArray<readonly [string, string]>]> = [
    ["APU-13 APU-14 APU-15 APU-16: a name alone", { name: "Renamed" }, [["name", "Renamed"]]],
    ["APU-16: false alone", { active: false }, [["active", "false"]]],
    [
      "APU-16: a name, true and false, beside what is undefined",
      { name: "Renamed", active: true, restart: false, audit_script: undefined },
      [
        ["name", "Renamed"],
        ["active", "true"],
        ["restart", "false"]
      ]
    ],
    ["an empty script, which clears it", { preinstall_script: "" }, [["preinstall_script", ""]]],
    [
      "an audit script alone, for an app that is continuously enforced already",
      { audit_script: "exit 0" },
      [["audit_script", "exit 0"]]
    ],
    [
      "a category alone, for an app that is shown already",
      { self_service_category_id: categoryId },
      [["self_service_category_id", categoryId]]
    ],
    [
      "APU-8 (improved): another type, for an app that has a place to unpack it",
      { install_type: "zip" },
      [["install_type", "zip"]]
    ],
    [
      "continuous enforcement, for an app that has an audit script",
      { install_enforcement: "continuously_enforce" },
      [["install_enforcement", "continuously_enforce"]]
    ],
    [
      "APU-10 (improved): Self Service, for an app that has a category",
      { show_in_self_service: true },
      [["show_in_self_service", "true"]]
    ],
    [
      "APU-12 (improved): no enforcement, for an app that is in Self Service",
      { install_enforcement: "no_enforcement" },
      [["install_enforcement", "no_enforcement"]]
    ],
    [
      "an app that is taken from Self Service, beside a category that the service would drop",
      { show_in_self_service: false, self_service_category_id: categoryId, self_service_recommended: true },
      [["show_in_self_service", "false"]]
    ],
    ["the key of an installer that is uploaded", { fileKey }, [["file_key", fileKey]]]
  ]
  for (const [row, changes, fields] of sent) {
    effect(`${row}: exactly that is sent`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          yield* update(changes)
          expect(formOf(lastRequest(server))).toEqual(fields)
        })
      )
    )
  }
})
