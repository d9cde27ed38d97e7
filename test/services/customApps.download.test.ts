import { effect, scoped } from "@effect/vitest"
import { type CustomApp, CustomApps, Progress, type TransferProgress } from "effect-iru"
import { Sandbox } from "effect-iru/sandbox"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect } from "vitest"
import { namesIn, read, temporaryFolder } from "../support/files.js"
import { appRecord, pageOf } from "../support/records.js"
import { onSandbox } from "../support/sandbox.js"
import { type Handler, routes } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const root = "/api/v1/library/custom-apps"
const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** An app of the tenant whose installer has these bytes. */
const published = (text: string, fileName = "Firefox.pkg", name = "Firefox") =>
  Effect.flatMap(CustomApps, (apps) =>
    apps.create({
      name,
      install_type: "package",
      install_enforcement: "install_once",
      installer: { bytes: new TextEncoder().encode(text), name: fileName }
    })
  )

/** A tenant with an app for each of these ids, whose installer has this key and these bytes. */
const tenantOf = (files: Readonly<Record<string, { readonly key: string; readonly text: string }>>) => {
  const record = (id: string, host: string | undefined) => {
    const { key, text } = files[id] ?? { key: "", text: "" }
    const file = { file_url: `http://${host}/files/${id}`, file_size: text.length, sha256: sha256(text) }
    return appRecord({ id, file_key: key, ...file })
  }
  const handlers = Object.entries(files).flatMap(([id, { text }]): Array<[string, Handler]> => [
    [`GET ${root}/${id}`, ({ headers }) => ({ body: record(id, headers.host) })],
    [`GET /files/${id}`, () => ({ body: text })]
  ])
  return withTenant(
    routes({
      [`GET ${root}`]: ({ headers }) => ({ body: pageOf(Object.keys(files).map((id) => record(id, headers.host))) }),
      ...Object.fromEntries(handlers)
    })
  )
}

scoped("a download to a file path creates that file and the missing folders", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const app = yield* published("the installer")
    const folder = yield* temporaryFolder
    const to = join(folder, "a", "b", "Copy.pkg")
    expect(yield* apps.download(app, { to })).toEqual({
      path: to,
      size: 13,
      sha256: sha256("the installer"),
      verified: true
    })
    expect(String(yield* read(to))).toBe("the installer")
  }).pipe(onSandbox())
)

scoped("a download to a folder, or to a path that ends in a slash, takes the app's own file name", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const app = yield* published("the installer")
    const folder = yield* temporaryFolder
    for (const [to, path] of [
      [folder, join(folder, "Firefox.pkg")],
      [`${folder}/`, join(folder, "Firefox.pkg")],
      [`${folder}/new/one/`, join(folder, "new", "one", "Firefox.pkg")]
    ] as const) {
      expect(yield* apps.download(app.id, { to })).toMatchObject({ path, verified: true })
      expect(String(yield* read(path))).toBe("the installer")
    }
  }).pipe(onSandbox())
)

for (const [what, key, name] of [
  ["leads up", "../../../..\\..\\evil.pkg", "evil.pkg"],
  ["only leads up", "library/..", "installer"],
  ["is empty", "library/", "installer"],
  ["contains a NUL character", "library/evil\0.pkg", "evil_.pkg"],
  ["names a drive", "library/C:evil.pkg", "C_evil.pkg"]
] as const) {
  scoped(`a file name from the tenant that ${what} does not leave the folder`, () =>
    tenantOf({ a: { key, text: "evil" } })(() =>
      Effect.gen(function* () {
        const apps = yield* CustomApps
        const outside = yield* temporaryFolder
        const folder = join(outside, "folder")
        yield* Effect.promise(() => mkdir(folder))
        expect((yield* apps.download("a", { to: folder })).path).toBe(`${folder}/${name}`)
        const outcomes = yield* Stream.runCollect(apps.downloadAll(apps.stream(), { to: join(outside, "all") }))
        expect(Chunk.toReadonlyArray(outcomes)).toMatchObject([
          { outcome: "downloaded", path: join(outside, "all", name) }
        ])
        expect(yield* namesIn(outside)).toEqual(["all", "folder"])
        expect(yield* namesIn(folder)).toEqual([name])
      })
    )
  )
}

