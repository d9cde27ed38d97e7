/**
 * A call does not succeed if the tenant has another installer than the one that was sent.
 */
import { effect, scopedLive } from "@effect/vitest"
import { type CreateCustomApp, CustomApps, type Installer } from "effect-iru"
import { S3Installers } from "effect-iru/s3"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { createHash, randomBytes } from "node:crypto"
import { closeSync, openSync, statSync, utimesSync, writeSync } from "node:fs"
import { describe, expect } from "vitest"
import { clientOf, newBucket, put } from "../s3/support.js"
import { recordingLogs } from "../session/support.js"
import { appsTenant, fileKey, root } from "../support/apps.js"
import { bucket } from "../support/bucket.js"
import { runCountingWaits } from "../support/clock.js"
import { temporaryFile } from "../support/files.js"
import { appId, appRecord, pageOf } from "../support/records.js"
import { type Handler, inTurn, requestsTo, routes } from "../support/server.js"
import { fieldsOf, untyped, withTenant } from "../support/tenant.js"

const bytes = Buffer.from("version 2")
const other = "5".repeat(64)
const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")
const right = { sha256: hash(bytes), file_size: bytes.length }

const installer: Installer = { bytes, name: "Firefox.pkg" }
const fields = { name: "Firefox", install_type: "package", install_enforcement: "install_once" } as const
const twice = { processing: Schedule.recurs(2) }

/** A tenant whose app has these fields: first in the answer to the write, then in each read. */
const saying = (answer: object, ...later: ReadonlyArray<object>) => {
  const reply = { body: appRecord({ name: "Firefox", ...answer }) }
  const [first = answer, ...rest] = later
  const get = inTurn(...[first, ...rest].map((stored) => ({ body: appRecord({ name: "Firefox", ...stored }) })))
  return appsTenant({ create: reply, update: reply, get })
}

/** A tenant that accepts an app, reports nothing of its installer, and refuses reads. */
const silent = (() => {
  const reply = { body: appRecord({ name: "Firefox", sha256: null, file_size: null }) }
  return { create: reply, update: reply, get: { status: 403, body: { detail: "You may not." } } }
})()

/** The tenant already has an app of this name, with another installer of the same size. */
const withTheOldOne = (tenant: Handler): Handler => {
  const listed = routes({
    [`GET ${root}`]: { body: pageOf([appRecord({ name: "Firefox", sha256: other, file_size: bytes.length })]) }
  })
  return (request, raw) => (request.path === root && request.method === "GET" ? listed : tenant)(request, raw)
}

const calls = [
  ["create", (apps, options) => apps.create({ ...fields, installer }, options)],
  ["update", (apps, options) => apps.update(appId, { installer }, options)],
  ["publish", (apps, options) => Effect.map(apps.publish({ ...fields, installer }, options), ({ app }) => app)],
  [
    "create from a key with its sha256",
    (apps, options) => apps.create({ ...fields, fileKey, sha256: right.sha256.toUpperCase() }, options)
  ],
  [
    "update from a key with its sha256",
    (apps, options) => apps.update(appId, { fileKey, sha256: right.sha256 }, options)
  ]
] satisfies ReadonlyArray<
  readonly [string, (apps: CustomApps.Service, options?: CustomApps.PublishOptions) => Effect.Effect<object, unknown>]
>

for (const [what, call] of calls) {
  const run = (options?: CustomApps.PublishOptions) => Effect.flatMap(CustomApps, (apps) => call(apps, options))

  describe(what, () => {
    effect("sends no more requests if the tenant has what was sent", () =>
      withTenant(withTheOldOne(saying(right)))((server) =>
        Effect.gen(function* () {
          expect(yield* run(twice)).toMatchObject(right)
          expect(requestsTo(server)).not.toContain(`GET ${root}/${appId}`)
        })
      )
    )

    effect("reads the app again while the tenant still has the old installer, and returns what it reads last", () =>
      withTenant(withTheOldOne(saying({ sha256: other, file_size: 3 }, { sha256: null }, right)))((server) =>
        Effect.gen(function* () {
          expect(yield* run(twice)).toMatchObject(right)
          expect(requestsTo(server).filter((request) => request === `GET ${root}/${appId}`)).toHaveLength(2)
        })
      )
    )

    effect("fails after its last try with both hashes and the app, and does not change the app", () =>
      withTenant(withTheOldOne(saying({ ...right, sha256: other })))((server) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(run(twice))
          expect(error).toMatchObject({
            _tag: "PayloadIntegrityError",
            direction: "upload",
            check: "sha256",
            expected: right.sha256,
            actual: other,
            appId,
            message: expect.stringContaining(`The app ${appId} is left as it is`)
          })
          expect(requestsTo(server).filter((request) => request === `GET ${root}/${appId}`)).toHaveLength(2)
          expect(requestsTo(server)).not.toContain(`DELETE ${root}/${appId}`)
        })
      )
    )

    effect("succeeds with a warning if the tenant never reports a sha256, or refuses to be asked", () =>
      Effect.gen(function* () {
        for (const later of [saying({ sha256: null, file_size: null }), appsTenant(silent)]) {
          const logs: Array<string> = []
          const app = yield* withTenant(withTheOldOne(later), { retry: { times: 0 } })(() => run(twice)).pipe(
            Effect.provide(recordingLogs(logs))
          )
          expect(app).toMatchObject({ id: appId })
          expect(logs.filter((line) => line.startsWith("WARN"))).toEqual([
            expect.stringMatching(new RegExp(`does not say the sha256 of .* \\(app ${appId}\\)`))
          ])
        }
      })
    )
  })
}

