/**
 * Downloads that continue the partial file of an interrupted or killed process.
 */
import type { StoredInstaller } from "effect-iru"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { existsSync, readlinkSync } from "node:fs"
import { open, truncate, utimes, writeFile } from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { badStore } from "../../support/badStore.js"
import { bundled } from "../../support/programs.js"
import { namesIn, read, temporaryFolder } from "../../support/files.js"
import { serve } from "../../support/server.js"
import { eitherWay } from "./eitherWay.js"
import { bytesOf, download, MiB, sha256, stored, transfers } from "./support.js"

const object = bytesOf(6 * MiB + 5)
const anObject = bytesOf(1000)
const resume = { resume: true }

/** How many bytes of the object a partial file says that it has. It says so behind the object's last byte. */
const noted = (folder: string): Effect.Effect<number> =>
  Effect.gen(function* () {
    const [name] = yield* namesIn(folder)
    if (name === undefined) return 0
    const mark = (yield* read(join(folder, name))).subarray(object.length).toString("utf8")
    return Number(/"written":(\d+)/.exec(mark)?.[1] ?? 0)
  })

/** Downloads until the store stops sending, then stops as an interrupted program does. */
const interrupted = (source: StoredInstaller, folder: string, to: string) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(transfers()(download(source, to, resume)))
    yield* Effect.repeat(noted(folder), { until: (bytes) => bytes >= 3 * MiB, schedule: Schedule.spaced("10 millis") })
    yield* Fiber.interrupt(fiber)
  })

const partial = Effect.gen(function* () {
  const store = yield* badStore(object, [{ stallAfter: 5_000_000 }])
  const folder = yield* temporaryFolder
  const to = join(folder, "app.pkg")
  yield* interrupted(stored(store, object), folder, to)
  expect(store.seen).toHaveLength(1)
  const names = yield* namesIn(folder)
  expect(names).toEqual([expect.stringMatching(/^\.app\.pkg\..*\.part$/)])
  return { store, folder, to, left: join(folder, names[0] ?? "") }
})

const expectWhole = (folder: string, to: string, bytes = object) =>
  Effect.gen(function* () {
    expect((yield* read(to)).equals(bytes)).toBe(true)
    expect(yield* namesIn(folder)).toEqual(["app.pkg"])
  })

const program = bundled("test/node/transfer/killed.ts")

