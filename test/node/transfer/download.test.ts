/**
 * Downloads over unreliable connections, with real sockets and real files.
 */
import { PayloadIntegrityError, type TransferProgress } from "effect-iru"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { badStore, type Mood, signature } from "../../support/badStore.js"
import { canMount, smallDisk } from "../../support/smallDisk.js"
import { namesIn, read, temporaryFolder } from "../../support/files.js"
import { eitherWay } from "./eitherWay.js"
import { bytesOf, download, MiB, sha256, shown, stored, transfers } from "./support.js"

const object = bytesOf(3 * MiB + 17)

/** Downloads the object from a store that misbehaves in these ways; gives the store, the folder and the outcome. */
const attempt = (moods: ReadonlyArray<Mood>, options: Parameters<typeof transfers>[0] = {}, bytes = object) =>
  Effect.gen(function* () {
    const store = yield* badStore(bytes, moods)
    const folder = yield* temporaryFolder
    const to = join(folder, "app.pkg")
    const outcome = yield* Effect.either(transfers(options)(download(stored(store, bytes), to)))
    return { store, folder, to, outcome }
  })

/** The target has the object's bytes, and the folder has no other file. */
const expectWhole = ({ folder, outcome, to }: Effect.Effect.Success<ReturnType<typeof attempt>>, bytes = object) =>
  Effect.gen(function* () {
    expect(outcome).toMatchObject({
      _tag: "Right",
      right: { path: to, size: bytes.length, sha256: sha256(bytes), verified: true }
    })
    expect((yield* read(to)).equals(bytes)).toBe(true)
    expect(yield* namesIn(folder)).toEqual(["app.pkg"])
  })

/** The download failed, the failure does not show the address, and there is no file. */
const expectFailure = ({ folder, outcome }: Effect.Effect.Success<ReturnType<typeof attempt>>, failure: object) =>
  Effect.gen(function* () {
    expect(outcome).toMatchObject({ _tag: "Left", left: { direction: "download", name: "app.pkg", ...failure } })
    expect(shown(outcome)).not.toContain(signature)
    expect(yield* namesIn(folder)).toEqual([])
  })

describe("a download whose connection is cut", () => {
  eitherWay("continues where it stopped, with the same object", () =>
    Effect.gen(function* () {
      const result = yield* attempt([{ cutAfter: 1_500_000 }, { cutAfter: 1 }, { cutAfter: 0 }])
      yield* expectWhole(result)
      const [first, second, third] = result.store.seen
      expect([first?.range, first?.ifMatch]).toEqual([undefined, undefined])
      expect(second?.range).toMatch(/^bytes=[1-9]\d*-\d*$/)
      expect(second?.ifMatch).toMatch(/^"[0-9a-f]{32}"$/)
      expect(third?.range).toMatch(/^bytes=[1-9]\d*-\d*$/)
      expect(result.store.seen).toHaveLength(4)
    })
  )

  eitherWay("at any byte ends with the right file", () =>
    Effect.gen(function* () {
      for (let round = 0; round < 15; round++) {
        const bytes = bytesOf(1 + Math.floor(Math.random() * 400_000))
        const moods = Array.from({ length: 1 + Math.floor(Math.random() * 5) }, () => ({
          cutAfter: Math.floor(Math.random() * bytes.length),
          withoutEtag: Math.random() < 0.3
        }))
        yield* expectWhole(yield* attempt(moods, {}, bytes), bytes)
      }
    })
  )

  eitherWay("fails once the connection was cut as often in a row as the caller allows", () =>
    Effect.gen(function* () {
      const result = yield* attempt([{ cutAfter: 100 }, { cutAfter: 100 }, { cutAfter: 100 }], { retries: 2 })
      yield* expectFailure(result, { _tag: "PayloadTransferError", reason: "Truncated" })
      expect(result.store.seen).toHaveLength(3)
    })
  )

  eitherWay("goes on as long as every try makes progress", () =>
    Effect.gen(function* () {
      const bytes = bytesOf(8 * MiB)
      yield* expectWhole(
        yield* attempt(
          Array.from({ length: 5 }, () => ({ cutAfter: 1_400_000 })),
          { retries: 1 },
          bytes
        ),
        bytes
      )
    })
  )

  eitherWay("is noticed by the reported size if the answer has neither a length nor chunks", () =>
    Effect.flatMap(attempt([{ noLength: true, cutAfter: 1_000_000 }]), expectWhole)
  )

  eitherWay("starts again from the beginning if the store does not support ranges", () =>
    Effect.gen(function* () {
      const result = yield* attempt([
        { cutAfter: 2_000_000 },
        { ignoresRange: true, cutAfter: 2_500_000 },
        { ignoresRange: true }
      ])
      yield* expectWhole(result)
      expect(result.store.seen).toHaveLength(3)
    })
  )

  eitherWay("is tried again if storage answers 500 or asks to slow down", () =>
    Effect.gen(function* () {
      const result = yield* attempt([
        { refuse: { status: 503, code: "SlowDown", message: "Please reduce your request rate." } },
        { refuse: { status: 500 } }
      ])
      yield* expectWhole(result)
      expect(result.store.seen).toHaveLength(3)
    })
  )
})

