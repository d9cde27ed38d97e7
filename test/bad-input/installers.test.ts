/**
 * Installers that are not there, are not what they should be, or do not get through.
 */
import { effect } from "@effect/vitest"
import { CustomApps, type Installer, PayloadIntegrityError } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { createHash, randomBytes } from "node:crypto"
import { appendFileSync, existsSync, truncateSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname, join } from "node:path"
import { describe, expect } from "vitest"
import { appsTenant, originOf, placeOn, root } from "../support/apps.js"
import { namesIn, read, temporaryFile, temporaryFolder } from "../support/files.js"
import { appId, appRecord } from "../support/records.js"
import { requestsTo, serve } from "../support/server.js"
import { tenantAt, withTenant } from "../support/tenant.js"

const MiB = 1024 * 1024

const create = (installer: Installer, options?: CustomApps.PublishOptions) =>
  Effect.flatMap(CustomApps, (apps) =>
    apps.create({ name: "App", install_type: "package", install_enforcement: "install_once", installer }, options)
  )
const download = (to: string, options?: Omit<CustomApps.DownloadOptions, "to">) =>
  Effect.flatMap(CustomApps, (apps) => apps.download(appId, { ...options, to }))

describe("an installer to upload", () => {
  const refused: ReadonlyArray<readonly [string, (folder: string) => Installer, string]> = [
    ["that does not exist", (folder) => ({ path: `${folder}/none.pkg` }), "none.pkg does not exist."],
    ["that is a folder", (folder) => ({ path: folder }), "is a folder, not a file"],
    ["that has no bytes", () => ({ bytes: new Uint8Array(), name: "app.pkg" }), "app.pkg is empty"],
    ["whose stream has no bytes", () => ({ stream: Stream.empty, size: 0, name: "app.pkg" }), "app.pkg is empty"],
    [
      "that is larger than storage takes",
      () => ({ stream: Stream.empty, size: 6 * 1024 * MiB, name: "a.pkg" }),
      "5 GiB"
    ],
    ["without a file extension", () => ({ bytes: new Uint8Array(1), name: "app" }), "has no file extension"]
  ]
  for (const [what, installer, why] of refused) {
    effect(`${what} is refused before anything is sent`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(create(installer(yield* temporaryFolder)))
          expect(error).toMatchObject({ _tag: "ApiClientError", reason: "InvalidArgument" })
          expect(error.message).toContain(why)
          expect(server.received).toEqual([])
        })
      )
    )
  }

  effect("that is a folder which installs, such as a bundle, is refused with what to do", () =>
    withTenant(appsTenant())((server) =>
      Effect.gen(function* () {
        const path = `${yield* temporaryFolder}/Tool.pkg`
        yield* Effect.promise(() => mkdir(path))
        expect((yield* Effect.flip(create({ path }))).message).toContain(
          `The path ${path} is a bundle, which is a folder. Make a zip of it, and send that with install_type "zip".`
        )
        expect(server.received).toEqual([])
      })
    )
  )

  for (const [path, why] of [
    ["~/Firefox.pkg", "begins with ~, which only a shell understands"],
    ["~admin/Firefox.pkg", "begins with ~, which only a shell understands"],
    ["file:///tmp/Firefox.pkg", "is a URL. Make a path of it with fileURLToPath"]
  ] as const) {
    effect(`at ${path}, and a download to there, are refused before anything is sent`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          expect((yield* Effect.flip(create({ path }))).message).toContain(why)
          const before = server.received.length
          const error = yield* Effect.flip(download(path))
          expect(error).toMatchObject({ reason: "InvalidArgument" })
          expect(error.message).toContain(why)
          expect(server.received.length).toBe(before)
          const apps = yield* CustomApps
          const all = apps.downloadAll(apps.stream(), { to: dirname(path) })
          expect(yield* Effect.flip(Stream.runDrain(all))).toMatchObject({ reason: "InvalidArgument" })
          expect(existsSync(dirname(path))).toBe(false)
        })
      )
    )
  }

  effect("that is an empty file is refused before anything is sent", () =>
    withTenant(appsTenant())((server) =>
      Effect.gen(function* () {
        const path = yield* temporaryFile("app.pkg", "")
        expect((yield* Effect.flip(create({ path }))).message).toContain(`The file ${path} is empty.`)
        expect(server.received).toEqual([])
      })
    )
  )

  for (const [what, change] of [
    ["grows", (path: string) => appendFileSync(path, "more")],
    ["shrinks", (path: string) => truncateSync(path, MiB)]
  ] as const) {
    effect(`that ${what} while it is read is a Source failure, and no app is made of it`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          const path = yield* temporaryFile("app.pkg", randomBytes(5 * MiB))
          let changed = false
          const error = yield* Effect.flip(
            create(
              { path },
              {
                onProgress: () => {
                  if (!changed) change(path)
                  changed = true
                }
              }
            )
          )
          expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source", direction: "upload" })
          expect(error.message).toContain("app.pkg")
          expect(requestsTo(server)).not.toContain(`POST ${root}`)
        })
      )
    )
  }

  for (const [what, stream] of [
    ["more", Stream.make(new Uint8Array(8), new Uint8Array(8))],
    ["fewer", Stream.make(new Uint8Array(3))]
  ] as const) {
    effect(`whose stream has ${what} bytes than it said is a Source failure, and no app is made of it`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(create({ stream, size: 10, name: "app.pkg" }))
          expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source" })
          expect(requestsTo(server)).not.toContain(`POST ${root}`)
        })
      )
    )
  }
})

