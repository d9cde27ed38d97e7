/**
 * What must hold on every store: on a bucket in memory, and on a real one that checks every signature.
 */
import { scopedLive } from "@effect/vitest"
import { CustomApps } from "effect-iru"
import { S3Installers } from "effect-iru/s3"
import { Sandbox } from "effect-iru/sandbox"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { inspect } from "node:util"
import { beforeAll, describe, expect, inject } from "vitest"
import { bucket } from "../support/bucket.js"
import { hasRadosgw, radosgw } from "../support/radosgw.js"
import { onSandbox, writes } from "../support/sandbox.js"
import { bytesOf, clientOf, lingering, mebibyte, newBucket, objectAt, published, put, sha256 } from "./support.js"

const available = hasRadosgw("installers in a real S3 store")
const ofThisRun = Effect.suspend(() => radosgw(inject("radosgwFolder")))

const stores = [
  { name: "a bucket in memory", store: bucket(), runs: true },
  { name: "radosgw", store: ofThisRun, runs: available }
]

for (const { name, runs, store } of stores) {
  describe.runIf(runs)(`on ${name}`, () => {
    if (name === "radosgw") beforeAll(() => Effect.runPromise(Effect.asVoid(ofThisRun)), 300_000)

    const it = <A, E>(what: string, program: Effect.Effect<A, E, CustomApps | Sandbox | S3Installers.Client>) =>
      scopedLive(
        what,
        () => Effect.flatMap(store, (store) => program.pipe(Effect.provide(clientOf(store)), onSandbox())),
        120_000
      )

    it(
      "an installer in a bucket is published like any other, and only once",
      Effect.gen(function* () {
        const bytes = bytesOf(7 * mebibyte + 3)
        const Bucket = yield* newBucket
        yield* put(Bucket, "apps/firefox/Firefox 1.0.pkg", bytes)
        const apps = yield* CustomApps
        const publish = Effect.gen(function* () {
          const installer = yield* S3Installers.source({ bucket: Bucket, key: "apps/firefox/Firefox 1.0.pkg" })
          return yield* apps.publish({
            name: "Firefox",
            install_type: "package",
            install_enforcement: "install_once",
            installer
          })
        })
        expect(yield* publish).toMatchObject({
          status: "created",
          app: { file_name: "Firefox 1.0.pkg", file_size: bytes.length, sha256: sha256(bytes) }
        })
        expect(yield* publish).toMatchObject({ status: "unchanged" })
      })
    )

    it(
      "an object that was replaced after it was chosen is not published",
      Effect.gen(function* () {
        const Bucket = yield* newBucket
        yield* put(Bucket, "Firefox.pkg", Buffer.from("version 1"))
        const apps = yield* CustomApps
        const installer = yield* S3Installers.source({ bucket: Bucket, key: "Firefox.pkg" })
        yield* put(Bucket, "Firefox.pkg", Buffer.from("version 2"))
        const error = yield* Effect.flip(
          apps.create({ name: "Firefox", install_type: "package", install_enforcement: "install_once", installer })
        )
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source" })
        expect(error.message).toContain("was changed since it was opened")
        expect(yield* apps.list()).toMatchObject({ count: 0 })
        expect(
          (yield* Sandbox.requests).filter(({ status, target }) => target === "storage" && status === 204)
        ).toEqual([])
      })
    )

    it(
      "if the object or the bucket does not exist, the failure has its address",
      Effect.gen(function* () {
        const Bucket = yield* newBucket
        for (const bucket of [Bucket, `${Bucket}-not`]) {
          const error = yield* Effect.flip(S3Installers.source({ bucket, key: "a/Firefox.pkg" }))
          expect(error).toMatchObject({ reason: "Source", direction: "upload", name: "Firefox.pkg", status: 404 })
          expect(error.message).toContain(`s3://${bucket}/a/Firefox.pkg`)
        }
      })
    )

    for (const [what, size] of [
      ["a small installer in one piece", 1000],
      ["a large installer in parts", 13 * mebibyte + 5]
    ] as const) {
      it(
        `${what} is archived with its sha256, and is not sent again`,
        Effect.gen(function* () {
          const bytes = bytesOf(size)
          const Bucket = yield* newBucket
          const app = yield* published(bytes)
          const target = { bucket: Bucket, key: `iru/${app.file_name}`, partSize: 5 * mebibyte, concurrency: 2 }
          const expected = { bucket: Bucket, key: "iru/Firefox.pkg", size, sha256: sha256(bytes), verified: true }
          expect(yield* S3Installers.archive(app, target)).toEqual({ status: "archived", ...expected })
          const object = yield* objectAt(Bucket, target.key)
          expect(object?.bytes.equals(bytes)).toBe(true)
          expect(object?.metadata).toEqual({ sha256: sha256(bytes) })
          expect(yield* lingering(Bucket)).toBe(0)

          const reads = Effect.map(Sandbox.requests, (all) => all.filter(({ target }) => target === "storage").length)
          const before = yield* reads
          expect(yield* S3Installers.archive(app.id, target)).toEqual({ status: "unchanged", ...expected })
          expect(yield* reads).toBe(before)
        })
      )

      it(
        `${what} with other bytes than the tenant reports leaves nothing in the bucket`,
        Effect.scoped(
          Effect.gen(function* () {
            const Bucket = yield* newBucket
            const app = yield* published(bytesOf(size))
            const other = Buffer.alloc(size, "x")
            yield* Sandbox.fault({ target: "storage", method: "GET", respond: { status: 200, body: other } })
            const error = yield* Effect.flip(
              S3Installers.archive(app, { bucket: Bucket, key: "Firefox.pkg", partSize: 5 * mebibyte })
            )
            expect(error).toMatchObject({ _tag: "PayloadIntegrityError", check: "sha256" })
            expect(yield* objectAt(Bucket, "Firefox.pkg")).toBe(undefined)
            expect(yield* lingering(Bucket)).toBe(0)
          })
        )
      )
    }

    it(
      "an interrupted archive leaves neither an object nor parts",
      Effect.scoped(
        Effect.gen(function* () {
          const Bucket = yield* newBucket
          const app = yield* published(bytesOf(16 * mebibyte))
          yield* Sandbox.fault({ target: "storage", method: "GET", stallAfter: 14 * mebibyte })
          const moving = yield* Deferred.make<void>()
          const fiber = yield* Effect.fork(
            S3Installers.archive(app, {
              bucket: Bucket,
              key: "Firefox.pkg",
              partSize: 5 * mebibyte,
              onProgress: ({ bytes }) => {
                if (bytes > 12 * mebibyte) Deferred.unsafeDone(moving, Effect.void)
              }
            })
          )
          yield* Deferred.await(moving)
          expect(yield* lingering(Bucket)).toBe(1)
          yield* Fiber.interrupt(fiber)
          expect(yield* lingering(Bucket)).toBe(0)
          expect(yield* objectAt(Bucket, "Firefox.pkg")).toBe(undefined)
        })
      )
    )

    it(
      "an archive that is interrupted at any moment leaves no parts, and an object only if it is complete",
      Effect.gen(function* () {
        const Bucket = yield* newBucket
        // Two parts at once, and one that waits.
        const bytes = bytesOf(11 * mebibyte)
        const app = yield* published(bytes)
        const archive = (key: string) =>
          S3Installers.archive(app, { bucket: Bucket, key, partSize: 5 * mebibyte, concurrency: 2 })
        const [time] = yield* Effect.timed(archive("whole.pkg"))
        for (let round = 0; round < 20; round++) {
          const key = `${round}.pkg`
          const fiber = yield* Effect.fork(archive(key))
          yield* Effect.sleep((Duration.toMillis(time) * round) / 20)
          yield* Fiber.interrupt(fiber)
          expect(yield* lingering(Bucket)).toBe(0)
          const object = yield* objectAt(Bucket, key)
          expect(object === undefined || object.bytes.equals(bytes)).toBe(true)
        }
      })
    )

    it(
      "archiving writes nothing to the tenant",
      Effect.gen(function* () {
        const Bucket = yield* newBucket
        const app = yield* published(Buffer.from("small"))
        const before = yield* writes
        yield* S3Installers.archive(app, { bucket: Bucket, key: "Firefox.pkg" })
        expect(yield* writes).toEqual(before)
      })
    )
  })
}

describe.runIf(available)("on radosgw", () => {
  scopedLive("wrong keys are a failure that shows neither the keys nor a signature", () =>
    Effect.gen(function* () {
      const store = yield* ofThisRun
      const Bucket = yield* Effect.provide(newBucket, clientOf(store))
      const secretAccessKey = "a-secret-that-is-not-the-right-one"
      const wrong = clientOf({ ...store, credentials: { ...store.credentials, secretAccessKey } })
      const app = yield* published(Buffer.from("small"))
      for (const [reason, call] of [
        ["Source", Effect.asVoid(S3Installers.source({ bucket: Bucket, key: "Firefox.pkg" }))],
        ["Sink", Effect.asVoid(S3Installers.archive(app, { bucket: Bucket, key: "Firefox.pkg" }))]
      ] as const) {
        const error = yield* Effect.flip(Effect.provide(call, wrong))
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason, status: 403 })
        const shown = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error) + String(error)
        for (const secret of [secretAccessKey, store.credentials.accessKeyId, "Signature=", "AWS4-HMAC"]) {
          expect(shown).not.toContain(secret)
        }
      }
    }).pipe(onSandbox())
  )
})
