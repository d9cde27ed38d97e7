import { effect, live } from "@effect/vitest"
import { CustomApps, PayloadIntegrityError, PayloadTransferError, type TransferProgress } from "effect-iru"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { appsTenant, originOf } from "../support/apps.js"
import { namesIn, read, temporaryFolder } from "../support/files.js"
import { appId, appRecord } from "../support/records.js"
import { requestsTo } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const installer = randomBytes(3 * 1024 * 1024 + 17)

const download = (to: string, onProgress?: (step: TransferProgress) => void) =>
  Effect.flatMap(CustomApps, (apps) => apps.download(appId, { to, onProgress }))

describe("download", () => {
  effect("DL-1: the target has exactly the bytes of storage, and no other file is beside it", () =>
    withTenant(appsTenant({ installer }))((server) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const to = join(folder, "app.pkg")
        expect(yield* download(to)).toMatchObject({ path: to, size: installer.length, verified: true })
        expect((yield* read(to)).equals(installer)).toBe(true)
        expect(yield* namesIn(folder)).toEqual(["app.pkg"])
        expect(requestsTo(server)).toEqual([
          `GET /api/v1/library/custom-apps/${appId}`,
          "GET /stored/test_18cf0dfc.pkg"
        ])
      })
    )
  )

  effect("DL-2 DL-3 (improved: a report has the total so far, so none is counted twice): progress is reported", () =>
    withTenant(appsTenant({ installer }))(() =>
      Effect.gen(function* () {
        const steps: Array<TransferProgress> = []
        yield* download(join(yield* temporaryFolder, "app.pkg"), (step) => steps.push(step))
        const bytes = steps.filter(({ phase }) => phase === "downloading").map((step) => step.bytes)
        expect(bytes.at(-1)).toBe(installer.length)
        expect(bytes.length).toBeGreaterThan(1)
        expect(bytes).toEqual(bytes.toSorted((one, other) => one - other))
        expect(steps.every(({ name, total }) => name === "test.pkg" && total === installer.length)).toBe(true)
        expect(steps.at(-1)?.phase).toBe("verifying")
      })
    )
  )

  effect("DL-4 DL-5 DL-6: another sha256 is a PayloadIntegrityError, and no target and no other file is left", () =>
    withTenant(
      appsTenant({
        installer,
        get: (request) => ({
          body: appRecord({
            file_url: `${originOf(request)}/stored/test_18cf0dfc.pkg`,
            file_size: installer.length,
            sha256: "0".repeat(64)
          })
        })
      })
    )(() =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const error = yield* Effect.flip(download(join(folder, "app.pkg")))
        expect(error).toBeInstanceOf(PayloadIntegrityError)
        expect(error).toBeInstanceOf(PayloadTransferError)
        expect(error.message).toContain("sha256")
        expect(yield* namesIn(folder)).toEqual([])
      })
    )
  )

  live(
    "DL-7 DL-8 DL-9: a connection that breaks is a PayloadTransferError, and no target and no other file is left",
    () =>
      withTenant(
        appsTenant({
          installer,
          download: (_, { response }) => {
            response.writeHead(200, { "content-length": installer.length })
            response.write(installer.subarray(0, 100_000), () => response.destroy())
            return "handled"
          }
        })
      )(() =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          const error = yield* Effect.flip(download(join(folder, "app.pkg")))
          expect(error).toMatchObject({ _tag: "PayloadTransferError", direction: "download", name: "test.pkg" })
          expect(error.message).toContain("download of test.pkg")
          expect(yield* namesIn(folder)).toEqual([])
        })
      )
  )

  effect("DL-10 DL-11 DL-12: two downloads to one target at once both succeed, and leave no other file", () => {
    const waiting: Array<() => void> = []
    return withTenant(
      appsTenant({
        installer,
        /** Both downloads wait near the end until the other one is there as well. */
        download: (_, { response }) => {
          response.writeHead(200, { "content-length": installer.length })
          response.write(installer.subarray(0, -1), () => {
            waiting.push(() => response.end(installer.subarray(-1)))
            if (waiting.length === 2) for (const finish of waiting) finish()
          })
          return "handled"
        }
      })
    )(() =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const to = join(folder, "app.pkg")
        const both = yield* Effect.all([download(to), download(to)], { concurrency: 2 })
        expect(both.map(({ size }) => size)).toEqual([installer.length, installer.length])
        expect((yield* read(to)).equals(installer)).toBe(true)
        expect(yield* namesIn(folder)).toEqual(["app.pkg"])
      })
    )
  })
})