describe("with resume, a download", () => {
  eitherWay("that was interrupted continues where it stopped", () =>
    Effect.gen(function* () {
      const { folder, store, to } = yield* partial
      const seen: Array<number> = []
      const result = yield* transfers()(
        download(stored(store, object), to, { ...resume, onProgress: ({ bytes }) => seen.push(bytes) })
      )
      expect(result).toMatchObject({ size: object.length, sha256: sha256(object), verified: true })
      yield* expectWhole(folder, to)
      expect(store.seen).toHaveLength(2)
      expect(Number(/^bytes=(\d+)-/.exec(store.seen[1]?.range ?? "")?.[1])).toBeGreaterThanOrEqual(3 * MiB)
      expect(seen[0]).toBeGreaterThan(3 * MiB)
      expect(seen.at(-1)).toBe(object.length)
    })
  )

  eitherWay(
    "whose process was killed continues where it stopped",
    () =>
      Effect.gen(function* () {
        const store = yield* badStore(object, [{ stallAfter: 5_000_000 }])
        const folder = yield* temporaryFolder
        const to = join(folder, "app.pkg")
        yield* Effect.promise(async () => {
          const child = spawn(
            process.execPath,
            [program("test/node/transfer/killed.ts"), store.url, to, String(object.length), sha256(object)],
            {
              stdio: ["ignore", "pipe", "inherit"]
            }
          )
          await once(child.stdout, "data")
          child.kill("SIGKILL")
          await once(child, "exit")
        })
        expect(yield* namesIn(folder)).toHaveLength(1)
        yield* transfers()(download(stored(store, object), to, resume))
        yield* expectWhole(folder, to)
        expect(store.ranges()[1]).toMatch(/^bytes=[1-9]\d{6}-/)
      }),
    120_000
  )

  eitherWay("does not touch the partial file of a running download", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const folder = yield* temporaryFolder
      const to = join(folder, "app.pkg")
      const all = Array.from({ length: 3 }, () => download(stored(store, object), to, resume))
      yield* transfers()(Effect.all(all, { concurrency: "unbounded" }))
      yield* expectWhole(folder, to)
      expect(store.ranges()).toEqual([undefined, undefined, undefined])
    })
  )

  eitherWay("of another object starts from the beginning", () =>
    Effect.gen(function* () {
      const { folder, to } = yield* partial
      const other = bytesOf(object.length)
      const store = yield* badStore(other)
      yield* transfers()(download(stored(store, other), to, resume))
      expect(store.ranges()).toEqual([undefined])
      yield* expectWhole(folder, to, other)
    })
  )

  describe("that finds a partial file beside its target", () => {
    const numbers = existsSync("/proc/self/ns/pid") ? readlinkSync("/proc/self/ns/pid") : ""
    const machine = createHash("sha256").update(`${hostname()} ${numbers}`).digest("hex").slice(0, 8)
    const gone = spawnSync(process.execPath, ["-e", ""]).pid
    const [hour, day] = [3_600_000, 86_400_000]
    const cases: ReadonlyArray<
      readonly [whose: string, left: boolean, owner: string, age: number, object?: string, target?: string]
    > = [
      ["of an interrupted download", true, "left", 0],
      ["of a process that has ended", true, `${machine}-${gone}`, 0],
      ["of a process that has ended and that recorded no progress", true, `${machine}-${gone}`, 0, "new"],
      ["of a running process", false, `${machine}-${process.ppid}`, hour],
      [
        "of a running process whose number belonged to another process days ago",
        true,
        `${machine}-${process.ppid}`,
        2 * day
      ],
      ["of this process", false, `${machine}-${process.pid}`, 0],
      ["of an earlier process with the same number", true, `${machine}-${process.pid}`, hour],
      ["of another machine, written to an hour ago", false, `${"0".repeat(8)}-${gone}`, hour],
      ["of another machine, written to days ago", true, `${"0".repeat(8)}-${gone}`, 2 * day],
      ["of another target", false, "left", 0, "0".repeat(16), "app.pkg.old"],
      ["of another target whose name begins like this one", false, "left", 0, "0".repeat(16), "app"]
    ]
    for (const [whose, left, owner, age, object = "0".repeat(16), target = "app.pkg"] of cases) {
      eitherWay(`${whose}, ${left ? "removes it" : "leaves it alone"}`, () =>
        Effect.gen(function* () {
          const store = yield* badStore(anObject)
          const folder = yield* temporaryFolder
          const name = `.${target}.${object}.${owner}-${"a".repeat(16)}.part`
          const written = new Date(Date.now() - age)
          yield* Effect.promise(() => writeFile(join(folder, name), "a part"))
          yield* Effect.promise(() => utimes(join(folder, name), written, written))
          yield* transfers()(download(stored(store, anObject), join(folder, "app.pkg")))
          expect(yield* namesIn(folder)).toEqual(left ? ["app.pkg"] : [name, "app.pkg"])
        })
      )
    }
    eitherWay("of another target whose long name begins alike, leaves it alone", () =>
      Effect.gen(function* () {
        const store = yield* badStore(object, [{ stallAfter: 5_000_000 }])
        const folder = yield* temporaryFolder
        const [one, other] = ["one", "other"].map((end) => join(folder, `${"A long name ".repeat(9)}${end}.pkg`))
        yield* interrupted(stored(store, object), folder, one ?? "")
        yield* transfers()(download(stored(store, object), other ?? ""))
        expect(yield* namesIn(folder)).toHaveLength(2)
        yield* transfers()(download(stored(store, object), one ?? "", resume))
        expect(store.ranges()[2]).toMatch(/^bytes=[1-9]/)
        expect(yield* namesIn(folder)).toHaveLength(2)
      })
    )
  })

  for (const [how, damage] of [
    [
      "overwritten",
      async (path: string) => {
        const file = await open(path, "r+")
        await file.write(Buffer.alloc(100), 0, 100, 1_000_000)
        await file.close()
      }
    ],
    ["cut short", (path: string) => truncate(path, 1_000_000)]
  ] as const) {
    eitherWay(`whose partial file was ${how} ends with the right file`, () =>
      Effect.gen(function* () {
        const { folder, left, store, to } = yield* partial
        yield* Effect.promise(() => damage(left))
        yield* transfers()(download(stored(store, object), to, resume))
        yield* expectWhole(folder, to)
      })
    )
  }

  eitherWay("that is interrupted ends without reading its partial file again, however large that is", () =>
    Effect.gen(function* () {
      // A sparse file: it takes no room on the disk, and half a minute to read.
      const [size, written] = [65 * 1024 ** 3, 64 * 1024 ** 3]
      const digest = sha256(anObject)
      const { origin } = yield* serve((_, { response }) => {
        const range = `bytes ${written}-${size - 1}/${size}`
        response.writeHead(206, { "content-range": range, "content-length": size - written }).write(bytesOf(MiB))
        return "handled"
      })
      const folder = yield* temporaryFolder
      const left = join(folder, `.app.pkg.${digest.slice(0, 16)}.left-0123456789abcdef.part`)
      yield* Effect.promise(async () => {
        const file = await open(left, "w")
        await file.write(JSON.stringify({ sha256: digest, size, written }).padEnd(200), size)
        await file.close()
      })
      const reached = yield* Deferred.make<void>()
      const onProgress = ({ bytes }: { readonly bytes: number }) => {
        if (bytes > written + MiB / 2) Deferred.unsafeDone(reached, Effect.void)
      }
      const source = { url: Redacted.make(`${origin}/app.pkg`), name: "app.pkg", size, sha256: digest }
      const fiber = yield* Effect.fork(
        transfers()(download(source, join(folder, "app.pkg"), { ...resume, onProgress }))
      )
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(fiber)
      expect(yield* namesIn(folder)).toHaveLength(1)
    })
  )

  eitherWay("of an unknown digest starts from the beginning, and leaves no file", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object, [{ stallAfter: 5_000_000 }])
      const folder = yield* temporaryFolder
      const reached = yield* Deferred.make<void>()
      const onProgress = ({ bytes }: { readonly bytes: number }) => {
        if (bytes >= 4_000_000) Deferred.unsafeDone(reached, Effect.void)
      }
      const source = stored(store, object, { sha256: undefined })
      const fiber = yield* Effect.fork(
        transfers()(download(source, join(folder, "app.pkg"), { ...resume, onProgress }))
      )
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(fiber)
      expect(yield* namesIn(folder)).toEqual([])
    })
  )

  eitherWay("that ends with a wrong digest leaves no file", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const folder = yield* temporaryFolder
      const source = stored(store, object, { sha256: "0".repeat(64), url: Redacted.make(store.url) })
      yield* Effect.flip(transfers()(download(source, join(folder, "app.pkg"), resume)))
      expect(yield* namesIn(folder)).toEqual([])
    })
  )

  eitherWay("over several connections continues after the last byte before the first gap", () =>
    Effect.gen(function* () {
      const large = bytesOf(30 * MiB)
      const store = yield* badStore(large, (_, count) => (count === 2 || count === 3 ? { stallAfter: 3_000_000 } : {}))
      const folder = yield* temporaryFolder
      const to = join(folder, "app.pkg")
      const options = { connections: 2, rangesAbove: 1, stallTimeout: "500 millis", retries: 0 } as const
      yield* Effect.flip(transfers(options)(download(stored(store, large), to, resume)))
      expect(yield* namesIn(folder)).toHaveLength(1)
      yield* transfers({ ...options, stallTimeout: "30 seconds" })(download(stored(store, large), to, resume))
      yield* expectWhole(folder, to, large)
    })
  )
})
