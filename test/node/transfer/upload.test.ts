/**
 * Uploads over unreliable connections, with real sockets and real files.
 */
import type { Installer } from "effect-iru"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import { appendFileSync, rmSync, truncateSync, utimesSync } from "node:fs"
import { describe, expect } from "vitest"
import { badStore, type Mood, signature } from "../../support/badStore.js"
import { temporaryFile } from "../../support/files.js"
import { eitherWay } from "./eitherWay.js"
import { bytesOf, fileIn, MiB, place, shown, transfers, upload } from "./support.js"

const object = bytesOf(3 * MiB + 17)
const installer = { bytes: object, name: "app.pkg" }

/** Uploads an installer to a store that misbehaves in these ways. */
const attempt = (
  moods: Parameters<typeof badStore>[1],
  options: Parameters<typeof transfers>[0] = {},
  what: Installer = installer
) =>
  Effect.gen(function* () {
    const store = yield* badStore(Buffer.alloc(0), moods)
    const outcome = yield* Effect.either(transfers(options)(upload(what, place(store))))
    if (outcome._tag === "Left") expect(shown(outcome.left)).not.toContain(signature)
    return { store, outcome }
  })

const expectTaken = ({ outcome, store }: Effect.Effect.Success<ReturnType<typeof attempt>>, requests: number) => {
  expect(outcome._tag).toBe("Right")
  expect(store.seen).toHaveLength(requests)
  const last = store.seen.at(-1)
  expect(last?.complete).toBe(true)
  expect(fileIn(last?.bytes ?? Buffer.alloc(0)).equals(object)).toBe(true)
  expect(Number(last?.headers["content-length"])).toBe(last?.bytes.length)
  expect(last?.headers["transfer-encoding"]).toBeUndefined()
}

const sources: ReadonlyArray<readonly [string, Effect.Effect<Installer, never, Scope>]> = [
  ["bytes", Effect.succeed(installer)],
  ["a file", Effect.map(temporaryFile("app.pkg", object), (path) => ({ path }))],
  [
    "a stream",
    Effect.succeed({
      stream: Stream.fromIterable([
        object.subarray(0, 100),
        object.subarray(100, 2_000_000),
        object.subarray(2_000_000)
      ]),
      size: object.length,
      name: "app.pkg"
    })
  ]
]

describe("an upload that fails is sent again from the beginning:", () => {
  const breaks: ReadonlyArray<readonly [string, Mood]> = [
    ["cut at its beginning", { cutRequestAfter: 1 }],
    ["cut in the middle", { cutRequestAfter: 1_700_000 }],
    ["stalled", { stallRequestAfter: 300_000 }],
    ["without an answer", { silent: true }],
    ["500", { refuse: { status: 500, code: "InternalError" } }],
    ["503", { refuse: { status: 503, code: "SlowDown" } }],
    [
      "refused with 503 while it is sent",
      { refuse: { status: 503, code: "SlowDown" }, early: { after: 100_000, afterwards: "drain" } }
    ]
  ]
  for (const [what, source] of sources) {
    for (const [how, mood] of breaks) {
      eitherWay(`${what}, ${how}`, () =>
        Effect.gen(function* () {
          const result = yield* attempt([mood], { stallTimeout: "250 millis" }, yield* source)
          expectTaken(result, result.store.seen.length)
          expect(result.store.seen.length).toBeGreaterThan(1)
        })
      )
    }
  }

  eitherWay("cut at any byte", () =>
    Effect.gen(function* () {
      for (let round = 0; round < 6; round++) {
        const moods = [1, 2].map(() => ({ cutRequestAfter: Math.floor(Math.random() * object.length) }))
        expectTaken(yield* attempt(moods), 3)
      }
    })
  )

  eitherWay("as often as the caller allows, and no more", () =>
    Effect.gen(function* () {
      const { outcome, store } = yield* attempt(() => ({ refuse: { status: 503, code: "SlowDown" } }), { retries: 2 })
      expect(outcome).toMatchObject({
        left: { reason: "Rejected", status: 503, code: "SlowDown", direction: "upload" }
      })
      expect(store.seen).toHaveLength(3)
    })
  )
})

describe("a place in storage", () => {
  const soon = () => Date.now() + 30_000
  const expired = {
    refuse: { status: 403, code: "AccessDenied", message: "Invalid according to Policy: Policy expired." }
  }

  eitherWay("that expires before the upload is requested again once, and nothing is sent to the old one", () =>
    Effect.gen(function* () {
      const store = yield* badStore(Buffer.alloc(0))
      const places = [place(store, { key: "old", expires: soon() }), place(store, { key: "new" })]
      const took = yield* transfers()(upload(installer, places))
      expect(took.file_key).toBe("new")
      expect(store.seen).toHaveLength(1)
      expect(store.seen[0]?.bytes.subarray(0, 300).toString()).toContain("new")
    })
  )
  eitherWay("that expires during the upload is requested again once", () =>
    Effect.gen(function* () {
      const store = yield* badStore(Buffer.alloc(0), [expired])
      const places = [place(store, { key: "old" }), place(store, { key: "new" })]
      expect((yield* transfers()(upload(installer, places))).file_key).toBe("new")
      expect(store.seen).toHaveLength(2)
    })
  )
  eitherWay("that expires twice fails as Expired", () =>
    Effect.gen(function* () {
      const { outcome, store } = yield* attempt(() => expired)
      expect(outcome).toMatchObject({ left: { reason: "Expired", status: 403, code: "AccessDenied" } })
      expect(store.seen).toHaveLength(2)
    })
  )
  eitherWay("that expired long ago, twice, fails as Expired before a byte is sent", () =>
    Effect.gen(function* () {
      const store = yield* badStore(Buffer.alloc(0))
      const error = yield* Effect.flip(transfers()(upload(installer, place(store, { expires: 1_000_000 }))))
      expect(error).toMatchObject({ reason: "Expired" })
      expect(store.seen).toHaveLength(0)
    })
  )
})