describe("a download that stalls", () => {
  eitherWay("in the body of the answer is tried again", () =>
    Effect.flatMap(attempt([{ stallAfter: 1_000_000 }], { stallTimeout: "300 millis" }), expectWhole)
  )
  eitherWay("before the head of the answer is tried again", () =>
    Effect.flatMap(attempt([{ silent: true }], { stallTimeout: "300 millis" }), expectWhole)
  )
  eitherWay("while single bytes still arrive is tried again, and keeps those bytes", () => {
    const zeros = Buffer.alloc(2 * MiB, ".")
    return Effect.flatMap(attempt([{ dribbleAfter: 1_000_000 }], { stallTimeout: "300 millis" }, zeros), (result) =>
      expectWhole(result, zeros)
    )
  })
  eitherWay("in every try fails as Stalled", () =>
    Effect.gen(function* () {
      const moods = [{ stallAfter: 10 }, { silent: true }]
      const result = yield* attempt(moods, { stallTimeout: "200 millis", retries: 1 })
      yield* expectFailure(result, { reason: "Stalled" })
    })
  )
})

describe("an object that is replaced", () => {
  const other = bytesOf(object.length)
  const folderAndStore = (moods: ReadonlyArray<Mood>) => Effect.all([temporaryFolder, badStore(object, moods)])

  eitherWay("during the download is downloaded again once, as the tenant reports it then", () =>
    Effect.gen(function* () {
      const [folder, store] = yield* folderAndStore([{ cutAfter: 2_000_000 }, { replacedBy: other }])
      const to = join(folder, "app.pkg")
      let asked = 0
      const source = Effect.sync(() => stored(store, asked++ === 0 ? object : other))
      const result = yield* transfers()(download(source, to))
      expect(result.sha256).toBe(sha256(other))
      expect((yield* read(to)).equals(other)).toBe(true)
      expect(yield* namesIn(folder)).toEqual(["app.pkg"])
    })
  )

  eitherWay("several times during the download fails", () =>
    Effect.gen(function* () {
      const [folder, store] = yield* folderAndStore([
        { cutAfter: 2_000_000 },
        { replacedBy: other },
        { cutAfter: 1_000_000 },
        { replacedBy: object }
      ])
      const outcome = yield* Effect.either(transfers()(download(stored(store, object), join(folder, "app.pkg"))))
      yield* expectFailure({ folder, store, outcome, to: "" }, { reason: "Rejected", status: 412 })
      expect(store.seen).toHaveLength(4)
    })
  )

  eitherWay("by one of another size is downloaded again once, and then fails because its size is wrong", () =>
    Effect.gen(function* () {
      const result = yield* attempt([{ bytes: object.subarray(1) }, { bytes: object.subarray(1) }])
      yield* expectFailure(result, { _tag: "PayloadTransferError", reason: "Truncated" })
      expect(result.store.seen).toHaveLength(2)
    })
  )

  eitherWay("is noticed by its digest if the store does not support If-Match", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object, (_, count) =>
        count === 1 ? { cutAfter: 2_000_000 } : count === 2 ? { bytes: other, withoutEtag: true } : {}
      )
      const folder = yield* temporaryFolder
      const outcome = yield* Effect.either(transfers()(download(stored(store, object), join(folder, "app.pkg"))))
      yield* expectFailure({ folder, store, outcome, to: "" }, { _tag: "PayloadIntegrityError", check: "sha256" })
    })
  )
})