describe("an installer to download", () => {
  effect("into a folder that does not exist is there afterwards, and so is the folder", () =>
    withTenant(appsTenant())(() =>
      Effect.gen(function* () {
        const to = join(yield* temporaryFolder, "not", "yet", "app.pkg")
        yield* download(to)
        expect((yield* read(to)).toString()).toBe("the installer")
      })
    )
  )

  effect("into a folder that cannot be is a Sink failure, and what stood in its way stays", () =>
    withTenant(appsTenant())(() =>
      Effect.gen(function* () {
        const file = yield* temporaryFile("file", "content")
        const error = yield* Effect.flip(download(join(file, "app.pkg")))
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Sink", direction: "download" })
        expect((yield* read(file)).toString()).toBe("content")
      })
    )
  )

  effect("that has another sha256 is a PayloadIntegrityError, and what was at the target stays", () =>
    withTenant(
      appsTenant({
        get: (request) => ({
          body: appRecord({ file_url: `${originOf(request)}/stored/x.pkg`, file_size: 13, sha256: "ab".repeat(32) })
        })
      })
    )(() =>
      Effect.gen(function* () {
        const to = yield* temporaryFile("app.pkg", "what was there")
        const error = yield* Effect.flip(download(to))
        expect(error).toBeInstanceOf(PayloadIntegrityError)
        expect(error).toMatchObject({ check: "sha256", expected: "ab".repeat(32) })
        expect((yield* read(to)).toString()).toBe("what was there")
        expect(yield* namesIn(join(to, ".."))).toEqual(["app.pkg"])
      })
    )
  )

  effect("whose sha256 the tenant writes in capitals is the right one; without one it is not verified", () => {
    const installer = Buffer.from("the installer")
    const sha256 = createHash("sha256").update(installer).digest("hex").toUpperCase()
    const told = [sha256, undefined]
    return withTenant(
      appsTenant({
        installer,
        get: (request) => ({
          body: appRecord({ file_url: `${originOf(request)}/stored/x.pkg`, file_size: 13, sha256: told.shift() })
        })
      })
    )(() =>
      Effect.gen(function* () {
        const to = join(yield* temporaryFolder, "app.pkg")
        expect(yield* download(to)).toMatchObject({ verified: true, sha256: sha256.toLowerCase() })
        expect(yield* download(to)).toMatchObject({ verified: false, sha256: sha256.toLowerCase() })
      })
    )
  })
})

describe("a session that has closed", () => {
  effect("uploads nothing, downloads nothing and reads no listing, even one that was opened before", () =>
    Effect.gen(function* () {
      const server = yield* serve(appsTenant())
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Iru.layer(tenantAt(server.origin)), scope)
      const apps = yield* Effect.provide(CustomApps, context)
      const listing = apps.stream()
      yield* Scope.close(scope, Exit.void)
      const folder = yield* temporaryFolder
      const calls: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        Effect.provide(create({ bytes: new Uint8Array(1), name: "app.pkg" }), context),
        Effect.provide(download(join(folder, "app.pkg")), context),
        Stream.runDrain(listing),
        apps.delete(appId)
      ]
      for (const call of calls) {
        expect(yield* Effect.flip(call)).toMatchObject({ _tag: "ApiClientError", reason: "SessionClosed" })
      }
      expect(server.received).toEqual([])
      expect(yield* namesIn(folder)).toEqual([])
    }).pipe(Effect.scoped)
  )
})

describe("a program that is interrupted", () => {
  effect("while it uploads: storage sees the connection end, and no app is made", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<boolean>()
      const storage = yield* Effect.acquireRelease(
        Effect.async<{ readonly origin: string; readonly close: () => void }>((resume) => {
          const server = createServer((request) => {
            request.once("data", () => Deferred.unsafeDone(arrived, Effect.void))
            request.on("error", () => undefined)
            request.on("close", () => Deferred.unsafeDone(ended, Effect.succeed(request.complete)))
          })
          server.listen(0, "127.0.0.1", () =>
            resume(
              Effect.succeed({
                origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
                close: () => {
                  server.closeAllConnections()
                  server.close()
                }
              })
            )
          )
        }),
        ({ close }) => Effect.sync(close)
      )
      const presign = (request: Parameters<typeof placeOn>[0]) => ({
        status: 201,
        body: placeOn(request, { post_url: `${storage.origin}/` })
      })
      yield* withTenant(appsTenant({ presign }))((server) =>
        Effect.gen(function* () {
          const halting = Stream.concat(Stream.make(new Uint8Array(MiB), new Uint8Array(MiB)), Stream.never)
          const fiber = yield* Effect.fork(create({ stream: halting, size: 10 * MiB, name: "app.pkg" }))
          yield* Deferred.await(arrived)
          expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
          expect(yield* Deferred.await(ended)).toBe(false)
          expect(requestsTo(server)).toEqual([`POST ${root}/upload`])
        })
      )
    }).pipe(Effect.scoped)
  )

  effect("while it downloads: storage sees the connection end, and nothing lies in the folder", () =>
    Effect.flatMap(Deferred.make<boolean>(), (ended) =>
      withTenant(
        appsTenant({
          installer: Buffer.alloc(4 * MiB),
          download: (_, { response }) => {
            response.on("close", () => Deferred.unsafeDone(ended, Effect.succeed(response.writableFinished)))
            response.writeHead(200, { "content-length": 4 * MiB })
            response.write(Buffer.alloc(MiB))
            return "handled"
          }
        })
      )(() =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          const moving = yield* Deferred.make<void>()
          const fiber = yield* Effect.fork(
            download(join(folder, "app.pkg"), {
              onProgress: ({ bytes }) => bytes > 0 && Deferred.unsafeDone(moving, Effect.void)
            })
          )
          yield* Deferred.await(moving)
          expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
          expect(yield* Deferred.await(ended)).toBe(false)
          expect(yield* namesIn(folder)).toEqual([])
        })
      )
    )
  )
})
