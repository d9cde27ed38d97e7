/**
 * Failures between a tenant and a bucket, on real sockets, and what they leave behind.
 */
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { effect, scopedLive } from "@effect/vitest"
import { CustomApps, type Installer } from "effect-iru"
import { S3Installers } from "effect-iru/s3"
import { Sandbox } from "effect-iru/sandbox"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { expect, vi } from "vitest"
import { bucket, refusal } from "../support/bucket.js"
import { appRecord } from "../support/records.js"
import { onSandbox } from "../support/sandbox.js"
import { type Handler, routes } from "../support/server.js"
import { withTenant } from "../support/tenant.js"
import { bytesOf, clientOf, lingering, mebibyte, newBucket, objectAt, published, put, sha256 } from "./support.js"

const large = bytesOf(16 * mebibyte)
const inParts = { key: "Firefox.pkg", partSize: 5 * mebibyte }

/** Archives a large app into a broken bucket; gives the failure and the requests that the bucket received. */
const archiveInto = (broken: Handler | ((...request: Parameters<Handler>) => undefined | ReturnType<Handler>)) =>
  Effect.gen(function* () {
    const store = yield* bucket(broken)
    return yield* Effect.gen(function* () {
      const Bucket = yield* newBucket
      const app = yield* published(large)
      const error = yield* Effect.flip(S3Installers.archive(app, { bucket: Bucket, ...inParts }))
      expect(yield* objectAt(Bucket, "Firefox.pkg")).toBe(undefined)
      return { error, Bucket, left: yield* lingering(Bucket), received: store.received }
    }).pipe(Effect.provide(clientOf(store)))
  }).pipe(onSandbox())

for (const [what, broken] of [
  ["a part", ({ query }) => (query["partNumber"] === "2" ? refusal(403, "AccessDenied", "No.") : undefined)],
  [
    "the completion",
    ({ body, query }) =>
      "uploadId" in query && String(body).includes("<PartNumber>") ? refusal(403, "AccessDenied", "No.") : undefined
  ],
  [
    "the start",
    ({ method, query }) => ("uploads" in query && method === "POST" ? refusal(403, "AccessDenied", "No.") : undefined)
  ]
] as ReadonlyArray<readonly [string, (...request: Parameters<Handler>) => undefined | ReturnType<Handler>]>) {
  scopedLive(`if the bucket refuses ${what} of an upload, the failure has its own words, and no parts are left`, () =>
    Effect.gen(function* () {
      const { Bucket, error, left } = yield* archiveInto(broken)
      expect(error).toMatchObject({
        reason: "Sink",
        direction: "download",
        name: "Firefox.pkg",
        status: 403,
        code: "AccessDenied"
      })
      expect(error.message).toContain(`s3://${Bucket}/Firefox.pkg: No.`)
      expect(left).toBe(0)
    })
  )
}

scopedLive("a connection that breaks while a part is sent is a Sink failure, and no parts are left", () =>
  Effect.gen(function* () {
    const { error, left } = yield* archiveInto(({ query }, { request }) => {
      if (query["partNumber"] !== "2") return undefined
      request.socket.destroy()
      return "handled"
    })
    expect(error).toMatchObject({ reason: "Sink", code: "ECONNRESET" })
    expect(left).toBe(0)
  })
)

scopedLive("parts that could not be removed are logged, with the upload that they belong to", () => {
  const logged: Array<string> = []
  const log = Logger.make(({ logLevel, message }) => void logged.push(`${logLevel.label} ${String(message)}`))
  return Effect.gen(function* () {
    const { Bucket, error, left } = yield* archiveInto(({ method, query }) =>
      method === "DELETE" || query["partNumber"] === "2" ? refusal(503, "SlowDown") : undefined
    )
    expect(error).toMatchObject({ reason: "Sink", code: "SlowDown" })
    expect(left).toBe(1)
    expect(logged).toEqual([expect.stringMatching(`^WARN Parts of s3://${Bucket}/Firefox.pkg .*upload-0`)])
  }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, log)))
})