effect("an invalid path is refused before any request is sent", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    for (const to of ["", "a\0b"]) {
      const refused = { reason: "InvalidArgument", fieldErrors: { to: [expect.any(String)] } }
      expect(yield* Effect.flip(apps.download("a", { to }))).toMatchObject(refused)
      expect(yield* Effect.flip(Stream.runDrain(apps.downloadAll(apps.stream(), { to })))).toMatchObject(refused)
    }
    for (const concurrency of [0, 1.5, NaN]) {
      const all = apps.downloadAll(apps.stream(), { to: "folder", concurrency })
      expect(yield* Effect.flip(Stream.runDrain(all))).toMatchObject({
        fieldErrors: { concurrency: [expect.any(String)] }
      })
    }
    expect(yield* Sandbox.requests).toEqual([])
  }).pipe(onSandbox())
)

scoped("if the target's folder cannot be created, the download is a Sink failure that says why", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const app = yield* published("the installer")
    const folder = yield* temporaryFolder
    yield* Effect.promise(() => writeFile(join(folder, "file"), "in the way"))
    const error = yield* Effect.flip(apps.download(app, { to: join(folder, "file", "Firefox.pkg") }))
    expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Sink", direction: "download" })
    expect(error.message).toMatch(/Firefox\.pkg.*could not be written/)
  }).pipe(onSandbox())
)

effect("a stream gives all bytes in order", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const text = "0123456789".repeat(300_000)
    const app = yield* published(text)
    const pieces = yield* Stream.runCollect(apps.installer(app))
    expect(sha256(Buffer.concat([...pieces]))).toBe(sha256(text))
  }).pipe(onSandbox())
)

effect("a stream with a wrong sha256 fails, and does not give its last bytes", () =>
  withTenant(
    routes({
      [`GET ${root}/a`]: ({ headers }) => ({
        body: appRecord({ file_url: `http://${headers.host}/file`, file_size: 5, sha256: sha256("hello") })
      }),
      "GET /file": { body: "hullo" }
    })
  )(() =>
    Effect.gen(function* () {
      const seen: Array<number> = []
      const error = yield* Effect.flatMap(CustomApps, (apps) =>
        Stream.runForEach(apps.installer("a"), (piece) => Effect.sync(() => seen.push(...piece)))
      ).pipe(Effect.flip)
      expect(error).toMatchObject({ _tag: "PayloadIntegrityError", check: "sha256" })
      expect(seen.length).toBeLessThan(5)
    })
  )
)

/** The outcome of each app in a download of all installers, by the app's name. */
const pull = (to: string, options: { readonly concurrency?: number } = {}) =>
  Effect.flatMap(CustomApps, (apps) =>
    Effect.map(Stream.runCollect(apps.downloadAll(apps.stream(), { to, ...options })), (outcomes) =>
      Object.fromEntries(Chunk.map(outcomes, (outcome) => [outcome.app.name, outcome]))
    )
  )

scoped(
  "all installers of a tenant are downloaded to a new folder, and each is reported; a second run skips them all",
  () =>
    Effect.gen(function* () {
      yield* published("one", "A.pkg", "A")
      yield* published("two", "B.xip", "B")
      const to = join(yield* temporaryFolder, "new", "folder")
      expect(yield* pull(to)).toMatchObject({
        A: { outcome: "downloaded", path: join(to, "A.pkg"), sha256: sha256("one"), verified: true },
        B: { outcome: "downloaded", path: join(to, "B.xip"), sha256: sha256("two"), verified: true }
      })
      expect(yield* namesIn(to)).toEqual(["A.pkg", "B.xip"])

      const storage = Effect.map(Sandbox.requests, (all) => all.filter(({ target }) => target === "storage").length)
      const before = yield* storage
      expect(yield* pull(to)).toMatchObject({
        A: { outcome: "skipped", path: join(to, "A.pkg") },
        B: { outcome: "skipped", path: join(to, "B.xip") }
      })
      expect(yield* storage).toBe(before)
    }).pipe(onSandbox())
)

