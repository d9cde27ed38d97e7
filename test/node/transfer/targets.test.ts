/**
 * Which files a download may replace, and which it never touches.
 */
import { scopedLive } from "@effect/vitest"
import { safeFileName } from "../../../src/installers/fileNames.js"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import { spawnSync } from "node:child_process"
import { chmod, chown, lstat, mkdir, open, readFile, stat, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { badStore } from "../../support/badStore.js"
import { namesIn, read, temporaryFolder } from "../../support/files.js"
import { serve } from "../../support/server.js"
import { eitherWay } from "./eitherWay.js"
import { bytesOf, download, MiB, sha256, stored, transfers } from "./support.js"

const object = bytesOf(100_000)
const isRoot = process.getuid?.() === 0

/** Prepares a folder, downloads to a path in it, and gives the outcome. */
const attempt = (prepare: (folder: string) => Promise<unknown>, name = "app.pkg") =>
  Effect.gen(function* () {
    const store = yield* badStore(object)
    const folder = yield* temporaryFolder
    yield* Effect.promise(() => prepare(folder))
    const to = join(folder, name)
    const outcome = yield* Effect.either(transfers()(download(stored(store, object), to)))
    return { store, folder, to, outcome }
  })

const expectRefused = ({ outcome, store }: Effect.Effect.Success<ReturnType<typeof attempt>>, why: RegExp) => {
  expect(outcome).toMatchObject({ _tag: "Left", left: { reason: "InvalidArgument" } })
  expect(String(outcome._tag === "Left" && outcome.left)).toMatch(why)
  expect(store.seen).toHaveLength(0)
}

describe("a target that is not a plain file is left as it is, and nothing is sent:", () => {
  eitherWay("a FIFO", () =>
    Effect.gen(function* () {
      const result = yield* attempt(async (folder) => spawnSync("mkfifo", [join(folder, "app.pkg")]))
      expectRefused(result, /is a FIFO/)
      expect((yield* Effect.promise(() => lstat(result.to))).isFIFO()).toBe(true)
      expect(yield* namesIn(result.folder)).toEqual(["app.pkg"])
    })
  )

  eitherWay("a socket", () =>
    Effect.gen(function* () {
      const server = createServer()
      yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))
      const result = yield* attempt(
        (folder) => new Promise((resolve) => server.listen(join(folder, "app.pkg"), () => resolve(undefined)))
      )
      expectRefused(result, /is a socket/)
    })
  )

  // Only root can make a device.
  if (isRoot) {
    eitherWay("a device", () =>
      Effect.gen(function* () {
        const result = yield* attempt(async (folder) => spawnSync("mknod", [join(folder, "app.pkg"), "c", "1", "3"]))
        expectRefused(result, /is a device/)
        expect((yield* Effect.promise(() => lstat(result.to))).isCharacterDevice()).toBe(true)
      })
    )
  }
})

