/**
 * Work on many devices: one question to the guard, a log of the run, and an outcome for each device.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { effect, live, scoped, scopedLive } from "@effect/vitest"
import { type ApiClientError, DeviceActions, Devices, DeviceSecrets, Fleet, Guard } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Fault, Sandbox } from "effect-iru/sandbox"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { spawn, spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { describe, expect } from "vitest"
import { temporaryFolder } from "../support/files.js"
import { bundled } from "../support/programs.js"
import { requestsTo, serve } from "../support/server.js"
import { tenantAt, token, withTenant } from "../support/tenant.js"

const program = bundled("test/services/fleetKilled.ts")

const ids = (count: number) => Array.from({ length: count }, (_, number) => `device-${number}`)
const restart = (id: string) => Effect.flatMap(DeviceActions, (actions) => actions.restart(id))
const erase = (id: string) => Effect.flatMap(DeviceActions, (actions) => actions.erase(id, {}))
const fine = () => ({ status: 200 })

const outcomes = <T, A, E, E2, R>(run: Stream.Stream<Fleet.Outcome<T, A, E>, E2, R>) =>
  Effect.map(Stream.runCollect(run), (all) => [...all])

const named = (all: ReadonlyArray<{ readonly outcome: string; readonly device: string }>) =>
  all.map(({ device, outcome }) => `${device} ${outcome}`).sort()

const options = { pace: { perSecond: 10_000, perHour: 1_000_000 } }

describe("each device", () => {
  effect("is worked on once, and a failure does not stop the others", () =>
    withTenant(
      ({ path }) => (path.includes("device-1/") ? { status: 404 } : { status: 200 }),
      options
    )((server) =>
      Effect.gen(function* () {
        const progress: Array<Fleet.Progress> = []
        const all = yield* outcomes(
          Fleet.forEach([...ids(4), "device-2"], restart, { onProgress: (now) => void progress.push(now) })
        )
        expect(named(all)).toEqual([
          "device-0 done",
          "device-1 failed",
          "device-2 done",
          "device-2 skipped",
          "device-3 done"
        ])
        const failed = all.find(({ outcome }) => outcome === "failed")
        expect(failed).toMatchObject({ error: { _tag: "ApiClientError", reason: "NotFound" } })
        expect(progress.at(-1)).toEqual({ done: 3, failed: 1, skipped: 1, total: 5 })
        expect(server.received).toHaveLength(4)
      })
    )
  )

  effect("is skipped once too many have failed", () =>
    withTenant(
      () => ({ status: 404 }),
      options
    )((server) =>
      Effect.gen(function* () {
        const all = yield* outcomes(Fleet.forEach(ids(30), restart, { concurrency: 1, stopAfter: 3 }))
        expect(server.received).toHaveLength(3)
        expect(all.filter(({ outcome }) => outcome === "skipped")).toHaveLength(27)
        expect(all.at(-1)).toMatchObject({ reason: "the run has stopped after 3 failures" })
        const share = yield* outcomes(Fleet.forEach(ids(60), restart, { concurrency: 1, stopAfter: 0.5 }))
        expect(share.filter(({ outcome }) => outcome === "failed")).toHaveLength(20)
      })
    )
  )

  effect("gets no request if an option is invalid", () =>
    withTenant(fine)((server) =>
      Effect.gen(function* () {
        const wrong: ReadonlyArray<Fleet.Options> = [
          { concurrency: 0 },
          { concurrency: 1.5 },
          { stopAfter: 0 },
          { stopAfter: Number.NaN }
        ]
        for (const option of wrong) {
          const error = yield* Effect.flip(outcomes(Fleet.forEach(ids(1), restart, option)))
          expect(error).toMatchObject({ reason: "InvalidArgument", operation: "Fleet.forEach" })
        }
        expect(server.received).toEqual([])
      })
    )
  )
})

describe("a device whose id appears in lower case and in capitals", () => {
  const device = "0ff1ce00-0000-4000-8000-00000000000a"

  effect("is one device: it is worked on once, and the guard counts it once", () =>
    withTenant(fine, { ...options, guard: Guard.limit({ destructive: 1 }) })((server) =>
      Effect.gen(function* () {
        const twice = [device.toUpperCase(), device]
        const all = yield* outcomes(Fleet.forEach(twice, erase, { confirm: "DeviceActions.erase" }))
        expect(all.map(({ outcome }) => outcome).sort()).toEqual(["done", "skipped"])
        expect(server.received).toHaveLength(1)
      })
    )
  )

  scoped("is skipped if the log says that it is done, in whichever case the log has its id", () =>
    withTenant(
      fine,
      options
    )((server) =>
      Effect.gen(function* () {
        const log = `${yield* temporaryFolder}/run.ndjson`
        yield* outcomes(Fleet.forEach([device.toUpperCase()], restart, { log }))
        expect(yield* outcomes(Fleet.forEach([device], restart, { log, skip: log }))).toMatchObject([
          { outcome: "skipped" }
        ])
        expect(server.received).toHaveLength(1)
      }).pipe(Effect.provide(NodeContext.layer))
    )
  )
})

describe("a confirmed run", () => {
  effect("is not confirmed for a second tenant, whose session has its own guard", () =>
    withTenant(
      fine,
      options
    )(() =>
      Effect.gen(function* () {
        const other = yield* serve(fine)
        const session = yield* Layer.build(Iru.layer(tenantAt(other.origin, { guard: Guard.readOnly })))
        const there = Context.get(session, DeviceActions)
        const all = yield* outcomes(
          Fleet.forEach(ids(2), (id) => there.erase(id, {}), { confirm: "DeviceActions.erase" })
        )
        const refused = { outcome: "failed", error: { reason: "Refused" } }
        expect(all).toMatchObject([refused, refused])
        expect(other.received).toEqual([])
      })
    )
  )

  effect("asks the guard once for all devices, and then allows only that operation on them, and reads", () =>
    Effect.gen(function* () {
      const asked: Array<Guard.Call> = []
      const guard = Guard.all(
        Guard.limit({ destructive: 10 }),
        Guard.confirm((call) => Effect.sync(() => asked.push(call) > 0))
      )
      yield* withTenant(fine, { ...options, guard })((server) =>
        Effect.gen(function* () {
          const all = yield* outcomes(
            Fleet.forEach(ids(5), (id) => Effect.zipRight(erase(id), Effect.either(restart(id))), {
              confirm: "DeviceActions.erase"
            })
          )
          expect(all.map(({ outcome }) => outcome)).toEqual(Array(5).fill("done"))
          for (const one of all) {
            expect(one).toMatchObject({ value: { _tag: "Left", left: { reason: "Refused" } } })
          }
          expect(requestsTo(server).every((request) => request.endsWith("/erase"))).toBe(true)
          expect(asked).toHaveLength(1)
          expect(asked[0]).toMatchObject({ operation: "DeviceActions.erase", kind: "destructive", devices: ids(5) })

          const tooMany = yield* Effect.flip(outcomes(Fleet.forEach(ids(6), erase, { confirm: "DeviceActions.erase" })))
          expect(tooMany.message).toContain("The limit is 10 destructive calls: 5 were admitted before")
          expect(server.received).toHaveLength(5)
        })
      )
    })
  )

  effect("that the guard refuses sends nothing, and an action on a device outside the run is refused", () =>
    withTenant(fine, { ...options, guard: Guard.confirm(({ devices }) => Effect.succeed(devices?.length !== 3)) })(
      (server) =>
        Effect.gen(function* () {
          const refused = yield* Effect.flip(outcomes(Fleet.forEach(ids(3), erase, { confirm: "DeviceActions.erase" })))
          expect(refused.reason).toBe("Refused")
          const wrong = yield* outcomes(
            Fleet.forEach(ids(2), () => erase("device-9"), { confirm: "DeviceActions.erase" })
          )
          expect(wrong).toMatchObject([{ error: { reason: "Refused" } }, { error: { reason: "Refused" } }])
          expect(server.received).toEqual([])
        })
    )
  )
})

describe("a dry run", () => {
  effect("sends only reads, and names what each action would call", () =>
    withTenant(
      ({ method }) => (method === "GET" ? { body: [] } : fine()),
      options
    )((server) =>
      Effect.gen(function* () {
        const all = yield* outcomes(
          Fleet.forEach(
            ids(2),
            (id) =>
              Effect.zipRight(
                Effect.flatMap(Devices, (devices) => devices.list()),
                Effect.ignore(erase(id))
              ),
            { dryRun: true }
          )
        )
        expect(all).toMatchObject([
          { outcome: "skipped", reason: "it would call DeviceActions.erase" },
          { outcome: "skipped", reason: "it would call DeviceActions.erase" }
        ])
        const secret = yield* outcomes(
          Fleet.forEach(ids(1), (id) => Effect.flatMap(DeviceSecrets, (secrets) => secrets.unlockPin(id)), {
            dryRun: true
          })
        )
        expect(secret).toMatchObject([{ reason: "it would call DeviceSecrets.unlockPin" }])
        expect(new Set(requestsTo(server))).toEqual(new Set(["GET /api/v1/devices"]))
      })
    )
  )
})

describe("a run with a log", () => {
  scoped("continues where an earlier run stopped", () =>
    withTenant(
      ({ path }) => (path.includes("device-1/") ? { status: 404 } : { status: 200 }),
      options
    )((server) =>
      Effect.gen(function* () {
        const log = `${yield* temporaryFolder}/run.ndjson`
        yield* outcomes(Fleet.forEach(ids(3), restart, { log, skip: log }))
        const again = yield* outcomes(Fleet.forEach(ids(4), restart, { log, skip: log }))
        expect(named(again)).toEqual(["device-0 skipped", "device-1 failed", "device-2 skipped", "device-3 done"])
        expect(server.received).toHaveLength(5)
        expect(readFileSync(log, "utf8")).not.toContain(token)
        expect(readFileSync(log, "utf8")).toContain('"error":"ApiClientError (NotFound)"')
      }).pipe(Effect.provide(NodeContext.layer))
    )
  )

  scoped("skips no device because another action in the same log is done", () =>
    withTenant(
      fine,
      options
    )((server) =>
      Effect.gen(function* () {
        const log = `${yield* temporaryFolder}/run.ndjson`
        const both = { log, skip: log }
        yield* outcomes(Fleet.forEach(ids(2), restart, { ...both, confirm: "DeviceActions.restart" }))
        const erased = yield* outcomes(Fleet.forEach(ids(2), erase, { ...both, action: "erase" }))
        expect(named(erased)).toEqual(["device-0 done", "device-1 done"])
        const again = yield* outcomes(Fleet.forEach(ids(2), restart, { ...both, confirm: "DeviceActions.restart" }))
        expect(named(again)).toEqual(["device-0 skipped", "device-1 skipped"])
        expect(server.received).toHaveLength(4)
      }).pipe(Effect.provide(NodeContext.layer))
    )
  )

  scoped("refuses a file that is not such a log, and does not trust a line that was cut off", () =>
    withTenant(
      fine,
      options
    )((server) =>
      Effect.gen(function* () {
        const log = `${yield* temporaryFolder}/run.ndjson`
        writeFileSync(log, "a shopping list\nmilk\n")
        const written = yield* Effect.flip(outcomes(Fleet.forEach(ids(1), restart, { log })))
        expect(written.fieldErrors?.["log"]?.[0]).toContain("line 1, is not a line of such a log")
        expect(readFileSync(log, "utf8")).toBe("a shopping list\nmilk\n")
        for (const option of ["log", "skip"]) {
          spawnSync("mkfifo", [`${log}.fifo`])
          const fifo = yield* Effect.flip(outcomes(Fleet.forEach(ids(1), restart, { [option]: `${log}.fifo` })))
          expect(fifo.fieldErrors?.[option]?.[0]).toContain("is no file: it is a FIFO")
        }
        const error = yield* Effect.flip(outcomes(Fleet.forEach(ids(1), restart, { skip: log })))
        expect(error.fieldErrors?.["skip"]?.[0]).toContain("line 1, is not a line of such a log")
        const at = '"at":"2026-01-01T00:00:00.000Z"'
        writeFileSync(log, `{"dev\n{"device":"device-0","state":"started",${at}}\n{"device":"device-0","state":"do`)
        const cut = yield* outcomes(Fleet.forEach(ids(2), restart, { log, skip: log }))
        expect(named(cut)).toEqual(["device-0 failed", "device-1 done"])
        expect(cut.find(({ device }) => device === "device-0")).toMatchObject({ error: { _tag: "UnknownOutcome" } })
        const again = yield* outcomes(Fleet.forEach(ids(2), restart, { log, skip: log, repeatUnknown: true }))
        expect(named(again)).toEqual(["device-0 done", "device-1 skipped"])
        expect(server.received).toHaveLength(2)
      }).pipe(Effect.provide(NodeContext.layer))
    )
  )

  scopedLive(
    "knows after a kill -9 which devices were started: none is done twice unless the caller asks for it",
    () =>
      Effect.gen(function* () {
        const log = `${yield* temporaryFolder}/run.ndjson`
        const reached = new Map<string, number>()
        let kill: () => void = () => undefined
        const server = yield* serve(({ path }) => {
          const device = path.split("/")[4] ?? ""
          reached.set(device, (reached.get(device) ?? 0) + 1)
          if (reached.size === 60) kill()
          return { status: 200 }
        })
        yield* Effect.async<void>((resume) => {
          const child = spawn(process.execPath, [program("test/services/fleetKilled.ts"), log], {
            env: { ...process.env, IRU_TENANT_URL: server.origin, IRU_API_TOKEN: token }
          })
          kill = () => void child.kill("SIGKILL")
          child.once("exit", () => resume(Effect.void))
        })
        expect(reached.size).toBeGreaterThanOrEqual(60)
        expect(reached.size).toBeLessThan(200)
        const rest = yield* outcomes(Fleet.forEach(ids(200), restart, { log, skip: log })).pipe(
          Effect.provide(Iru.layer(tenantAt(server.origin, options)))
        )
        expect([...reached.values()].every((times) => times === 1)).toBe(true)
        const unknown = rest.flatMap(({ device, outcome }) => (outcome === "failed" ? [device] : []))
        expect(unknown.length).toBeGreaterThan(0)
        expect(unknown.length).toBeLessThanOrEqual(4)
        expect(reached.size + unknown.filter((device) => !reached.has(device)).length).toBe(200)
      }).pipe(Effect.provide(NodeContext.layer)),
    60_000
  )
})

live("an interrupted run leaves sent actions alone, and starts no more", () =>
  withTenant(
    fine,
    options
  )((server) =>
    Effect.gen(function* () {
      const stuck = (id: string) => Effect.zipRight(restart(id), id === "device-3" ? Effect.never : Effect.void)
      const lines: Array<string> = []
      const logged = Logger.replace(
        Logger.defaultLogger,
        Logger.make(({ message }) => void lines.push(String(message)))
      )
      const run = yield* Effect.fork(
        outcomes(Fleet.forEach(ids(10), stuck, { concurrency: 1 })).pipe(Effect.provide(logged))
      )
      yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => server.received.length === 4 })
      yield* Fiber.interrupt(run)
      expect(server.received).toHaveLength(4)
      expect(lines).toEqual([
        "Fleet.forEach was interrupted: 3 devices are done, 0 failed, 0 were skipped. Begun, outcome unknown: device-3. No other was begun."
      ])
    })
  )
)

live(
  "restarts a part of a fleet of 40,000, although the tenant refuses calls, cuts connections and is slow",
  () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ devices: 40_000 })
      const outcomesOf = Effect.gen(function* () {
        yield* Sandbox.fault(Fault.rateLimited({ method: "POST", times: 20 }))
        yield* Sandbox.fault(Fault.dropped({ method: "POST", times: 15 }))
        const devices = yield* Devices
        const actions = yield* DeviceActions
        const macs = devices.stream({ platform: "Mac" }).pipe(Stream.take(500))
        return yield* outcomes(Fleet.forEach(macs, ({ device_id }) => actions.restart(device_id), { concurrency: 16 }))
      })
      const all: ReadonlyArray<Fleet.Outcome<unknown, void, ApiClientError>> = yield* Effect.scoped(outcomesOf)
      expect(all).toHaveLength(500)
      const failed = all.flatMap((one) => (one.outcome === "failed" ? [one.error] : []))
      expect(failed.length).toBeLessThanOrEqual(15)
      expect(all.filter(({ outcome }) => outcome === "done").length).toBe(500 - failed.length)
      for (const error of failed) expect(error).toMatchObject({ reason: "Transport" })
    }).pipe(
      Effect.provide(
        Layer.unwrapEffect(
          Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer(tenantAt(tenantUrl, { apiToken, ...options })))
        )
      ),
      Effect.provide(Sandbox.layer())
    ),
  60_000
)

effect("the targets may be any stream, and an error of that stream is an error of the run", () =>
  withTenant(
    fine,
    options
  )(() =>
    Effect.gen(function* () {
      const broken = Stream.concat(Stream.make("device-0"), Stream.fail("broken" as const))
      expect(yield* Effect.flip(outcomes(Fleet.forEach(broken, restart)))).toBe("broken")
      const all = yield* Stream.runCollect(
        Fleet.forEach(Stream.make({ device_id: "device-1" }), ({ device_id }) => restart(device_id))
      )
      expect(Chunk.toReadonlyArray(all)).toMatchObject([{ outcome: "done", device: "device-1" }])
    })
  )
)