scopedLive("no more parts are sent at once than the caller asked for, and each part is complete", () =>
  Effect.gen(function* () {
    let [running, most] = [0, 0]
    const sizes: Array<number> = []
    let second = () => {}
    const secondCame = new Promise<void>((resolve) => (second = resolve))
    const answer = async (part: number) => {
      if (part === 2) second()
      // The first part is answered only once the second has arrived and a third has had time to arrive.
      await secondCame
      await new Promise((resolve) => setTimeout(resolve, 20))
      running--
      return { headers: { etag: `"${part}"` } }
    }
    const store = yield* bucket(({ body, query }) => {
      if (!("partNumber" in query)) return undefined
      most = Math.max(most, ++running)
      sizes[Number(query["partNumber"])] = body.length
      return answer(Number(query["partNumber"]))
    })
    yield* Effect.gen(function* () {
      const Bucket = yield* newBucket
      yield* S3Installers.archive(yield* published(large), { bucket: Bucket, ...inParts, concurrency: 2 })
    }).pipe(Effect.provide(clientOf(store)), onSandbox())
    expect(most).toBe(2)
    expect(sizes.slice(1)).toEqual([5, 5, 5, 1].map((size) => size * mebibyte))
  })
)

/** A tenant whose app has another installer from the second read on. */
const replaced = (records: ReadonlyArray<object>, body: Buffer) => {
  let turn = 0
  return withTenant(
    routes({
      "GET /api/v1/library/custom-apps/a": ({ headers }) => ({
        body: appRecord({
          id: "a",
          file_url: `http://${headers.host}/file`,
          ...records[Math.min(turn++, records.length - 1)]
        })
      }),
      "GET /file": { body }
    })
  )
}

for (const size of [100, 11 * mebibyte]) {
  scopedLive(`an app that gets another installer meanwhile (${size} bytes) is a Conflict, and nothing is left`, () =>
    Effect.gen(function* () {
      const store = yield* bucket()
      const bytes = bytesOf(size)
      const [before, after] = [
        { file_size: size, sha256: "0".repeat(64) },
        { file_size: size, sha256: sha256(bytes) }
      ]
      yield* replaced(
        [before, after],
        bytes
      )(() =>
        Effect.gen(function* () {
          const Bucket = yield* newBucket
          const error = yield* Effect.flip(S3Installers.archive("a", { bucket: Bucket, ...inParts }))
          expect(error).toMatchObject({ _tag: "ApiClientError", reason: "Conflict" })
          expect(yield* objectAt(Bucket, "Firefox.pkg")).toBe(undefined)
          expect(yield* lingering(Bucket)).toBe(0)
        }).pipe(Effect.provide(clientOf(store)))
      )
    })
  )
}

scopedLive(
  "an installer without a reported size and sha256 is archived, and the result says that it is not verified",
  () =>
    Effect.gen(function* () {
      const store = yield* bucket()
      const bytes = bytesOf(1000)
      yield* replaced(
        [{ file_size: null, sha256: null }],
        bytes
      )(() =>
        Effect.gen(function* () {
          const Bucket = yield* newBucket
          const archived = yield* S3Installers.archive("a", { bucket: Bucket, ...inParts })
          expect(archived).toMatchObject({ status: "archived", verified: false, size: undefined, sha256: undefined })
          expect(yield* objectAt(Bucket, "Firefox.pkg")).toEqual({ bytes, metadata: {} })
        }).pipe(Effect.provide(clientOf(store)))
      )
    })
)

effect("part sizes that S3 does not allow are refused before anything is sent", () =>
  Effect.gen(function* () {
    for (const [field, value] of [
      ["partSize", mebibyte],
      ["partSize", 5.5 * mebibyte + 0.5],
      ["concurrency", 0]
    ] as const) {
      const error = yield* Effect.flip(S3Installers.archive("a", { bucket: "b", key: "k", [field]: value }))
      expect(error).toMatchObject({ reason: "InvalidArgument", fieldErrors: { [field]: [expect.any(String)] } })
    }
    expect(yield* Sandbox.requests).toEqual([])
  }).pipe(Effect.provide(S3Installers.layer({ region: "nowhere" })), onSandbox())
)

/** Reads an installer to its end or its failure. */
const drain = (installer: Installer) => ("stream" in installer ? Stream.runDrain(installer.stream) : Effect.void)