describe("a symbolic link", () => {
  const linked = async (folder: string) => {
    await writeFile(join(folder, "real.pkg"), "before")
    await symlink("real.pkg", join(folder, "app.pkg"))
  }

  eitherWay("that belongs to this user, in a folder where nobody else can write, is followed and stays a link", () =>
    Effect.gen(function* () {
      const { folder, outcome, to } = yield* attempt(linked)
      expect(outcome).toMatchObject({ _tag: "Right", right: { path: to } })
      expect((yield* Effect.promise(() => lstat(to))).isSymbolicLink()).toBe(true)
      expect((yield* read(join(folder, "real.pkg"))).equals(object)).toBe(true)
      expect(yield* namesIn(folder)).toEqual(["app.pkg", "real.pkg"])
    })
  )

  eitherWay("in a folder where others can write is refused", () =>
    Effect.gen(function* () {
      const result = yield* attempt(async (folder) => {
        await linked(folder)
        await chmod(folder, 0o777)
      })
      expectRefused(result, /somebody else could change it/)
      expect(String(yield* read(join(result.folder, "real.pkg")))).toBe("before")
    })
  )

  eitherWay("that leads to a missing file is refused", () =>
    Effect.gen(function* () {
      const result = yield* attempt((folder) => symlink("missing.pkg", join(folder, "app.pkg")))
      expectRefused(result, /does not exist/)
      expect(yield* namesIn(result.folder)).toEqual(["app.pkg"])
    })
  )

  eitherWay("that leads in a circle is refused", () =>
    Effect.gen(function* () {
      const result = yield* attempt(async (folder) => {
        await symlink("other.pkg", join(folder, "app.pkg"))
        await symlink("app.pkg", join(folder, "other.pkg"))
      })
      expectRefused(result, /in a circle/)
    })
  )

  eitherWay("that leads to a FIFO is refused", () =>
    Effect.gen(function* () {
      const result = yield* attempt(async (folder) => {
        spawnSync("mkfifo", [join(folder, "pipe")])
        await symlink("pipe", join(folder, "app.pkg"))
      })
      expectRefused(result, /is a FIFO/)
    })
  )

  if (isRoot) {
    eitherWay("that belongs to another user is refused", () =>
      Effect.gen(function* () {
        const result = yield* attempt(async (folder) => {
          await linked(folder)
          spawnSync("chown", ["-h", "65534", join(folder, "app.pkg")])
        })
        expectRefused(result, /somebody else could change it/)
      })
    )
  }
})

describe("a replaced file", () => {
  eitherWay("keeps its mode, without setuid and setgid", () =>
    Effect.gen(function* () {
      const { outcome, to } = yield* attempt(async (folder) => {
        await writeFile(join(folder, "app.pkg"), "before")
        await chmod(join(folder, "app.pkg"), 0o6750)
      })
      expect(outcome._tag).toBe("Right")
      expect((yield* Effect.promise(() => stat(to))).mode & 0o7777).toBe(0o750)
    })
  )

  if (isRoot) {
    eitherWay("keeps its owner", () =>
      Effect.gen(function* () {
        const { to } = yield* attempt(async (folder) => {
          await writeFile(join(folder, "app.pkg"), "before")
          await chown(join(folder, "app.pkg"), 65_534, 65_534)
        })
        expect(yield* Effect.promise(() => stat(to))).toMatchObject({ uid: 65_534, gid: 65_534 })
      })
    )
  }
})

describe("a folder that cannot be made", () => {
  eitherWay("ends the download at once, whatever error the file system gives", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const error = yield* Effect.flip(transfers()(download(stored(store, object), "/proc/effect-iru/deeper/app.pkg")))
      expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Sink" })
      expect(store.seen).toHaveLength(0)
    })
  )
})