scoped("an existing file with other bytes, or with too few, is replaced", () =>
  Effect.gen(function* () {
    yield* published("one", "A.pkg", "A")
    yield* published("two", "B.pkg", "B")
    const to = yield* temporaryFolder
    yield* Effect.promise(() => writeFile(join(to, "A.pkg"), "0ne"))
    yield* Effect.promise(() => writeFile(join(to, "B.pkg"), "t"))
    expect(yield* pull(to)).toMatchObject({ A: { outcome: "downloaded" }, B: { outcome: "downloaded" } })
    expect(String(yield* read(join(to, "A.pkg")))).toBe("one")
    expect(String(yield* read(join(to, "B.pkg")))).toBe("two")
  }).pipe(onSandbox())
)

scoped("apps with the same file name are all kept, each under a name that stays the same", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const [a, b] = [yield* published("one", "Firefox.pkg", "A"), yield* published("two", "firefox.pkg", "B")]
    const to = yield* temporaryFolder
    const expected = { A: join(to, `Firefox (${a.id}).pkg`), B: join(to, `firefox (${b.id}).pkg`) }
    expect(yield* pull(to)).toMatchObject({ A: { path: expected.A }, B: { path: expected.B } })
    expect(String(yield* read(expected.A))).toBe("one")
    expect(String(yield* read(expected.B))).toBe("two")
    const backwards = apps.downloadAll(Stream.make<Array<CustomApp>>(b, a), { to })
    expect([...(yield* Stream.runCollect(backwards))].map(({ outcome }) => outcome)).toEqual(["skipped", "skipped"])
    expect(yield* namesIn(to)).toHaveLength(2)
  }).pipe(onSandbox())
)

scoped("a download that fails does not stop the others, and leaves no file", () =>
  Effect.gen(function* () {
    const names = ["A", "B", "C", "D"]
    const files = yield* Effect.forEach(names, (name) => published(name, `${name}.pkg`, name))
    yield* Sandbox.fault({
      method: "GET",
      path: `${root}/${files[1]?.id}`,
      times: 9,
      respond: { status: 404, body: {} }
    })
    const to = yield* temporaryFolder
    const outcomes = yield* pull(to, { concurrency: 1 })
    expect(Object.values(outcomes).map(({ outcome }) => outcome)).toEqual([
      "downloaded",
      "failed",
      "downloaded",
      "downloaded"
    ])
    expect(outcomes["B"]).toMatchObject({ path: join(to, "B.pkg"), error: { reason: "NotFound" } })
    expect(yield* namesIn(to)).toEqual(["A.pkg", "C.pkg", "D.pkg"])
  }).pipe(onSandbox())
)

scoped("if a folder has the name of a file, only that download fails, and nothing is written into the folder", () =>
  Effect.gen(function* () {
    yield* published("one", "A.pkg", "A")
    yield* published("two", "B.pkg", "B")
    const to = yield* temporaryFolder
    yield* Effect.promise(() => mkdir(join(to, "A.pkg")))
    const outcomes = yield* pull(to)
    expect(outcomes).toMatchObject({
      A: { outcome: "failed", error: { reason: "Sink" } },
      B: { outcome: "downloaded" }
    })
    expect(yield* namesIn(join(to, "A.pkg"))).toEqual([])
  }).pipe(onSandbox())
)