scopedLive("if the connection of a source breaks, reading continues there, on the same version of the object", () =>
  Effect.gen(function* () {
    const ranges: Array<readonly [range: string | undefined, version: string | undefined]> = []
    const store = yield* bucket(({ headers, method }, { request, response }) => {
      if (method !== "GET") return undefined
      const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0)
      ranges.push([headers.range, headers["if-match"]])
      response.writeHead(start > 0 ? 206 : 200, { "content-length": large.length - start })
      if (start >= 10 * mebibyte) response.end(large.subarray(start))
      else response.write(large.subarray(start, start + 5 * mebibyte), () => request.socket.destroy())
      return "handled"
    })
    yield* Effect.gen(function* () {
      const Bucket = yield* newBucket
      yield* put(Bucket, "Firefox.pkg", large)
      const apps = yield* CustomApps
      const installer = yield* S3Installers.source({ bucket: Bucket, key: "Firefox.pkg" })
      const app = yield* apps.create({
        name: "Firefox",
        install_type: "package",
        install_enforcement: "install_once",
        installer
      })
      expect(app.sha256).toBe(sha256(large))
      expect(ranges.length).toBeGreaterThan(1)
      expect(ranges[0]?.[0]).toBe(undefined)
      expect(new Set(ranges.map(([, version]) => version)).size).toBe(1)
      expect(ranges[0]?.[1]).toMatch(/^"[0-9a-f]{32}"$/)
    }).pipe(Effect.provide(clientOf(store)), onSandbox())
  })
)

scopedLive("if the connection of a source keeps breaking without a byte, the call fails and no app is made", () =>
  Effect.gen(function* () {
    const store = yield* bucket(({ headers, method }, { request, response }) => {
      if (method !== "GET") return undefined
      if (headers.range !== undefined) {
        request.socket.destroy()
        return "handled"
      }
      response.writeHead(200, { "content-length": large.length })
      response.write(large.subarray(0, 6 * mebibyte), () => request.socket.destroy())
      return "handled"
    })
    yield* Effect.gen(function* () {
      const Bucket = yield* newBucket
      yield* put(Bucket, "Firefox.pkg", large)
      const apps = yield* CustomApps
      const installer = yield* S3Installers.source({ bucket: Bucket, key: "Firefox.pkg" })
      const error = yield* Effect.flip(
        apps.create({ name: "Firefox", install_type: "package", install_enforcement: "install_once", installer })
      )
      expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source" })
      expect(yield* apps.list()).toMatchObject({ count: 0 })
    }).pipe(Effect.provide(clientOf(store)), onSandbox())
  })
)

scopedLive("a source that is no longer needed is closed", () =>
  Effect.gen(function* () {
    const closed = yield* Deferred.make<void>()
    const started = yield* Deferred.make<void>()
    const store = yield* bucket(({ method }, { request, response }) => {
      if (method !== "GET") return undefined
      request.socket.on("close", () => Deferred.unsafeDone(closed, Effect.void))
      response.writeHead(200, { "content-length": large.length })
      response.write(large.subarray(0, 1000), () => Deferred.unsafeDone(started, Effect.void))
      return "handled"
    })
    yield* Effect.gen(function* () {
      const Bucket = yield* newBucket
      yield* put(Bucket, "Firefox.pkg", large)
      const installer = yield* S3Installers.source({ bucket: Bucket, key: "Firefox.pkg" })
      const fiber = yield* Effect.fork(drain(installer))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(closed)
    }).pipe(Effect.provide(clientOf(store)))
  })
)

effect("the client is closed with its scope, and not before", () =>
  Effect.gen(function* () {
    const layer = S3Installers.layer({ region: "nowhere" })
    const destroyed = yield* Effect.map(S3Installers.Client, (client) => {
      const destroy = vi.spyOn(client, "destroy")
      expect(destroy).not.toHaveBeenCalled()
      return destroy
    }).pipe(Effect.provide(layer))
    expect(destroyed).toHaveBeenCalledOnce()
    // Providing the layer again makes another client.
    const two = yield* Effect.replicateEffect(Effect.provide(S3Installers.Client, layer), 2)
    expect(two[0]).not.toBe(two[1])
  })
)

effect("a test can replace the client with one that gives fixed answers", () => {
  const client = new S3Client({ region: "nowhere", credentials: { accessKeyId: "a", secretAccessKey: "b" } })
  client.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => ({
        output: { $metadata: {}, ContentLength: 42, ETag: `${commandName} ${JSON.stringify(input)}` },
        response: {}
      }),
    { step: "initialize", priority: "high" }
  )
  return Effect.gen(function* () {
    const installer = yield* S3Installers.source({ bucket: "b", key: "folder/Firefox.pkg", name: "Other.pkg" })
    expect(installer).toMatchObject({ size: 42, name: "Other.pkg" })
    const { ETag } = yield* Effect.promise(() => client.send(new HeadObjectCommand({ Bucket: "b", Key: "k" })))
    expect(ETag).toContain("HeadObjectCommand")
  }).pipe(Effect.provideService(S3Installers.Client, client))
})
