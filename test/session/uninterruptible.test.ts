/**
 * Effect does not interrupt the acquisition of a resource. A create that runs there must still obey its timeouts.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { CustomApps, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import * as Layer from "effect/Layer"
import { expect } from "vitest"
import { withTenant } from "../support/tenant.js"

live("a call without an answer times out while a resource is acquired", () =>
  withTenant(() => "handled", { timeout: "100 millis" })(() =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      const error = yield* Effect.flip(
        Effect.scoped(
          Effect.acquireRelease(scripts.create({ name: "a", script: "b", execution_frequency: "once" }), (script) =>
            Effect.ignore(scripts.delete(script.id))
          )
        )
      )
      expect(error.reason).toBe("Timeout")
    })
  )
)

live("an upload ends as soon as it is done while a resource is acquired, and does not wait for its stall check", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const app = yield* Effect.acquireRelease(
      apps.create({
        name: "a",
        install_type: "package",
        install_enforcement: "install_once",
        installer: { bytes: new Uint8Array(1000), name: "a.pkg" }
      }),
      (app) => Effect.ignore(apps.delete(app.id))
    )
    expect(app.file_size).toBe(1000)
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.unwrapEffect(
        Effect.map(Sandbox, ({ apiToken, tenantUrl }) =>
          Iru.layer({ tenantUrl, apiToken, transfer: { stallTimeout: "1 hour" } })
        )
      )
    ),
    Effect.provide(Sandbox.layer())
  )
)