scoped("if the listing fails, the whole download fails before anything is written", () =>
  Effect.gen(function* () {
    yield* published("one")
    yield* Sandbox.fault({ method: "GET", path: root, times: 99, respond: { status: 403, body: {} } })
    const folder = yield* temporaryFolder
    expect(yield* Effect.flip(pull(join(folder, "all")))).toMatchObject({ _tag: "ApiClientError", reason: "Forbidden" })
    expect(yield* namesIn(folder)).toEqual([])
  }).pipe(onSandbox())
)

scoped("no more downloads run at once than the caller asked for", () => {
  let [running, most] = [0, 0]
  const files = Object.fromEntries(["a", "b", "c", "d", "e"].map((id) => [id, { key: `x/${id}.pkg`, text: id }]))
  return tenantOf(files)(() =>
    Effect.gen(function* () {
      const apps = yield* CustomApps
      const to = yield* temporaryFolder
      const watching = {
        begin: Effect.acquireRelease(
          Effect.sync(() => void (most = Math.max(most, ++running))),
          () => Effect.sync(() => void running--)
        ).pipe(Effect.as(() => undefined))
      }
      const all = apps.downloadAll(apps.stream(), { to, concurrency: 2 })
      yield* Effect.provideService(Stream.runDrain(all), Progress.Reporter, watching)
      expect(most).toBe(2)
      expect(yield* namesIn(to)).toHaveLength(5)
    })
  )
})

scoped("an interrupted download leaves no unfinished file", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    yield* published("x".repeat(3_000_000), "A.pkg", "A")
    yield* published("y".repeat(3_000_000), "B.pkg", "B")
    yield* Sandbox.fault({ method: "GET", target: "storage", times: 2, stallAfter: 1_000_000 })
    const to = yield* temporaryFolder
    const moving = yield* Deferred.make<void>()
    const onProgress = ({ bytes }: TransferProgress) => {
      if (bytes > 0) Deferred.unsafeDone(moving, Effect.void)
    }
    const fiber = yield* Effect.fork(Stream.runDrain(apps.downloadAll(apps.stream(), { to, onProgress })))
    yield* Deferred.await(moving)
    yield* Fiber.interrupt(fiber)
    expect(yield* namesIn(to)).toEqual([])
  }).pipe(onSandbox())
)

scoped("a reporter in the program sees every transfer, and the caller's own onProgress is called as well", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const to = yield* temporaryFolder
    const seen: Array<string> = []
    const own: Array<string> = []
    const reporter: Progress.Reporter.Service = {
      begin: Effect.acquireRelease(
        Effect.sync(() => void seen.push("begin")),
        (_, exit) => Effect.sync(() => void seen.push(exit._tag))
      ).pipe(Effect.as(({ name, phase }) => void seen.push(`${phase} ${name}`)))
    }
    const onProgress = ({ name, phase }: TransferProgress) => void own.push(`${phase} ${name}`)
    yield* Effect.gen(function* () {
      const app = yield* published("one", "A.pkg")
      yield* apps.update(app.id, { restart: true })
      yield* apps.download(app, { to: join(to, "A.pkg"), onProgress })
      yield* Stream.runDrain(apps.installer(app))
      yield* Effect.ignore(apps.download("no-such-app", { to: join(to, "B.pkg") }))
    }).pipe(Effect.provideService(Progress.Reporter, reporter))
    const [up, down] = [
      ["uploading A.pkg", "finalizing A.pkg"],
      ["downloading A.pkg", "verifying A.pkg"]
    ]
    expect(seen.filter((line, index) => line !== seen[index - 1])).toEqual(
      [
        ["begin", ...up, "Success"],
        ["begin", "Success"],
        ["begin", ...down, "Success"],
        ["begin", ...down, "Success"],
        ["begin", "Failure"]
      ].flat()
    )
    expect(new Set(own)).toEqual(new Set(down))
  }).pipe(onSandbox())
)