describe("a refusal while the file is being sent", () => {
  const large = { bytes: bytesOf(24 * MiB), name: "app.pkg" }
  for (const [status, code, message] of [
    [400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"],
    [403, "AccessDenied", "Access Denied"],
    [403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."]
  ] as const) {
    for (const afterwards of ["drain", "close"] as const) {
      const how = afterwards === "drain" ? "closes the connection" : "closes the door"
      eitherWay(`${code} from a store that ${how} reaches the caller`, () =>
        Effect.gen(function* () {
          const moods = () => ({ refuse: { status, code, message }, early: { after: 500, afterwards } })
          const { outcome } = yield* attempt(moods, {}, large)
          expect(outcome).toMatchObject({ left: { reason: "Rejected", status, code, detail: message } })
        })
      )
    }
  }
  eitherWay("a success before everything was sent does not count", () =>
    Effect.gen(function* () {
      const moods = () => ({ refuse: { status: 204 }, early: { after: 500, afterwards: "drain" as const } })
      const { outcome } = yield* attempt(moods, { retries: 0 }, large)
      expect(outcome).toMatchObject({ left: { reason: "Truncated" } })
    })
  )
})

describe("before a byte is sent", () => {
  eitherWay("an upload that the policy does not allow is refused", () =>
    Effect.gen(function* () {
      const store = yield* badStore(Buffer.alloc(0))
      for (const [sizes, code] of [
        [[1, object.length - 1], "EntityTooLarge"],
        [[object.length + 1, 5 * 1024 ** 3], "EntityTooSmall"]
      ] as const) {
        const error = yield* Effect.flip(transfers()(upload(installer, place(store, { sizes }))))
        expect(error).toMatchObject({ reason: "Rejected", code })
      }
      expect(store.seen).toHaveLength(0)
    })
  )
  eitherWay("an upload of more than 5 GiB is an InvalidArgument", () =>
    Effect.gen(function* () {
      const store = yield* badStore(Buffer.alloc(0))
      const huge = { stream: Stream.empty, size: 5 * 1024 ** 3 + 1, name: "app.pkg" }
      const error = yield* Effect.flip(transfers()(upload(huge, place(store))))
      expect(error).toMatchObject({ _tag: "ApiClientError", reason: "InvalidArgument" })
      expect(store.seen).toHaveLength(0)
    })
  )
})

describe("an upload fails if its source changes or fails, and the store gets nothing that looks complete:", () => {
  const large = bytesOf(12 * MiB)

  for (const [how, change] of [
    ["grows", (path: string) => appendFileSync(path, "more")],
    ["shrinks", (path: string) => truncateSync(path, 11 * MiB)],
    ["vanishes", (path: string) => rmSync(path)],
    ["is written to", (path: string) => utimesSync(path, 1, 1)]
  ] as const) {
    eitherWay(`a file that ${how}`, () =>
      Effect.gen(function* () {
        const store = yield* badStore(Buffer.alloc(0))
        const path = yield* temporaryFile("app.pkg", large)
        let changed = false
        const onProgress = () => {
          if (!changed) change(path)
          changed = true
        }
        const error = yield* Effect.flip(transfers()(upload({ path }, place(store), { onProgress })))
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source", direction: "upload" })
        while (store.connections() > 0) yield* Effect.sleep(5)
        expect(store.seen.map(({ complete }) => complete)).toEqual([false])
        expect(store.seen[0]?.bytes.length).toBeLessThan(large.length)
      })
    )
  }

  for (const [how, stream] of [
    ["gives more", Stream.make(object, Buffer.from("x"))],
    ["gives fewer", Stream.make(object.subarray(1))],
    ["fails", Stream.concat(Stream.make(object.subarray(0, 2 * MiB)), Stream.fail(new Error("the tape tore")))]
  ] as const) {
    eitherWay(`a stream that ${how}`, () =>
      Effect.gen(function* () {
        const { outcome, store } = yield* attempt([], {}, { stream, size: object.length, name: "app.pkg" })
        expect(outcome).toMatchObject({ left: { reason: "Source" } })
        while (store.connections() > 0) yield* Effect.sleep(5)
        expect(store.seen.filter(({ complete }) => complete)).toEqual([])
      })
    )
  }
})

eitherWay("an interrupted upload closes its connection and its source", () =>
  Effect.gen(function* () {
    const store = yield* badStore(Buffer.alloc(0))
    const begun = yield* Deferred.make<void>()
    const closed = yield* Deferred.make<void>()
    const stream = Stream.concat(Stream.make(object.subarray(0, MiB)), Stream.never).pipe(
      Stream.tap(() => Deferred.succeed(begun, undefined)),
      Stream.ensuring(Deferred.succeed(closed, undefined))
    )
    yield* transfers()(
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(upload({ stream, size: object.length, name: "app.pkg" }, place(store)))
        yield* Deferred.await(begun)
        while (store.seen.length === 0) yield* Effect.sleep(5)
        yield* Fiber.interrupt(fiber)
        yield* Deferred.await(closed)
        while (store.connections() > 0) yield* Effect.sleep(5)
        expect(store.seen.map(({ complete }) => complete)).toEqual([false])
      })
    )
  })
)
