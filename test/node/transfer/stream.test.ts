/**
 * Streams of installers over an unreliable connection: a stream that ends without a failure had the right bytes.
 */
import { InstallerTransfer } from "effect-iru"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { badStore, type Mood } from "../../support/badStore.js"
import { eitherWay } from "./eitherWay.js"
import { bytesOf, MiB, stored, transfers } from "./support.js"

const largeObject = bytesOf(4 * MiB + 9)

/** Reads an object from a store that misbehaves in these ways; gives the bytes and the outcome. */
const attempt = (
  moods: ReadonlyArray<Mood>,
  changes: Parameters<typeof stored>[2] = {},
  object: Buffer = largeObject
) =>
  Effect.gen(function* () {
    const store = yield* badStore(object, moods)
    const transfer = yield* InstallerTransfer
    const pieces: Array<Uint8Array> = []
    const outcome = yield* transfer.stream(Effect.succeed(stored(store, object, changes))).pipe(
      Stream.runForEachChunk((chunk) => Effect.sync(() => pieces.push(...Chunk.toReadonlyArray(chunk)))),
      Effect.either
    )
    return { store, outcome, bytes: Buffer.concat(pieces) }
  }).pipe(transfers({ stallTimeout: "300 millis", retries: 2 }))

describe("a stream of an installer", () => {
  for (const [how, moods] of [
    ["over a good connection", []],
    ["over a connection that is cut", [{ cutAfter: 1_500_000 }, { cutAfter: 7 }]],
    ["that stalls", [{ stallAfter: 2_000_000 }]],
    ["from a store that does not support ranges", [{ cutAfter: 2_000_000 }, { ignoresRange: true }]]
  ] as const) {
    eitherWay(`${how} gives all bytes in order`, () =>
      Effect.gen(function* () {
        const { bytes, outcome } = yield* attempt(moods)
        expect(outcome._tag).toBe("Right")
        expect(bytes.equals(largeObject)).toBe(true)
      })
    )
  }

  for (const size of [1, 9, MiB / 2, MiB, 4 * MiB + 9]) {
    eitherWay(`with a wrong digest fails before it ends, for ${size} bytes`, () =>
      Effect.gen(function* () {
        const { bytes, outcome } = yield* attempt([], { sha256: "0".repeat(64) }, bytesOf(size))
        expect(outcome).toMatchObject({ left: { _tag: "PayloadIntegrityError", check: "sha256" } })
        expect(bytes.length).toBeLessThan(size)
      })
    )
  }

  eitherWay("fails if the object was replaced", () =>
    Effect.gen(function* () {
      const { outcome } = yield* attempt([{ cutAfter: 2_000_000 }, { replacedBy: bytesOf(largeObject.length) }])
      expect(outcome).toMatchObject({ left: { reason: "Rejected", status: 412 } })
    })
  )

  eitherWay("closes its connection if its reader stops early", () =>
    Effect.gen(function* () {
      const store = yield* badStore(largeObject, [{ stallAfter: 3_000_000 }])
      const transfer = yield* InstallerTransfer
      yield* transfer.stream(Effect.succeed(stored(store, largeObject))).pipe(Stream.take(1), Stream.runDrain)
      while (store.connections() > 0) yield* Effect.sleep(5)
    }).pipe(transfers())
  )
})
