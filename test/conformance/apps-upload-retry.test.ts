import { effect } from "@effect/vitest"
import { CustomApps, type Installer } from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { appsTenant, echo, fileKey, placeOn } from "../support/apps.js"
import { runCountingWaits } from "../support/clock.js"
import { temporaryFolder } from "../support/files.js"
import { appId } from "../support/records.js"
import { type Handler, inTurn, type Reply } from "../support/server.js"
import { untyped, withTenant } from "../support/tenant.js"

const create = (installer: Installer) =>
  Effect.flatMap(CustomApps, (apps) =>
    apps.create({ name: "App", install_type: "package", install_enforcement: "install_once", installer })
  )
const installer = { bytes: Buffer.from("an installer"), name: "test.pkg" }

describe("the upload step", () => {
  effect("UPF-1: after a presign and a 204 of storage, the app is made with the key of the presign", () =>
    withTenant(
      appsTenant({
        presign: (request) => ({ status: 201, body: placeOn(request, { file_key: "another/key_00000000.pkg" }) })
      })
    )(() =>
      Effect.gen(function* () {
        expect((yield* create(installer)).file_key).toBe("another/key_00000000.pkg")
      })
    )
  )

  effect("UPF-2: a path that does not exist is refused, and nothing is sent", () =>
    withTenant(appsTenant())((server) =>
      Effect.gen(function* () {
        const path = `${yield* temporaryFolder}/none.pkg`
        const error = yield* Effect.flip(create({ path }))
        expect(error).toMatchObject({ _tag: "ApiClientError", reason: "InvalidArgument" })
        expect(error.message).toContain(`The file ${path} does not exist.`)
        expect(server.received).toEqual([])
      })
    )
  )

  effect("UPF-3: a value that is not an installer is refused, and the error says what an installer is", () =>
    withTenant(appsTenant())((server) =>
      Effect.gen(function* () {
        for (const value of ["Firefox.pkg", 7, { file: "Firefox.pkg" }]) {
          const error = yield* Effect.flip(create(untyped<Installer>(Object(value))))
          expect(error).toMatchObject({
            reason: "InvalidArgument",
            fieldErrors: { installer: ["is { path }, { bytes, name } or { stream, size, name }"] }
          })
        }
        expect(server.received).toEqual([])
      })
    )
  )

  effect("UPF-4: a refusal of storage is a PayloadTransferError with its status, code and message", () =>
    withTenant(
      appsTenant({
        storage: { status: 403, body: "<Error><Code>AccessDenied</Code><Message>Invalid signature.</Message></Error>" }
      })
    )((server) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(create(installer))
        expect(error).toMatchObject({
          _tag: "PayloadTransferError",
          reason: "Rejected",
          direction: "upload",
          status: 403,
          code: "AccessDenied",
          detail: "Invalid signature."
        })
        expect(server.received.at(-1)?.path).toBe("/storage/")
      })
    )
  )

  effect("UPF-5: a presign that is not JSON is a Decode error, and nothing is uploaded", () =>
    withTenant(appsTenant({ presign: { status: 201, body: "a place" } }))((server) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(create(installer))
        expect(error).toMatchObject({ _tag: "ApiClientError", reason: "Decode", operation: "CustomApps.presign" })
        expect(server.received).toHaveLength(1)
      })
    )
  )
})

describe("while the service processes an upload", () => {
  const processing: Reply = { status: 503, body: { detail: "The upload is still being processed." } }

  /**
   * An update of an uploaded installer, on a clock that passes every wait at once. The timeout of a call is shorter
   * than any wait, so that the two differ; while a call runs, the clock stands still.
   */
  const update = (answers: Handler) =>
    withTenant(appsTenant({ update: answers }), { timeout: "500 millis" })((server) =>
      Effect.map(
        runCountingWaits(
          Effect.flatMap(CustomApps, (apps) => apps.update(appId, { fileKey })),
          { atLeast: "0.9 seconds", atMost: "1 hour" }
        ),
        (run) => ({ ...run, requests: server.received.length })
      )
    )

  effect(
    "RTY-1 RTY-2 (improved: the 503 must say that the upload is processed): 503, 503, 200 succeeds after two waits",
    () =>
      Effect.gen(function* () {
        const { exit, requests, waits } = yield* update(inTurn(processing, processing, echo))
        expect(exit).toMatchObject({ _tag: "Success", value: { id: appId, file_key: fileKey } })
        expect([waits, requests]).toEqual([[1, 2], 3])
      })
  )

  effect("RTY-3 RTY-4 RTY-5: a 503 that never ends fails after 300 seconds, in waits of 30 seconds at most", () =>
    Effect.gen(function* () {
      const { exit, requests, waits } = yield* update(inTurn(processing))
      expect(exit).toMatchObject({
        _tag: "Failure",
        cause: {
          error: { reason: "Unavailable", status: 503, fileKey, detail: "The upload is still being processed." }
        }
      })
      expect(waits).toEqual([1, 2, 4, 8, 16, ...Array.from({ length: 9 }, () => 30)])
      expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThanOrEqual(300)
      expect(requests).toBe(waits.length + 1)
    })
  )

  effect("RTY-6 RTY-7: a 400 fails at once", () =>
    Effect.gen(function* () {
      const { exit, requests, waits } = yield* update(inTurn({ status: 400, body: { name: ["Too long."] } }))
      expect(exit).toMatchObject({ cause: { error: { reason: "BadRequest", status: 400 } } })
      expect([waits, requests]).toEqual([[], 1])
    })
  )

  effect("RTY-1 (improved): a 503 with any other message fails at once", () =>
    Effect.gen(function* () {
      const { exit, requests } = yield* update(inTurn({ status: 503, body: "upstream connect error" }))
      expect(exit).toMatchObject({ cause: { error: { reason: "Unavailable", status: 503 } } })
      expect(requests).toBe(1)
    })
  )
})
