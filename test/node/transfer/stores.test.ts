/**
 * Signatures, policies and ranges, as stores check them: the sandbox's own, and a real S3 store. The AWS SDK makes the
 * forms and the addresses, and the same cases hold on both.
 */
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { createPresignedPost } from "@aws-sdk/s3-presigned-post"
import { getSignedUrl } from "@aws-sdk/s3-request-presigner"
import { scopedLive } from "@effect/vitest"
import type { CustomAppUpload } from "effect-iru"
import { Sandbox } from "effect-iru/sandbox"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { beforeAll, describe, expect, inject } from "vitest"
import { namesIn, read, temporaryFolder } from "../../support/files.js"
import { hasRadosgw, radosgw, type Store } from "../../support/radosgw.js"
import { bytesOf, download, MiB, sha256, transfers, upload } from "./support.js"

// The SDK warns on Node 20 that it will stop supporting it.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true"

const object = bytesOf(20 * MiB + 11)
const installer = { bytes: object, name: "app.pkg" }
const Key = "apps/app.pkg"

const available = hasRadosgw("transfers to and from a real S3 store")
const ofThisRun = Effect.suspend(() => radosgw(inject("radosgwFolder")))

type Sizes = readonly [least: number | string, most: number | string]

/** Forms for uploads to a bucket, and addresses of objects in it. */
const signing = ({ credentials, endpoint, region }: Store, Bucket: string) => {
  const client = new S3Client({ credentials, endpoint, region, forcePathStyle: true })
  return {
    client,
    form: ([least, most]: Sizes = [1, 100 * MiB], seconds = 3600) =>
      Effect.promise(async (): Promise<CustomAppUpload> => {
        const { fields, url } = await createPresignedPost(client, {
          Bucket,
          Key,
          Expires: seconds,
          // The types of the SDK allow only numbers.
          Conditions: JSON.parse(JSON.stringify([["content-length-range", least, most]]))
        })
        return {
          name: "app.pkg",
          expires: new Date(Date.now() + seconds * 1000).toISOString(),
          post_url: url,
          post_data: Redacted.make(fields),
          file_key: Key
        }
      }),
    address: (expiresIn = 3600) =>
      Effect.promise(() => getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn }))
  }
}

type Signing = ReturnType<typeof signing>

/** The object of these tests at this address. */
const at = (url: string) => ({ url: Redacted.make(url), name: "app.pkg", size: object.length, sha256: sha256(object) })

const withField = (place: CustomAppUpload, name: string, change: (value: string) => string): CustomAppUpload => {
  const fields = Redacted.value(place.post_data)
  const found = Object.keys(fields).find((field) => field.toLowerCase() === name) ?? name
  return { ...place, post_data: Redacted.make({ ...fields, [found]: change(fields[found] ?? "") }) }
}

/** Runs a program on a machine whose clock is slow. */
const late = (millis: number) => {
  const clock = Clock.make()
  const now = () => clock.unsafeCurrentTimeMillis() - millis
  return Effect.withClock({
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: now,
    unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos() - BigInt(millis) * 1_000_000n,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanos: Effect.map(clock.currentTimeNanos, (nanos) => nanos - BigInt(millis) * 1_000_000n),
    sleep: (duration) => clock.sleep(duration)
  })
}

const zeros = () => "0".repeat(64)

/** Forms that the store refuses, with the store's error. radosgw answers AccessDenied to every wrong key. */
const refusedForms: ReadonlyArray<
  readonly [what: string, make: (form: Signing["form"]) => Effect.Effect<CustomAppUpload>, refusal: object]
> = [
  [
    "for another key",
    (form) => Effect.map(form(), (place) => withField(place, "key", () => "apps/other.pkg")),
    { status: 403, code: "AccessDenied" }
  ],
  [
    "with a wrong signature",
    (form) => Effect.map(form(), (place) => withField(place, "x-amz-signature", zeros)),
    { status: 403, code: expect.stringMatching(/^(AccessDenied|SignatureDoesNotMatch)$/) }
  ],
  [
    "with a policy whose expiry was changed",
    (form) =>
      Effect.map(form(), (place) =>
        withField(place, "policy", (policy) => {
          const document = {
            ...JSON.parse(Buffer.from(policy, "base64").toString()),
            expiration: "2099-01-01T00:00:00Z"
          }
          return Buffer.from(JSON.stringify(document)).toString("base64")
        })
      ),
    { status: 403, code: expect.stringMatching(/^(AccessDenied|SignatureDoesNotMatch)$/) }
  ],
  [
    "with the keys of someone else",
    (form) =>
      Effect.map(form(), (place) =>
        withField(place, "x-amz-credential", (value) => value.replace(/^[^/]+/, "AKIANOBODY"))
      ),
    { status: 403, code: expect.stringMatching(/^(AccessDenied|InvalidAccessKeyId)$/) }
  ],
  // A store accepts numbers as text; the client does not check those.
  [
    "for fewer bytes, which the store notices",
    (form) => form(["1", String(MiB)]),
    { status: 400, code: "EntityTooLarge" }
  ],
  [
    "for more bytes, which the store notices",
    (form) => form([String(30 * MiB), String(40 * MiB)]),
    { status: 400, code: "EntityTooSmall" }
  ]
]