effect("without a sha256 from the tenant, another size is still a failure", () =>
  withTenant(saying({ sha256: null, file_size: 8 }))(() =>
    Effect.gen(function* () {
      const apps = yield* CustomApps
      const error = yield* Effect.flip(apps.create({ ...fields, installer }, twice))
      expect(error).toMatchObject({ _tag: "PayloadIntegrityError", check: "size", expected: "9", actual: "8", appId })
    })
  )
)

effect("by default, a tenant that reports another installer is asked for five minutes", () =>
  withTenant(saying({ ...right, sha256: other }), { timeout: "500 millis" })(() =>
    Effect.gen(function* () {
      const create = Effect.flatMap(CustomApps, (apps) => apps.create({ ...fields, fileKey, sha256: right.sha256 }))
      const { exit, waits } = yield* runCountingWaits(create, { atLeast: "0.9 seconds", atMost: "1 hour" })
      expect(exit).toMatchObject({ _tag: "Failure", cause: { error: { _tag: "PayloadIntegrityError" } } })
      expect(waits.slice(0, 5)).toEqual([1, 2, 4, 8, 16])
      expect(waits.reduce((sum, wait) => sum + wait)).toBe(301)
    })
  )
)

effect("sha256 must be a valid hash, and can only be given with a fileKey", () =>
  withTenant(appsTenant())((server) =>
    Effect.gen(function* () {
      const apps = yield* CustomApps
      for (const app of [
        { ...fields, fileKey, sha256: "abc" },
        { ...fields, installer, sha256: right.sha256 }
      ]) {
        expect(fieldsOf(yield* Effect.flip(apps.create(untyped<CreateCustomApp>(app))))).toEqual(["sha256"])
      }
      expect(server.received).toEqual([])
    })
  )
)

describe("a file that is changed in place and gets its old modification time back", () => {
  const large = randomBytes(6 * 1024 * 1024)
  const changeIn = (path: string, at: number) => {
    const { atime, mtime } = statSync(path)
    const file = openSync(path, "r+")
    writeSync(file, Buffer.from("changed"), 0, 7, at)
    closeSync(file)
    utimesSync(path, atime, mtime)
  }

  effect("after publish has read it is a Source failure, and no app is made of it", () =>
    withTenant(
      routes({
        [`GET ${root}`]: { body: pageOf([appRecord({ name: "Firefox", sha256: other, file_size: large.length })]) },
        ...Object.fromEntries(
          ["POST /storage/", `POST ${root}/upload`, `PATCH ${root}/*`].map((route) => [route, appsTenant()])
        )
      })
    )((server) =>
      Effect.gen(function* () {
        const path = yield* temporaryFile("Firefox.pkg", large)
        utimesSync(path, 1_700_000_000, 1_700_000_000)
        const apps = yield* CustomApps
        let isChanged = false
        const error = yield* Effect.flip(
          apps.publish(
            { ...fields, installer: { path } },
            {
              onProgress: ({ phase }) => {
                if (phase === "uploading" && !isChanged) changeIn(path, large.length - 7)
                isChanged ||= phase === "uploading"
              }
            }
          )
        )
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source", direction: "upload" })
        expect(error.message).toContain("changed after its sha256 was read")
        expect(requestsTo(server)).not.toContain(`PATCH ${root}/${appId}`)
      })
    )
  )
})

describe("an installer from a bucket", () => {
  const onBucket = <A, E>(program: Effect.Effect<A, E, CustomApps | S3Installers.Client>, tenant: Handler) =>
    Effect.flatMap(bucket(), (store) => withTenant(tenant)(() => program.pipe(Effect.provide(clientOf(store)))))

  scopedLive("whose sha256 differs from its metadata is a Source failure, and no app is made of it", () =>
    onBucket(
      Effect.gen(function* () {
        const Bucket = yield* newBucket
        yield* put(Bucket, "good.pkg", bytes, { sha256: right.sha256.toUpperCase() })
        yield* put(Bucket, "bad.pkg", bytes, { sha256: other })
        const apps = yield* CustomApps
        const create = (key: string) =>
          Effect.flatMap(S3Installers.source({ bucket: Bucket, key }), (installer) =>
            apps.create({ ...fields, installer })
          )
        expect(yield* create("good.pkg")).toMatchObject(right)
        const error = yield* Effect.flip(create("bad.pkg"))
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source" })
        expect(error.message).toContain(`its sha256 is ${right.sha256}, but its metadata says ${other}`)
      }),
      appsTenant()
    )
  )

  scopedLive("is compared with what the tenant has, like any other installer", () =>
    onBucket(
      Effect.gen(function* () {
        const Bucket = yield* newBucket
        yield* put(Bucket, "Firefox.pkg", bytes)
        const apps = yield* CustomApps
        const installer = yield* S3Installers.source({ bucket: Bucket, key: "Firefox.pkg" })
        const error = yield* Effect.flip(apps.create({ ...fields, installer }, twice))
        expect(error).toMatchObject({ _tag: "PayloadIntegrityError", expected: right.sha256, actual: other, appId })
      }),
      saying({ ...right, sha256: other })
    )
  )
})
