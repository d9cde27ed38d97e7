/**
 * A fleet of 40,000 devices: it is built when it is asked for, and read in constant memory.
 */
import { scoped } from "@effect/vitest"
import { Devices, Prism } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { tenantAt } from "../support/tenant.js"
import { at, call } from "./support.js"

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")

/** MiB in use after all garbage is collected. */
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}

const size = 40_000
const layer = Layer.unwrapEffect(
  Effect.map(Sandbox, ({ apiToken, tenantUrl }) =>
    Iru.layer(tenantAt(tenantUrl, { apiToken, pace: { perSecond: 100_000, perHour: 100_000_000 } }))
  )
).pipe(Layer.provideMerge(Sandbox.layer({ seed: { devices: size } })))

/** Reads a stream to its end. The heap is looked at after the second tenth of the records, and after the last. */
const measured = <A, E, R>(stream: Stream.Stream<A, E, R>, count: number) =>
  Effect.gen(function* () {
    let [seen, early] = [0, 0]
    yield* Stream.runForEachChunk(stream, ({ length }) =>
      Effect.sync(() => {
        seen += length
        if (early === 0 && seen > count / 5) early = heap()
      })
    )
    return { seen, grown: heap() - early }
  })

describe("a fleet of 40,000 devices", () => {
  scoped(
    "is streamed in constant memory, both devices and rows of Prism",
    () =>
      Effect.gen(function* () {
        const devices = yield* measured((yield* Devices).stream(), size)
        expect(devices.seen).toBe(size)
        // All devices at once take 40 MiB as JSON alone.
        expect(devices.grown).toBeLessThan(8)

        const rows = yield* measured(Stream.take((yield* Prism).fileVault(), 6000), 6000)
        expect(rows.seen).toBe(6000)
        expect(rows.grown).toBeLessThan(8)
      }).pipe(Effect.provide(layer)),
    120_000
  )

  scoped("needs no memory until it is read: as much as 400 devices at the start", () =>
    Effect.gen(function* () {
      const start = (devices: number) =>
        Effect.gen(function* () {
          const before = heap()
          yield* Effect.asVoid(Layer.build(Sandbox.layer({ seed: { devices } })))
          return heap() - before
        })
      yield* start(400)
      const [small, large] = [yield* start(400), yield* start(size)]
      expect(large - small).toBeLessThan(2)
    })
  )

  scoped("shows changes that are made while its pages are read", () =>
    Effect.gen(function* () {
      const total = Effect.map(call("GET", "/api/v1/prism/apps?limit=1"), ({ json }) => Number(at(json, "total")))
      const own = (id: string) => {
        const filter = JSON.stringify({ device_id: { in: [id] } })
        return Effect.map(call("GET", `/api/v1/prism/apps?${new URLSearchParams({ filter })}`), ({ json }) => json)
      }
      const before = yield* total
      const { json } = yield* call("GET", "/api/v1/devices?platform=Mac&limit=1")
      const id = String(at(json, 0, "device_id"))
      const apps = yield* own(id)
      yield* call("PATCH", `/api/v1/devices/${id}`, { json: { asset_tag: "A-1" } })
      expect([at(yield* own(id), "data", 0, "asset_tag"), yield* total]).toEqual(["A-1", before])
      yield* call("DELETE", `/api/v1/devices/${id}`)
      expect([at(yield* own(id), "total"), yield* total]).toEqual([0, before - Number(at(apps, "total"))])
      const next = yield* call("GET", "/api/v1/devices?platform=Mac&limit=1")
      expect(at(next.json, 0, "device_id")).not.toBe(id)
    }).pipe(Effect.provide(Sandbox.layer({ seed: { devices: 60 } })))
  )
})
