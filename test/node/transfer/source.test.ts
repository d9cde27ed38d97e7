/**
 * How a file is read while it is uploaded.
 */
import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { failures } from "../../../src/node/transfer/failures.js"
import { piecesOf } from "../../../src/node/transfer/source.js"
import { temporaryFile } from "../../support/files.js"
import { bytesOf, MiB } from "./support.js"

const file = bytesOf(24 * MiB + 17)

/** The sizes of the pieces in which a file is read if each piece takes this long to send. */
const sizesOver = (milliseconds: number) =>
  Effect.gen(function* () {
    const path = yield* temporaryFile("app.pkg", file)
    const pieces: Array<Buffer> = []
    yield* Stream.runForEach(
      piecesOf(
        { path },
        file.length,
        failures("upload", "app.pkg", () => 0)
      ),
      (piece) => {
        pieces.push(Buffer.from(piece))
        return TestClock.adjust(milliseconds)
      }
    )
    expect(Buffer.concat(pieces).equals(file)).toBe(true)
    return pieces.map(({ length }) => length)
  }).pipe(Effect.scoped)

effect(
  "a slow connection gets small pieces of a file, so that progress is visible and no piece counts as a stall",
  () => Effect.map(sizesOver(2_000), (sizes) => expect(Math.max(...sizes)).toBeLessThanOrEqual(MiB / 8))
)

effect("a fast connection gets large pieces of a file", () =>
  Effect.map(sizesOver(1), (sizes) => {
    expect(Math.max(...sizes)).toBe(4 * MiB)
    expect(sizes.length).toBeLessThan(15)
  })
)
