/**
 * Signatures, policies and parts, as stores judge them: the sandbox's own, and one that is not ours. The forms and the
 * addresses are made by the AWS SDK.
 */
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { createPresignedPost } from "@aws-sdk/s3-presigned-post"
import { getSignedUrl } from "@aws-sdk/s3-request-presigner"
import { scopedLive } from "@effect/vitest"
import { type CustomAppUpload, CustomApps } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { beforeAll, describe, expect, inject } from "vitest"
import { read, temporaryFolder } from "../../support/files.js"
import { hasRadosgw, radosgw } from "../../support/radosgw.js"
import { bytesOf, download, MiB, sha256, transfers, upload } from "./support.js"

// The SDK says on Node 20 that it will not support it for ever. Tests say so in other places.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true"

const available = hasRadosgw("transfers to and from a real S3 store")
const ofThisRun = Effect.suspend(() => radosgw(inject("radosgwFolder")))

const object = bytesOf(20 * MiB + 11)
const installer = { bytes: object, name: "app.pkg" }
const fields = (place: CustomAppUpload, changes: Record<string, string>): CustomAppUpload => ({
  ...place,
  post_data: Redacted.make({ ...Redacted.value(place.post_data), ...changes })
})

describe.runIf(available)("on radosgw", () => {
  beforeAll(() => Effect.runPromise(Effect.asVoid(ofThisRun)), 300_000)

  /** A bucket of its own, forms for it, and addresses in it. */
  const bucket = Effect.gen(function* () {
    const { credentials, endpoint, region } = yield* ofThisRun
    const client = new S3Client({ credentials, endpoint, region, forcePathStyle: true })
    const Bucket = `test-${randomUUID()}`
    const Key = "apps/app.pkg"
    yield* Effect.promise(() => client.send(new CreateBucketCommand({ Bucket })))
    const form = (sizes: readonly [number, number], seconds = 3600) =>
      Effect.promise(async (): Promise<CustomAppUpload> => {
        const post = await createPresignedPost(client, {
          Bucket,
          Key,
          Expires: seconds,
          Conditions: [["content-length-range", ...sizes]]
        })
        return {
          name: "app.pkg",
          expires: new Date(Date.now() + seconds * 1000).toISOString(),
          post_url: post.url,
          post_data: Redacted.make(post.fields),
          file_key: Key
        }
      })
    const address = (expiresIn = 3600) =>
      Effect.map(
        Effect.promise(() => getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn })),
        (url) => ({ url: Redacted.make(url), name: "app.pkg", size: object.length, sha256: sha256(object) })
      )
    const put = Effect.promise(() => client.send(new PutObjectCommand({ Bucket, Key, Body: object })))
    return { address, form, put }
  })

  scopedLive("what is uploaded comes back, in one part and in several", () =>
    Effect.gen(function* () {
      const { address, form } = yield* bucket
      const folder = yield* temporaryFolder
      yield* transfers()(upload(installer, yield* form([1, 100 * MiB])))
      for (const connections of [1, 4]) {
        const to = join(folder, `${connections}.pkg`)
        const result = yield* transfers({ connections, rangesAbove: MiB })(download(address(), to))
        expect(result.verified).toBe(true)
        expect((yield* read(to)).equals(object)).toBe(true)
      }
    })
  )

  scopedLive("a wrong field, a wrong signature, a size that the policy rules out: refused in the store's words", () =>
    Effect.gen(function* () {
      const { form } = yield* bucket
      const place = yield* form([1, 100 * MiB])
      for (const changes of [{ key: "apps/other.pkg" }, { "X-Amz-Signature": "0".repeat(64) }]) {
        const error = yield* Effect.flip(transfers()(upload(installer, fields(place, changes))))
        expect(error).toMatchObject({ reason: "Rejected", status: 403, code: "AccessDenied" })
      }
      const error = yield* Effect.flip(transfers()(upload(installer, yield* form([1, MiB]))))
      expect(error).toMatchObject({ reason: "Rejected", code: "EntityTooLarge" })
    })
  )

  scopedLive("a place that has expired is asked for again", () =>
    Effect.gen(function* () {
      const { form } = yield* bucket
      const old = yield* form([1, 100 * MiB], 1)
      yield* Effect.sleep("1100 millis")
      const fresh = yield* form([1, 100 * MiB])
      expect((yield* transfers()(upload(installer, [old, fresh]))).expires).toBe(fresh.expires)
    })
  )

  scopedLive("an address that has expired is asked for again", () =>
    Effect.gen(function* () {
      const { address, put } = yield* bucket
      yield* put
      const old = yield* address(1)
      yield* Effect.sleep("2100 millis")
      let asked = 0
      const source = Effect.suspend(() => (asked++ === 0 ? Effect.succeed(old) : address()))
      const to = join(yield* temporaryFolder, "app.pkg")
      expect((yield* transfers()(download(source, to))).verified).toBe(true)
      expect(asked).toBe(2)
    })
  )
})

describe("on the sandbox", () => {
  const tenant = Layer.unwrapEffect(
    Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer({ apiToken, tenantUrl, allowLoopback: true }))
  ).pipe(Layer.provideMerge(Sandbox.layer({ largestInstaller: 100 * MiB })))

  scopedLive("what is uploaded comes back; a wrong field or signature is refused in the store's words", () =>
    Effect.gen(function* () {
      const apps = yield* CustomApps
      const app = yield* apps.create({
        name: "app",
        install_type: "package",
        install_enforcement: "install_once",
        installer
      })
      const to = join(yield* temporaryFolder, "app.pkg")
      expect(yield* apps.download(app, { to })).toMatchObject({ verified: true, sha256: sha256(object) })
      const place = yield* apps.presign("app.pkg")
      for (const [changes, code] of [
        [{ key: "other.pkg" }, "AccessDenied"],
        [{ "x-amz-signature": "0".repeat(64) }, "SignatureDoesNotMatch"]
      ] as const) {
        const error = yield* Effect.flip(transfers()(upload(installer, fields(place, changes))))
        expect(error).toMatchObject({ reason: "Rejected", status: 403, code })
      }
      const large = { bytes: new Uint8Array(100 * MiB + 1), name: "app.pkg" }
      const error = yield* Effect.flip(transfers()(upload(large, place)))
      expect(error).toMatchObject({ reason: "Rejected", code: "EntityTooLarge" })
    }).pipe(Effect.provide(tenant))
  )
})