describe("an answer of storage", () => {
  eitherWay("with too many bytes is a PayloadIntegrityError, with a length and without", () =>
    Effect.gen(function* () {
      const longer = Buffer.concat([object, Buffer.from("x")])
      for (const mood of [{ bytes: longer }, { bytes: longer, chunked: true }, { bytes: longer, noLength: true }]) {
        const result = yield* attempt([mood, mood])
        yield* expectFailure(result, { _tag: "PayloadIntegrityError", check: "size" })
      }
    })
  )
  eitherWay("with too few bytes is Truncated, with a length and without", () =>
    Effect.gen(function* () {
      const shorter = object.subarray(0, 1_000_000)
      for (const mood of [{ bytes: shorter }, { bytes: shorter, chunked: true }, { bytes: shorter, noLength: true }]) {
        const result = yield* attempt(
          Array.from({ length: 8 }, () => mood),
          { retries: 1 }
        )
        yield* expectFailure(result, { _tag: "PayloadTransferError", reason: "Truncated" })
      }
    })
  )
  eitherWay("with a wrong digest is a PayloadIntegrityError, and the old file at the target stays", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const folder = yield* temporaryFolder
      const to = join(folder, "app.pkg")
      yield* Effect.promise(() => writeFile(to, "before"))
      const source = stored(store, object, { sha256: "0".repeat(64) })
      const error = yield* Effect.flip(transfers()(download(source, to)))
      expect(error).toBeInstanceOf(PayloadIntegrityError)
      expect((yield* read(to)).toString()).toBe("before")
      expect(yield* namesIn(folder)).toEqual(["app.pkg"])
    })
  )
  eitherWay("is accepted if neither its size nor its digest is known", () =>
    Effect.gen(function* () {
      for (const mood of [{}, { chunked: true }, { cutAfter: 1_000_000 }]) {
        const store = yield* badStore(object, [mood])
        const to = join(yield* temporaryFolder, "app.pkg")
        const source = stored(store, object, { sha256: undefined, size: undefined })
        const result = yield* transfers()(download(source, to))
        expect(result).toMatchObject({ verified: false, size: object.length, sha256: sha256(object) })
      }
    })
  )
})