const cases = (it: (what: string, test: (signing: Signing) => Effect.Effect<void, unknown, Scope>) => void) => {
  it("an uploaded installer comes back the same, in one part and in several", ({ address, form }) =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* transfers()(upload(installer, yield* form()))
      for (const connections of [1, 4]) {
        const to = join(folder, `${connections}.pkg`)
        const source = Effect.map(address(), at)
        const result = yield* transfers({ connections, rangesAbove: MiB })(download(source, to))
        expect(result.verified).toBe(true)
        expect((yield* read(to)).equals(object)).toBe(true)
      }
    }))

  it("a range gives the requested bytes of that object, and a range past the end gives none", ({ address, form }) =>
    Effect.gen(function* () {
      yield* transfers()(upload(installer, yield* form()))
      const url = yield* address()
      const get = (headers: Record<string, string>) =>
        Effect.promise(async () => {
          const response = await fetch(url, { headers })
          return { response, bytes: Buffer.from(await response.arrayBuffer()) }
        })
      const part = yield* get({ range: "bytes=1000-1999" })
      expect(part.response.status).toBe(206)
      expect(part.response.headers.get("content-range")).toBe(`bytes 1000-1999/${object.length}`)
      expect(part.bytes.equals(object.subarray(1000, 2000))).toBe(true)
      const etag = part.response.headers.get("etag") ?? ""
      const rest = yield* get({ range: `bytes=${object.length - 5}-`, "if-match": etag })
      expect([rest.response.status, rest.bytes.length]).toEqual([206, 5])
      expect((yield* get({ range: `bytes=${object.length}-` })).response.status).toBe(416)
      expect((yield* get({ "if-match": `"${"0".repeat(32)}"` })).response.status).toBe(412)
    }))

  for (const [what, make, refusal] of refusedForms) {
    it(`a form ${what} is refused in the store's own words`, ({ form }) =>
      Effect.gen(function* () {
        const place = yield* make(form)
        const error = yield* Effect.flip(transfers()(upload(installer, place)))
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Rejected", ...refusal })
        const { "x-amz-signature": signature = zeros() } = Object.fromEntries(
          Object.entries(Redacted.value(place.post_data)).map(([name, value]) => [name.toLowerCase(), value])
        )
        expect(JSON.stringify(error)).not.toContain(signature)
      }))
  }

  it("a form for fewer bytes is refused before a byte is sent", ({ form }) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(transfers()(upload(installer, yield* form([1, MiB]))))
      expect(error).toMatchObject({
        reason: "Rejected",
        code: "EntityTooLarge",
        detail: expect.stringContaining("nothing was sent")
      })
    }))

  it("a new place is requested if the first one has expired", ({ form }) =>
    Effect.gen(function* () {
      const old = yield* form(undefined, 1)
      yield* Effect.sleep("1100 millis")
      const fresh = yield* form()
      expect((yield* transfers()(upload(installer, [old, fresh]))).expires).toBe(fresh.expires)
    }))

  it("a new place is requested too if only the store knows that the first one has expired", ({ form }) =>
    Effect.gen(function* () {
      const old = yield* form(undefined, 1)
      yield* Effect.sleep("2100 millis")
      const again = yield* Effect.flip(transfers()(late(3_600_000)(upload(installer, old))))
      expect(again).toMatchObject({ reason: "Expired", status: 403, code: "AccessDenied" })
      const fresh = yield* form()
      expect((yield* transfers()(late(3_600_000)(upload(installer, [old, fresh])))).expires).toBe(fresh.expires)
    }))

  it("a new address is requested if the first one has expired", ({ address, form }) =>
    Effect.gen(function* () {
      yield* transfers()(upload(installer, yield* form()))
      const old = yield* address(1)
      yield* Effect.sleep("2100 millis")
      let asked = 0
      const source = Effect.suspend(() => (asked++ === 0 ? Effect.succeed(at(old)) : Effect.map(address(), at)))
      const to = join(yield* temporaryFolder, "app.pkg")
      expect((yield* transfers()(download(source, to))).verified).toBe(true)
      expect(asked).toBe(2)
    }))

  it("a broken address, or one of a missing object, is refused in the store's own words", ({ address, form }) =>
    Effect.gen(function* () {
      const missing = yield* address()
      const folder = yield* temporaryFolder
      const fetching = (url: string) => Effect.flip(transfers()(download(at(url), join(folder, "app.pkg"))))
      expect(yield* fetching(missing)).toMatchObject({ reason: "Rejected", status: 404, code: "NoSuchKey" })
      yield* transfers()(upload(installer, yield* form()))
      for (const url of [
        missing.replace(/(X-Amz-Signature=)[0-9a-f]+/, `$1${zeros()}`),
        missing.replace("app.pkg", "other.pkg")
      ]) {
        expect(yield* fetching(url)).toMatchObject({ reason: "Rejected", status: 403, code: "SignatureDoesNotMatch" })
      }
      expect(yield* namesIn(folder)).toEqual([])
    }))
}

describe("on the sandbox", () => {
  const bucket = Effect.map(Sandbox, ({ bucket, storageUrl }) =>
    signing({ endpoint: storageUrl, region: bucket.credentials.region, credentials: bucket.credentials }, bucket.name)
  )
  cases((what, test) => scopedLive(what, () => Effect.flatMap(bucket, test).pipe(Effect.provide(Sandbox.layer()))))
})

describe.runIf(available)("on radosgw", () => {
  beforeAll(() => Effect.runPromise(Effect.asVoid(ofThisRun)), 300_000)

  const bucket = Effect.gen(function* () {
    const Bucket = `test-${randomUUID()}`
    const made = signing(yield* ofThisRun, Bucket)
    yield* Effect.promise(() => made.client.send(new CreateBucketCommand({ Bucket })))
    return made
  })
  cases((what, test) => scopedLive(what, () => Effect.flatMap(bucket, test), 120_000))
})
