/**
 * The names in forms, in every way in which clients write them, at the API and in storage.
 */
import { createPresignedPost } from "@aws-sdk/s3-presigned-post"
import { S3Client } from "@aws-sdk/client-s3"
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import { readForm } from "../../src/sandbox/gateway/multipart.js"
import { Sandbox } from "../../src/sandbox/index.js"
import { call } from "./support.js"

const type = "multipart/form-data; boundary=b"
type RawPart = readonly [headers: string, body: string | Uint8Array]

const body = (...parts: ReadonlyArray<RawPart>): Buffer<ArrayBuffer> =>
  Buffer.concat([
    ...parts.flatMap(([headers, body]) => [
      Buffer.from(`--b\r\n${headers}\r\n\r\n`),
      Buffer.from(body),
      Buffer.from("\r\n")
    ]),
    Buffer.from("--b--\r\n")
  ])

const field = (name: string, value: string): RawPart => [`Content-Disposition: form-data; name="${name}"`, value]
const file = (rest: string): RawPart => [`Content-Disposition: form-data; name="file"; ${rest}`, "the bytes"]

/** What a client writes, and what it means. */
const names = [
  ["raw UTF-8", 'filename="Drucker – Büro.pkg"', "Drucker – Büro.pkg"],
  ["an emoji", 'filename="Tool 🚀.pkg"', "Tool 🚀.pkg"],
  ["a trade mark", 'filename="Kiosk™.pkg"', "Kiosk™.pkg"],
  ["decomposed, as macOS names files", 'filename="U\u0308ber.pkg"', "U\u0308ber.pkg"],
  ["filename* alone", "filename*=UTF-8''Kiosk%E2%84%A2%20%F0%9F%9A%80.pkg", "Kiosk™ 🚀.pkg"],
  ["filename* in Latin-1", "filename*=iso-8859-1'de'B%FCro.pkg", "Büro.pkg"],
  [".NET: a fallback and filename*", "filename=\"=?utf-8?B?S2lvc2s=?=\"; filename*=utf-8''Kiosk%E2%84%A2", "Kiosk™"],
  ["filename* first", "filename*=utf-8''Kiosk%E2%84%A2; filename=\"Kiosk.pkg\"", "Kiosk™"],
  ["quotes with a backslash", 'filename="say \\"hi\\".pkg"', 'say "hi".pkg'],
  ["quotes with a per cent sign, as browsers escape them", 'filename="say %22hi%22.pkg"', "say %22hi%22.pkg"],
  ["no quotes", "filename=plain.pkg", "plain.pkg"],
  ["semicolons and equals signs", 'filename="a;b=c.pkg"', "a;b=c.pkg"]
] as const

describe("a file's name", () => {
  test.each(names)("%s", async (_, written, name) => {
    const { fields, files } = await readForm(body(field("name", "–™🚀"), file(written), field("Straße–1", "x")), type)
    expect(files["file"]?.filename).toBe(name)
    expect(Buffer.from(files["file"]?.bytes ?? []).toString()).toBe("the bytes")
    expect(fields).toEqual([
      ["name", "–™🚀"],
      ["Straße–1", "x"]
    ])
  })
})

const post = (path: string, bytes: Buffer<ArrayBuffer>) =>
  Effect.flatMap(Sandbox, ({ apiToken, tenantUrl }) =>
    Effect.promise(() =>
      fetch(`${tenantUrl}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${apiToken}`, "content-type": type },
        body: bytes
      })
    )
  )

const plist = "<plist><dict><key>PayloadType</key><string>Configuration</string></dict></plist>"

live("a profile is accepted in each form, and a form that is cut or has no boundary is refused", () =>
  Effect.gen(function* () {
    for (const [, written, name] of names) {
      const [headers] = file(written)
      const answer = yield* post("/api/v1/library/custom-profiles", body(field("name", name), [headers, plist]))
      expect(answer.status, written).toBe(201)
      expect(yield* Effect.promise(() => answer.json())).toMatchObject({ name })
    }
    const whole = body(field("name", "cut"), [file('filename="x"')[0], plist])
    const cut = yield* post("/api/v1/library/custom-profiles", whole.subarray(0, -10))
    expect(cut.status).toBe(400)
    expect(yield* Effect.promise(() => cut.text())).toContain("Multipart form parse error")
    const noBoundary = yield* call("POST", "/api/v1/library/custom-profiles", {
      headers: { "content-type": "multipart/form-data" }
    })
    expect([noBoundary.status, noBoundary.text]).toEqual([
      400,
      '{"detail":"Multipart form parse error - Invalid boundary in multipart: None"}'
    ])
  }).pipe(Effect.provide(Sandbox.layer()))
)

live("storage accepts a file name in any encoding, and stores a file without a name byte for byte", () =>
  Effect.gen(function* () {
    const { bucket, storageUrl } = yield* Sandbox
    const client = new S3Client({
      endpoint: storageUrl,
      forcePathStyle: true,
      region: bucket.credentials.region,
      credentials: bucket.credentials
    })
    const form = yield* Effect.promise(() =>
      createPresignedPost(client, {
        Bucket: bucket.name,
        Key: "folder/${filename}",
        Conditions: [["starts-with", "$key", "folder/"]]
      })
    )
    const fields = Object.entries(form.fields)
    const send = (...parts: ReadonlyArray<RawPart>) =>
      Effect.promise(() => fetch(form.url, { method: "POST", headers: { "content-type": type }, body: body(...parts) }))
    const plain = fields.map(([name, value]) => field(name, value))
    for (const [, written, name] of names) {
      const answer = yield* send(...plain, file(written))
      expect(answer.status, written).toBe(204)
      expect(decodeURIComponent(answer.headers.get("location") ?? "").endsWith(`/folder/${name}`), written).toBe(true)
    }
    const named = fields.map(([name, value]): RawPart => [`${field(name, value)[0]}; filename="${name}"`, value])
    expect((yield* send(...named, file('filename="x.pkg"'))).status).toBe(204)

    const bytes = new Uint8Array(300_000).map((_, index) => (index * 7919) % 256)
    const unnamed = yield* send(...plain, ['Content-Disposition: form-data; name="file"', bytes])
    expect(unnamed.status).toBe(204)
    const withName = yield* send(...plain, [`Content-Disposition: form-data; name="file"; filename="x"`, bytes])
    expect(unnamed.headers.get("etag")).toBe(withName.headers.get("etag"))

    const withoutEnd = body(...plain, file('filename="x"')).subarray(0, -20)
    const cut = yield* Effect.promise(() =>
      fetch(form.url, { method: "POST", headers: { "content-type": type }, body: withoutEnd })
    )
    expect([cut.status, /<Code>(.*)<\/Code>/.exec(yield* Effect.promise(() => cut.text()))?.[1]]).toEqual([
      400,
      "MalformedPOSTRequest"
    ])
  }).pipe(Effect.provide(Sandbox.layer()))
)