describe("the address of a download", () => {
  const expired = { refuse: { status: 403, code: "AccessDenied", message: "Request has expired" } }

  eitherWay("that expires during the download is requested again, and the download continues", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object, [{ cutAfter: 2_000_000 }, expired])
      const to = join(yield* temporaryFolder, "app.pkg")
      let asked = 0
      const source = Effect.sync(() => {
        const url = store.url.replace("app.pkg", `app.pkg.${++asked}`)
        return stored(store, object, { url: Redacted.make(url) })
      })
      const result = yield* transfers()(download(source, to))
      expect(result.verified).toBe(true)
      expect(store.seen.map(({ url }) => /app\.pkg\.(\d)/.exec(url)?.[1])).toEqual(["1", "1", "2"])
      expect(store.seen[2]?.range).toMatch(/^bytes=[1-9]/)
    })
  )
  eitherWay("that has expired again at once fails as Expired", () =>
    Effect.gen(function* () {
      const result = yield* attempt([expired, expired])
      yield* expectFailure(result, {
        reason: "Expired",
        status: 403,
        code: "AccessDenied",
        detail: "Request has expired"
      })
      expect(result.store.seen).toHaveLength(2)
    })
  )
  eitherWay("that is refused fails with the store's own words and is not tried again", () =>
    Effect.gen(function* () {
      const result = yield* attempt([
        { refuse: { status: 404, code: "NoSuchKey", message: "The specified key does not exist." } }
      ])
      yield* expectFailure(result, { reason: "Rejected", status: 404, code: "NoSuchKey" })
      expect(result.store.seen).toHaveLength(1)
    })
  )
  eitherWay("that redirects is followed, with the same range", () =>
    Effect.gen(function* () {
      const elsewhere = yield* badStore(object, [{ cutAfter: 1_000_000 }])
      const store = yield* badStore(object, () => ({ redirect: elsewhere.url }))
      const to = join(yield* temporaryFolder, "app.pkg")
      expect((yield* transfers()(download(stored(store, object), to))).verified).toBe(true)
      expect(elsewhere.ranges()).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]/)])
      for (const { headers } of [...store.seen, ...elsewhere.seen]) {
        expect(
          Object.keys(headers).filter((name) => /^(authorization|cookie|referer|traceparent|b3)$/.test(name))
        ).toEqual([])
      }
    })
  )
  eitherWay("that leads nowhere is a Transport failure", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const store = yield* badStore(object)
      const url = Redacted.make(`http://127.0.0.1:1/?X-Amz-Signature=${signature}`)
      const outcome = yield* Effect.either(
        transfers({ retries: 1 })(download(stored(store, object, { url }), join(folder, "app.pkg")))
      )
      yield* expectFailure({ folder, store, outcome, to: "" }, { reason: "Transport" })
    })
  )
})

describe("a download over several connections", () => {
  const large = bytesOf(40 * MiB + 3)
  const parallel = { connections: 4, rangesAbove: 1 * MiB }

  eitherWay("takes parts of a large object, and the digest covers all of it", () =>
    Effect.gen(function* () {
      const result = yield* attempt([], parallel, large)
      yield* expectWhole(result, large)
      expect(result.store.most()).toBeGreaterThan(1)
      const tags = result.store.seen.slice(1).map(({ ifMatch }) => ifMatch)
      expect(new Set(tags).size).toBe(1)
      expect(tags[0]).toBeDefined()
    })
  )
  eitherWay("opens each connection again that is cut, stalls or expires", () =>
    Effect.gen(function* () {
      const moods: ReadonlyArray<Mood> = [
        { cutAfter: 3_000_000 },
        {},
        { cutAfter: 1_000_000 },
        { stallAfter: 2_000_000 },
        { cutAfter: 0 },
        { refuse: { status: 403, code: "AccessDenied", message: "Request has expired" } },
        { refuse: { status: 503, code: "SlowDown" } }
      ]
      yield* expectWhole(yield* attempt(moods, { ...parallel, stallTimeout: "500 millis" }, large), large)
    })
  )
  eitherWay("uses one connection if the store does not support ranges", () =>
    Effect.gen(function* () {
      const result = yield* attempt(
        Array.from({ length: 9 }, () => ({ ignoresRange: true })),
        parallel,
        large
      )
      yield* expectWhole(result, large)
      expect(result.store.most()).toBe(1)
    })
  )
  eitherWay("uses one connection for a small object", () =>
    Effect.gen(function* () {
      const result = yield* attempt([], { connections: 4 }, large)
      yield* expectWhole(result, large)
      expect(result.store.ranges()).toEqual([undefined])
    })
  )
  eitherWay("notices on every connection that the object is replaced, and starts again once", () =>
    Effect.gen(function* () {
      const other = bytesOf(large.length)
      const store = yield* badStore(large, (_, count) => (count === 3 ? { replacedBy: other } : {}))
      const to = join(yield* temporaryFolder, "app.pkg")
      let asked = 0
      const source = Effect.sync(() => stored(store, asked++ === 0 ? large : other))
      yield* transfers(parallel)(download(source, to))
      expect((yield* read(to)).equals(other)).toBe(true)
    })
  )
})