describe("the partial file of an earlier download", () => {
  const digest = sha256(object)
  const left = `.app.pkg.${digest.slice(0, 16)}.left-0123456789abcdef.part`
  const resume = { resume: true }

  /** A partial file with this progress record, and the right bytes before it. */
  const marked = async (path: string, mark: string) => {
    const file = await open(path, "w")
    await file.write(object.subarray(0, 50_000))
    await file.write(mark.padEnd(200), object.length)
    await file.close()
  }

  for (const written of ["1.5", "-5", String(2 ** 60), '"7"', "null", "1e400", String(object.length + 1)]) {
    scopedLive(`is not continued if it records an impossible progress, ${written} bytes`, () =>
      Effect.gen(function* () {
        const store = yield* badStore(object)
        const folder = yield* temporaryFolder
        const to = join(folder, "app.pkg")
        const mark = `{"sha256":"${digest}","size":${object.length},"written":${written}}`
        yield* Effect.promise(() => marked(join(folder, left), mark))
        yield* transfers()(download(stored(store, object), to, resume))
        expect((yield* read(to)).equals(object)).toBe(true)
        expect(yield* namesIn(folder)).toEqual(["app.pkg"])
      })
    )
  }

  for (const size of [1.5, -5, 2 ** 60, NaN]) {
    scopedLive(`is not searched for if the tenant reports an impossible size, ${size}`, () =>
      Effect.gen(function* () {
        const store = yield* badStore(object)
        const folder = yield* temporaryFolder
        const error = yield* Effect.flip(
          transfers()(download(stored(store, object, { size }), join(folder, "app.pkg"), resume))
        )
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source" })
        expect(yield* namesIn(folder)).toEqual([])
      })
    )
  }

  for (const [what, make] of [
    ["a symbolic link", (folder: string, path: string) => symlink(join(folder, "precious"), path)],
    ["a FIFO", async (_: string, path: string) => spawnSync("mkfifo", [path])],
    ["a folder", (_: string, path: string) => mkdir(path)],
    ...(isRoot
      ? ([
          [
            "another user's",
            async (_: string, path: string) => {
              await marked(path, `{"sha256":"${digest}","size":${object.length},"written":50000}`)
              await chown(path, 65_534, 65_534)
            }
          ]
        ] as const)
      : [])
  ] as const) {
    scopedLive(`is not continued and not touched if it is ${what}`, () =>
      Effect.gen(function* () {
        const store = yield* badStore(object)
        const folder = yield* temporaryFolder
        const to = join(folder, "app.pkg")
        yield* Effect.promise(() => writeFile(join(folder, "precious"), "precious"))
        yield* Effect.promise(() => Promise.resolve(make(folder, join(folder, left))))
        yield* transfers()(download(stored(store, object), to, resume))
        expect((yield* read(to)).equals(object)).toBe(true)
        expect(yield* Effect.promise(() => readFile(join(folder, "precious"), "utf8"))).toBe("precious")
        expect(yield* namesIn(folder)).toEqual([left, "app.pkg", "precious"])
        expect(store.seen[0]?.range).toBeUndefined()
      })
    )
  }
})

describe("an answer of storage", () => {
  scopedLive("416 to a request without a range does not count as an empty file", () =>
    Effect.gen(function* () {
      const { origin } = yield* serve(() => ({ status: 416, headers: { "content-range": "bytes */0" } }))
      const folder = yield* temporaryFolder
      const source = { url: Redacted.make(`${origin}/app.pkg`), name: "app.pkg" }
      const error = yield* Effect.flip(transfers()(download(source, join(folder, "app.pkg"))))
      expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Rejected", status: 416 })
      expect(yield* namesIn(folder)).toEqual([])
    })
  )
})

describe("parts that are downloaded over several connections", () => {
  scopedLive(
    "make up the whole file, for any size, any limit and any number of connections",
    () =>
      Effect.gen(function* () {
        const run = Runtime.runPromise(yield* Effect.runtime<never>())
        const size = FastCheck.oneof(
          FastCheck.integer({ min: 1, max: 3 * MiB }),
          FastCheck.integer({ min: 7 * MiB, max: 9 * MiB })
        )
        yield* Effect.promise(() =>
          FastCheck.assert(
            FastCheck.asyncProperty(
              size,
              FastCheck.integer({ min: 0, max: 9 * MiB }),
              FastCheck.option(FastCheck.integer({ min: 1, max: 6 }), { nil: undefined }),
              (size, rangesAbove, connections) =>
                run(
                  Effect.scoped(
                    Effect.gen(function* () {
                      const bytes = bytesOf(size)
                      const store = yield* badStore(bytes)
                      const to = join(yield* temporaryFolder, "app.pkg")
                      yield* transfers({ rangesAbove, ...(connections === undefined ? {} : { connections }) })(
                        download(stored(store, bytes), to)
                      )
                      expect((yield* read(to)).equals(bytes)).toBe(true)
                    })
                  )
                )
            ),
            { numRuns: 25 }
          )
        )
      }),
    60_000
  )
})

test("file names that Windows reserves for devices are changed", () => {
  for (const name of ["aux .pkg", "LPT¹.pkg", "com²", "conin$", "CONOUT$.pkg", "nul", "PRN  .dmg", "com9.tar.gz"]) {
    expect(safeFileName(name)).toMatch(/^_/)
  }
  for (const name of ["auxiliary.pkg", "com10.pkg", "Firefox.pkg", "conin.pkg"]) expect(safeFileName(name)).toBe(name)
})
