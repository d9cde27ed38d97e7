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
  effect("APU-1 APU-2 APU-5: an installer is uploaded and finalized, and then the app is changed", () => {
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

  effect("APU-3 APU-4 APU-6: an update without an installer uploads nothing", () =>
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
    [
      "APU-8: a zip with an empty unzip_location",
      { install_type: "zip", unzip_location: "", installer },
      "unzip_location"
    ],
    [
      "APU-9: an audit script on an app that is installed once",
      { install_enforcement: "install_once", audit_script: "exit 0", installer },
      "audit_script"
    ],
    [
      "APU-10: Self Service with its category cleared",
      { show_in_self_service: true, self_service_category_id: "", installer },
      "self_service_category_id"
    ],
    [
      "APU-11: no enforcement outside Self Service",
      { install_enforcement: "no_enforcement", show_in_self_service: false, installer },
      "show_in_self_service"
    ],
    [
      "APU-12: no enforcement with its category cleared",
      { install_enforcement: "no_enforcement", self_service_category_id: "", installer },
      "self_service_category_id"
    ],
    [
      "continuous enforcement with the audit script cleared",
      { install_enforcement: "continuously_enforce", audit_script: "", installer },
      "audit_script"
    ],
    ["an installer together with a fileKey", { fileKey, installer }, "fileKey"],
    ["nothing to change", {}, ""],
    ["only undefined values", { name: undefined, active: undefined }, ""]
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
    ["APU-13 APU-14 APU-15 APU-16: only a name", { name: "Renamed" }, [["name", "Renamed"]]],
    ["APU-16: only false", { active: false }, [["active", "false"]]],
    [
      "APU-16: a name, true and false, with undefined values beside them",
      { name: "Renamed", active: true, restart: false, audit_script: undefined },
      [
        ["name", "Renamed"],
        ["active", "true"],
        ["restart", "false"]
      ]
    ],
    ["an empty script, which clears it", { preinstall_script: "" }, [["preinstall_script", ""]]],
    [
      "only an audit script, for an app that is already continuously enforced",
      { audit_script: "exit 0" },
      [["audit_script", "exit 0"]]
    ],
    [
      "only a category, for an app that is already in Self Service",
      { self_service_category_id: categoryId },
      [["self_service_category_id", categoryId]]
    ],
    [
      "APU-8 (improved): another type, for an app that has an unzip_location",
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
      "removal from Self Service, without the category, which the service would drop",
      { show_in_self_service: false, self_service_category_id: categoryId, self_service_recommended: true },
      [["show_in_self_service", "false"]]
    ],
    ["the key of an uploaded installer", { fileKey }, [["file_key", fileKey]]]
  ]
  for (const [row, changes, fields] of sent) {
    effect(`${row}: exactly these fields are sent`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          yield* update(changes)
          expect(formOf(lastRequest(server))).toEqual(fields)
        })
      )
    )
  }
})
