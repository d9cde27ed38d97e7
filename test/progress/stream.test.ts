import { effect } from "@effect/vitest"
import { Progress, type TransferProgress } from "effect-iru"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { expect } from "vitest"

const at = (bytes: number): TransferProgress => ({ phase: "downloading", name: "Firefox.pkg", bytes, total: 100 })

/** A transfer that reports each of these, with a turn between them in which its reader can go on. */
const moving =
  (...steps: ReadonlyArray<number>) =>
  ({ onProgress }: Progress.Listener) =>
    Effect.forEach(
      steps,
      (bytes) =>
        Effect.zipRight(
          Effect.sync(() => onProgress(at(bytes))),
          Effect.yieldNow()
        ),
      {
        discard: true
      }
    )

effect("a transfer is a stream of how far it is, whose last event has the result", () =>
  Effect.gen(function* () {
    const events = yield* Stream.runCollect(
      Progress.stream((listener) => Effect.as(moving(10, 50, 100)(listener), "the result"))
    )
    expect(Chunk.toReadonlyArray(events)).toEqual([at(10), at(50), at(100), { phase: "done", result: "the result" }])
  })
)

effect("the failure of the transfer is the failure of the stream, after what was reported", () =>
  Effect.gen(function* () {
    const seen: Array<unknown> = []
    const exit = yield* Progress.stream((listener) => Effect.zipRight(moving(10)(listener), Effect.fail("cut"))).pipe(
      Stream.runForEach((event) => Effect.sync(() => seen.push(event))),
      Effect.exit
    )
    expect(seen).toEqual([at(10)])
    expect(exit).toEqual(Exit.fail("cut"))
  })
)

effect("a slow reader never slows the transfer: it misses events, never the newest and never the result", () =>
  Effect.gen(function* () {
    const ended = yield* Deferred.make<void>()
    const reports = Array.from({ length: 10_000 }, (_, index) => index)
    const events = yield* Progress.stream(({ onProgress }) =>
      Effect.sync(() => {
        for (const bytes of reports) onProgress(at(bytes))
        return "the result"
      }).pipe(Effect.zipLeft(Deferred.succeed(ended, undefined)))
    ).pipe(
      // The reader takes nothing until the transfer is over.
      Stream.mapChunksEffect((events) => Effect.as(Deferred.await(ended), events)),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray)
    )
    expect(events.length).toBeLessThan(100)
    expect(events.slice(-2)).toEqual([at(9999), { phase: "done", result: "the result" }])
  })
)

effect("a reader that stops interrupts the transfer", () =>
  Effect.gen(function* () {
    const interrupted = yield* Deferred.make<void>()
    const first = yield* Progress.stream((listener) =>
      Effect.zipRight(moving(10)(listener), Effect.never).pipe(
        Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
      )
    ).pipe(Stream.runHead)
    expect(first).toMatchObject({ value: at(10) })
    yield* Deferred.await(interrupted)
  })
)

effect("a transfer that reports nothing has one event: its result", () =>
  Effect.gen(function* () {
    const events = yield* Stream.runCollect(Progress.stream(() => Effect.succeed(1)))
    expect(Chunk.toReadonlyArray(events)).toEqual([{ phase: "done", result: 1 }])
  })
)
