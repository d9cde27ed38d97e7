/** Reading the audit log and following it. */
import { effect } from "@effect/vitest"
import { AuditEvents, type AuditPosition } from "effect-iru"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { describe, expect } from "vitest"
import type { Handler } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

interface Entry {
  readonly id: string
  readonly occurred_at: string
}

const at = (second: number, micro = 0): string =>
  `1970-01-01T01:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")}.${String(micro).padStart(6, "0")}Z`

/** An audit log in pages of two, ordered by time. */
const log =
  (entries: ReadonlyArray<Entry>): Handler =>
  ({ query }) => {
    const since = Date.parse(query["start_date"] ?? "")
    const all = entries
      .filter(({ occurred_at }) => Date.parse(occurred_at) >= since)
      .toSorted((a, b) => a.occurred_at.localeCompare(b.occurred_at))
    const start = Number(query["cursor"] ?? 0)
    const next = start + 2 < all.length ? `https://tenant.invalid/api/v1/audit/events?cursor=${start + 2}` : null
    const results = all.slice(start, start + 2).map((entry) => ({ ...entry, action: "update" }))
    return { body: { next, previous: null, results } }
  }

const options = { pace: { perSecond: Infinity, perHour: Infinity }, retry: { times: 0 } }
const start = new Date("1970-01-01T01:00:00Z")

/** Runs an effect while the test's clock advances, half a minute at a time. */
const withTime = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.scoped(
    Effect.zipRight(
      Effect.forkScoped(
        Effect.forever(
          Effect.zipRight(
            Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5))),
            TestClock.adjust("30 seconds")
          )
        )
      ),
      self
    )
  )

/** Takes this many events of a log that is followed from this place. */
const take = (count: number, from: Date | AuditPosition) =>
  Effect.gen(function* () {
    const events = yield* AuditEvents
    return Chunk.toReadonlyArray(yield* withTime(Stream.runCollect(Stream.take(events.follow({ from }), count))))
  })

describe("following the audit log", () => {
  effect("gives each event once, also events of the same microsecond and events that the log shows late", () => {
    const entries: Array<Entry> = [
      { id: "A", occurred_at: at(1) },
      { id: "B", occurred_at: at(1) },
      { id: "C", occurred_at: at(1) }
    ]
    return withTenant(
      log(entries),
      options
    )(() =>
      Effect.gen(function* () {
        const events = yield* AuditEvents
        const queue = yield* Queue.unbounded<string>()
        const all = Stream.runForEach(events.follow({ from: start }), ({ event }) => queue.offer(event.id))
        yield* withTime(
          Effect.gen(function* () {
            const following = yield* Effect.fork(all)
            const next = (count: number) => Effect.map(Queue.takeN(queue, count), (ids) => [...ids].toSorted())
            expect(yield* next(3)).toEqual(["A", "B", "C"])
            entries.push({ id: "D", occurred_at: at(120) })
            expect(yield* next(1)).toEqual(["D"])
            // Late: its time is before D, in the microsecond of the first three.
            entries.push({ id: "E", occurred_at: at(60) }, { id: "F", occurred_at: at(1) })
            expect(yield* next(2)).toEqual(["E", "F"])
            entries.push({ id: "G", occurred_at: at(121) })
            expect(yield* next(1)).toEqual(["G"])
            yield* Fiber.interrupt(following)
            expect(yield* queue.size).toBe(0)
          })
        )
      })
    )
  })

  effect("continues after a restart at any event; no event is missing and none comes twice", () => {
    const entries = Array.from({ length: 7 }, (_, index) => ({
      id: `E${index}`,
      occurred_at: at(Math.floor(index / 3) * 200, index % 3)
    }))
    return withTenant(
      log(entries),
      options
    )(() =>
      Effect.gen(function* () {
        const all = yield* take(7, start)
        expect(all.map(({ event }) => event.id)).toEqual(entries.map(({ id }) => id))
        for (const [index, { position }] of all.entries()) {
          const kept = JSON.parse(JSON.stringify(position)) as AuditPosition
          const rest = index === 6 ? [] : yield* take(6 - index, kept)
          expect(rest.map(({ event }) => event.id)).toEqual(entries.slice(index + 1).map(({ id }) => id))
        }
      })
    )
  })

  effect("gives each event once across restarts, although some are late and some share a microsecond", () => {
    const arrivals: ReadonlyArray<Entry> = [
      { id: "A", occurred_at: at(1) },
      { id: "B", occurred_at: at(1) },
      { id: "C", occurred_at: at(300, 7) },
      { id: "LATE", occurred_at: at(60) },
      { id: "LATE, AS A", occurred_at: at(1) },
      { id: "AS C", occurred_at: at(300, 7) },
      { id: "LAST", occurred_at: at(900) }
    ]
    const ids = arrivals.map(({ id }) => id)

    let entries: Array<Entry> = []

    /**
     * Handles all events in runs of these sizes, each one a restart. An event appears once the one before is handled.
     */
    const inRuns = (sizes: ReadonlyArray<number>) =>
      Effect.gen(function* () {
        const { follow } = yield* AuditEvents
        const handled: Array<string> = []
        entries = arrivals.slice(0, 1)
        let from: Date | AuditPosition = start
        for (const size of sizes) {
          yield* Stream.take(follow({ from }), size).pipe(
            Stream.runForEach(({ event, position }) =>
              Effect.sync(() => {
                handled.push(event.id)
                entries.push(...arrivals.slice(entries.length, entries.length + 1))
                from = JSON.parse(JSON.stringify(position)) as AuditPosition
              })
            )
          )
        }
        return handled
      })

    return withTenant(
      (request, raw) => log(entries)(request, raw),
      options
    )(() =>
      withTime(
        Effect.gen(function* () {
          expect(yield* inRuns(ids.map(() => 1))).toEqual(ids)
          for (const point of ids.keys()) expect(yield* inRuns([point, ids.length - point])).toEqual(ids)
        })
      )
    )
  })

  effect("begins at the present time by default", () =>
    withTenant(
      log([{ id: "OLD", occurred_at: at(-0) }]),
      options
    )(({ received }) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.parse("2026-11-27T00:00:00Z"))
        const events = yield* AuditEvents
        const fiber = yield* Effect.fork(Stream.runDrain(events.follow()))
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 50)))
        yield* Fiber.interrupt(fiber)
        expect(received[0]?.query).toMatchObject({ start_date: "2026-11-27T00:00:00.000Z", sort_by: "occurred_at" })
      })
    )
  )
})