describe("a download that is interrupted", () => {
  for (const [name, mood, options] of [
    ["before the head", { silent: true }, {}],
    ["in the body", { stallAfter: 2_000_000 }, {}],
    ["on several connections", { stallAfter: 100_000 }, { connections: 4, rangesAbove: 1 }]
  ] as const) {
    eitherWay(`${name} closes its connections and leaves no file`, () =>
      Effect.gen(function* () {
        const bytes = bytesOf(20 * MiB)
        const store = yield* badStore(bytes, (_, count) =>
          name === "on several connections" && count === 1 ? {} : mood
        )
        const folder = yield* temporaryFolder
        const begun = yield* Deferred.make<void>()
        yield* transfers(options)(
          Effect.gen(function* () {
            const onProgress = () => Deferred.unsafeDone(begun, Effect.void)
            const fiber = yield* Effect.fork(download(stored(store, bytes), join(folder, "app.pkg"), { onProgress }))
            while (store.seen.length < (name === "on several connections" ? 3 : 1)) yield* Effect.sleep(5)
            if (name !== "before the head") yield* Deferred.await(begun)
            yield* Fiber.interrupt(fiber)
            expect(yield* namesIn(folder)).toEqual([])
            while (store.connections() > 0) yield* Effect.sleep(5)
          })
        )
      })
    )
  }
})

describe("the target of a download", () => {
  eitherWay("in a folder that cannot be created is a Sink failure", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const folder = yield* temporaryFolder
      yield* Effect.promise(() => writeFile(join(folder, "file"), ""))
      const to = join(folder, "file", "app.pkg")
      const error = yield* Effect.flip(transfers()(download(stored(store, object), to)))
      expect(error).toMatchObject({ reason: "Sink", detail: expect.stringMatching(/ENOTDIR|EEXIST/) })
      expect(store.seen).toHaveLength(0)
    })
  )
  eitherWay("that is a folder is a Sink failure, and nothing is sent", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const error = yield* Effect.flip(transfers()(download(stored(store, object), yield* temporaryFolder)))
      expect(error).toMatchObject({ reason: "Sink" })
      expect(store.seen).toHaveLength(0)
    })
  )
})

if (!canMount) console.warn("Not run: a download to a full disk. It needs the right to mount one.")

describe.runIf(canMount)("a full disk", () => {
  eitherWay("is a Sink failure, and the partial file is removed", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const folder = (yield* smallDisk) ?? ""
      const outcome = yield* Effect.either(transfers()(download(stored(store, object), join(folder, "app.pkg"))))
      yield* expectFailure(
        { folder, store, outcome, to: "" },
        { reason: "Sink", detail: expect.stringContaining("ENOSPC") }
      )
    })
  )
})

eitherWay("progress reaches the full size, and then the digest is compared", () =>
  Effect.gen(function* () {
    const store = yield* badStore(object, [{ cutAfter: 2_000_000 }])
    const seen: Array<TransferProgress> = []
    const to = join(yield* temporaryFolder, "app.pkg")
    yield* transfers()(download(stored(store, object), to, { onProgress: (progress) => seen.push(progress) }))
    const bytes = seen.map(({ bytes }) => bytes)
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b))
    expect(seen.at(-1)).toEqual({ phase: "verifying", name: "app.pkg", bytes: object.length, total: object.length })
    expect(seen.slice(0, -1).every(({ phase }) => phase === "downloading")).toBe(true)
  })
)
