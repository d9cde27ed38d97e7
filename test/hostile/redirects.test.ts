/**
 * A redirect is never followed with the token. A redirect of storage is followed, without a token.
 */
import { describe, live } from "@effect/vitest"
import { ApiClient, CustomScripts, InstallerTransfer } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect } from "vitest"
import { serve } from "../support/server.js"
import { token, withTenant } from "../support/tenant.js"
import { expectNothingUnhandled, getOne, script } from "./support.js"

expectNothingUnhandled()

const temporaryFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "effect-iru-redirects-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

describe("a redirect of an API call", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    live(`with ${status} to another origin is an UnexpectedStatus, and the other origin gets no request`, () =>
      Effect.gen(function* () {
        const other = yield* serve(() => ({ body: script("stolen") }))
        yield* withTenant(() => ({ status, headers: { location: `${other.origin}/api/v1/steal` } }))(({ received }) =>
          Effect.gen(function* () {
            const client = yield* ApiClient
            const scripts = yield* CustomScripts
            const failures = [
              yield* Effect.flip(getOne()),
              yield* Effect.flip(scripts.create({ name: "x", script: "true", execution_frequency: "once" })),
              yield* Effect.flip(scripts.update("a", { name: "y" })),
              yield* Effect.flip(scripts.delete("a")),
              yield* Effect.flip(scripts.list()),
              yield* Effect.flip(client.get("/api/v1/devices", Schema.Unknown))
            ]
            for (const error of failures) {
              expect(error.reason).toBe("UnexpectedStatus")
              expect(error.status).toBe(status)
              expect(error.message).toContain("check the tenant URL")
            }
            expect(received).toHaveLength(failures.length)
          })
        )
        expect(other.received).toEqual([])
      }).pipe(Effect.scoped)
    )
  }

  live("to another path of the same tenant is not followed either", () =>
    withTenant(() => ({ status: 308, headers: { location: "/api/v1/library/custom-scripts/b" } }))(({ received }) =>
      Effect.gen(function* () {
        expect((yield* Effect.flip(getOne())).status).toBe(308)
        expect(received).toHaveLength(1)
      })
    )
  )

  live("without a location, or with an invalid one, is an UnexpectedStatus too", () =>
    Effect.gen(function* () {
      const elsewhere: ReadonlyArray<Record<string, string>> = [{}, { location: "http://[bad" }, { location: "" }]
      for (const headers of elsewhere) {
        yield* withTenant(() => ({ status: 302, headers }))(() =>
          Effect.map(Effect.flip(getOne()), ({ reason }) => expect(reason).toBe("UnexpectedStatus"))
        )
      }
    })
  )
})

describe("a redirect of a download", () => {
  live("to another origin is followed, without a token and without the address that it came from", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const target = join(folder, "App.pkg")
      for (const status of [301, 302, 307, 308]) {
        const store = yield* serve(() => ({ body: "the installer" }))
        const front = yield* serve(() => ({ status, headers: { location: `${store.origin}/real` } }))
        yield* withTenant(() => ({}))(() =>
          Effect.gen(function* () {
            const transfer = yield* InstallerTransfer
            const url = Redacted.make(`${front.origin}/App.pkg?X-Amz-Signature=of-the-front`)
            const done = yield* transfer.download(Effect.succeed({ url, name: "App.pkg" }), target)
            expect(done.size).toBe(13)
          })
        )
        expect(yield* Effect.promise(() => readFile(target, "utf8"))).toBe("the installer")
        const [request] = store.received
        expect(request?.search).toBe("")
        expect(request?.headers.authorization).toBeUndefined()
        expect(JSON.stringify(request)).not.toMatch(new RegExp(`${token}|of-the-front`))
      }
    }).pipe(Effect.scoped)
  )

  live("that never ends, or leads to an address that is not http or https, fails and leaves no file", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const location of [undefined, "file:///etc/passwd", "http://[bad", "ftp://127.0.0.1/x"]) {
        const front = yield* serve(({ path }) => ({ status: 302, headers: { location: location ?? path } }))
        yield* withTenant(() => ({}))(() =>
          Effect.gen(function* () {
            const transfer = yield* InstallerTransfer
            const url = Redacted.make(`${front.origin}/App.pkg?X-Amz-Signature=s3cret`)
            const error = yield* Effect.flip(
              transfer.download(Effect.succeed({ url, name: "App.pkg" }), join(folder, "App.pkg"))
            )
            expect(error._tag).toBe("PayloadTransferError")
            expect(front.received.length).toBeLessThan(20)
          })
        )
      }
      expect(yield* Effect.promise(() => readdir(folder))).toEqual([])
    }).pipe(Effect.scoped)
  )
})

describe("a redirect of an upload", () => {
  live("is a refusal: the form with its signature is sent to the first address and nowhere else", () =>
    Effect.gen(function* () {
      const other = yield* serve(() => ({ status: 204 }))
      for (const status of [301, 302, 303, 307, 308]) {
        const store = yield* serve(() => ({ status, headers: { location: `${other.origin}/steal` } }))
        yield* withTenant(() => ({}))(() =>
          Effect.gen(function* () {
            const transfer = yield* InstallerTransfer
            const place = {
              name: "App.pkg",
              expires: "",
              post_url: store.origin,
              post_data: Redacted.make({ key: "App.pkg", "x-amz-signature": "s3cret" }),
              file_key: "App.pkg"
            }
            const installer = { bytes: new TextEncoder().encode("the installer"), name: "App.pkg" }
            const error = yield* Effect.flip(transfer.upload(installer, { presign: Effect.succeed(place) }))
            expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Rejected", status })
          })
        )
      }
      expect(other.received).toEqual([])
    }).pipe(Effect.scoped)
  )
})
