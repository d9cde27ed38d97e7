/**
 * A sandbox shows the requests that it got: to a test, on its page, on a shared screen.
 */
import { live } from "@effect/vitest"
import { CustomApps, CustomScripts, DeviceActions } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect } from "vitest"
import { tenantAt } from "../support/tenant.js"
import { leaks, secrets, writtenDown } from "./secrets.js"

live("the requests that a sandbox records hold neither the token nor a signature", () =>
  Effect.gen(function* () {
    const { events, requests, tenantUrl } = yield* Sandbox
    const heard: Array<unknown> = []
    const watching = yield* Effect.fork(Stream.runForEach(events, (event) => Effect.sync(() => heard.push(event))))
    yield* Effect.yieldNow()
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "effect-iru-sandbox-secrets-"))),
      (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
    )
    const app = yield* Effect.gen(function* () {
      const apps = yield* CustomApps
      yield* (yield* CustomScripts).list()
      const installer = { bytes: new TextEncoder().encode("the installer"), name: "App.pkg" }
      const { id } = yield* apps.create({
        name: "App",
        install_type: "package",
        install_enforcement: "install_once",
        installer
      })
      yield* apps.download(id, { to: join(folder, "App.pkg") })
      return yield* apps.get(id)
    }).pipe(Effect.provide(Iru.layer(tenantAt(tenantUrl, { apiToken: secrets.token }))))
    yield* Fiber.interrupt(watching)

    const seen = yield* requests
    expect(seen.map(({ target }) => target)).toContain("storage")
    expect(heard.length).toBeGreaterThan(0)
    const said = [...writtenDown("the requests", seen), ...writtenDown("the events", Chunk.fromIterable(heard))]
    expect(leaks(said)).toEqual([])
    const address = new URL(Redacted.value(app.file_url ?? Redacted.make("http://none")))
    expect(address.searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/)
    // An address is signed again each time, so no signature at all may be there.
    for (const { text } of said) expect(text).not.toMatch(/(?:Signature|signature)\W{1,9}[0-9a-f]{64}/)
  }).pipe(Effect.provide(Sandbox.layer({ apiToken: secrets.token })), Effect.scoped)
)

live("the requests that a sandbox records hold no PIN and no passcode", () =>
  Effect.gen(function* () {
    const { apiToken, state, tenantUrl } = yield* Sandbox
    const mac = yield* state.devices.put({ platform: "Mac" })
    const phone = yield* state.devices.put({ platform: "Android" })
    yield* Effect.gen(function* () {
      const actions = yield* DeviceActions
      yield* actions.erase(mac.id, { PIN: Redacted.make("271828") })
      yield* actions.resetWorkProfilePasscode(phone.id, { newPassword: Redacted.make('a "quoted" 314159') })
    }).pipe(Effect.provide(Iru.layer(tenantAt(tenantUrl, { apiToken }))))
    // Bodies that are not JSON, and JSON with other key names, are cleaned too.
    for (const body of ['{"PIN": "271828', '{"pin":271828}', '{"newpassword" : "x 314159"}']) {
      yield* Effect.promise(() =>
        fetch(`${tenantUrl}/api/v1/devices/${mac.id}/action/erase`, {
          method: "POST",
          headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
          body
        })
      )
    }
    const seen = yield* Sandbox.requests
    expect(seen.filter(({ body }) => body.includes("<redacted>"))).toHaveLength(5)
    for (const { text } of writtenDown("the requests", seen)) expect(text).not.toMatch(/271828|314159/)
  }).pipe(Effect.provide(Sandbox.layer()), Effect.scoped)
)
