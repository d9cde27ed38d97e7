// What resources of the sandbox build on: tables, changes that others hear of, and records that change by themselves.
import { effect, scoped } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { makeStorage } from "../../src/sandbox/storage/Storage.js"
import { rowsOf } from "../../src/sandbox/tenant/seedNumbers.js"
import { newStore, openStore, type Store } from "../../src/sandbox/tenant/store.js"
import { type Change, table } from "../../src/sandbox/tenant/table.js"
import { makeTenant } from "../../src/sandbox/tenant/tenant.js"

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-tenant-test-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

let built = 0
const Machine = Schema.Struct({ id: Schema.String, name: Schema.String })
const machines = table({
  key: "machines",
  schema: Machine,
  seed: (seeding) =>
    rowsOf(seeding.count("machines"), seeding.key("machines"), (index, id) => {
      built += 1
      return { id, name: `Machine ${index}` }
    })
})

const Order = Schema.Struct({ id: Schema.String, machine: Schema.String, status: Schema.Number, due: Schema.Number })
const orders = table({ key: "orders", schema: Order })

const options = { apiToken: undefined, categories: undefined, tables: [machines, orders], seededFile: () => undefined }

const tenantOf = (store: Store) =>
  makeTenant({
    store,
    pageSize: 300,
    storage: makeStorage({
      ...store,
      objects: store.memory.objects,
      credentials: store.identity.credentials,
      isUsed: () => false,
      origin: Effect.succeed("http://storage.invalid"),
      uploadTtl: 1000,
      fileUrlTtl: 1000,
      processing: 0,
      largestInstaller: 1000
    })
  })

const memory = Effect.map(newStore(options), tenantOf)

/** An order is taken up after a second and done after another; then its machine is gone. */
const withOrders = (tenant: ReturnType<typeof tenantOf>, rung: Array<string>) =>
  tenant.timer(orders, {
    at: ({ due, status }) => (status < 3 ? due : undefined),
    ring: (order, at) =>
      Effect.gen(function* () {
        const status = order.status + 1
        rung.push(`${order.id} ${status} at ${at}`)
        yield* tenant.save(orders, { ...order, status, due: at + 1000 })
        if (status === 3) yield* tenant.remove(machines, order.machine)
      })
  })

describe("a table of 40,000 seeded records", () => {
  scoped("builds only the records that are read; changes and deletions are kept separately", () =>
    Effect.gen(function* () {
      const store = yield* newStore(options)
      const records = tenantOf(store).records(machines)
      store.memory.seed({ machines: 40_000 }, 7)
      built = 0
      expect(records.size).toBe(40_000)
      const page = records.slice(39_000, 300)
      expect([page.length, page[0]?.name, built]).toEqual([300, "Machine 39000", 300])
      const [first, second, third] = page
      if (first === undefined || second === undefined || third === undefined) throw new Error("No records")
      records.put({ ...first, name: "Renamed" })
      expect([records.remove(second.id), records.remove(second.id), records.get(second.id)]).toEqual([
        true,
        false,
        undefined
      ])
      expect(records.slice(39_000, 2)).toEqual([{ ...first, name: "Renamed" }, third])
      records.put(second)
      expect(records.slice(39_001, 2)).toEqual([second, third])
    })
  )

  scoped("can delete all records in any order", () =>
    Effect.gen(function* () {
      const store = yield* newStore(options)
      const records = tenantOf(store).records(machines)
      store.memory.seed({ machines: 40_000 }, 7)
      const ids = records.slice(0, 40_000).map(({ id }) => id)
      for (let index = 0; index < ids.length; index++) records.remove(ids[(index * 7919) % ids.length] ?? "")
      expect([records.size, records.slice(0, 10), [...records.values()]]).toEqual([0, [], []])
    })
  )
})

describe("a change", () => {
  scoped("is reported after it was made: first to listeners of all tables, then to listeners of its table", () =>
    Effect.gen(function* () {
      const tenant = yield* memory
      const heard: Array<string> = []
      const hear =
        (who: string) =>
        ({ action, before, details, record, table }: Change): Effect.Effect<void> =>
          Effect.sync(() => {
            const isThere = tenant.records(machines).get(record.id) !== undefined
            heard.push(`${who}: ${action} ${table} ${before === undefined ? "" : "was there"} ${isThere}`)
            if (action === "view") heard.push(JSON.stringify(details))
          })
      tenant.on(machines, hear("own"))
      tenant.onAny(hear("any"))
      const machine = { id: "m", name: "a" }
      yield* tenant.save(machines, machine)
      yield* tenant.save(machines, { ...machine, name: "b" })
      yield* tenant.report(machines, "view", machine, { secret: "pin" })
      expect(yield* tenant.remove(machines, "M")).toEqual({ ...machine, name: "b" })
      expect(yield* tenant.remove(machines, "M")).toBe(undefined)
      yield* tenant.save(orders, { id: "o", machine: "m", status: 3, due: 0 })
      expect(heard).toEqual([
        "any: create machines  true",
        "own: create machines  true",
        "any: update machines was there true",
        "own: update machines was there true",
        "any: view machines  true",
        '{"secret":"pin"}',
        "own: view machines  true",
        '{"secret":"pin"}',
        "any: delete machines  false",
        "own: delete machines  false",
        "any: create orders  false"
      ])
    })
  )
})

describe("a record that changes by itself", () => {
  scoped("does so at its time, in order, with the time at which it was due; a removed record does not change", () =>
    Effect.gen(function* () {
      const tenant = yield* memory
      const rung: Array<string> = []
      withOrders(tenant, rung)
      yield* tenant.save(machines, { id: "m", name: "a" })
      yield* tenant.save(orders, { id: "late", machine: "", status: 1, due: 1500 })
      yield* tenant.save(orders, { id: "early", machine: "m", status: 1, due: 1000 })
      yield* tenant.save(orders, { id: "gone", machine: "", status: 1, due: 1000 })
      yield* tenant.save(orders, { id: "put off", machine: "", status: 1, due: 1000 })
      yield* tenant.save(orders, { id: "put off", machine: "", status: 1, due: 9000 })
      tenant.records(orders).remove("gone")
      yield* TestClock.adjust(999)
      yield* tenant.settle
      expect(rung).toEqual([])
      yield* TestClock.adjust(5000)
      yield* tenant.settle
      expect(rung).toEqual(["early 2 at 1000", "late 2 at 1500", "early 3 at 2000", "late 3 at 2500"])
      expect(tenant.records(machines).get("m")).toBe(undefined)
      yield* TestClock.adjust(10_000)
      yield* tenant.settle
      expect(rung.slice(4)).toEqual(["put off 2 at 9000", "put off 3 at 10000"])
    })
  )

  effect("continues after a restart", () => {
    const data = join(folder, "restart")
    const rung: Array<string> = []
    const inside = <A>(use: (tenant: ReturnType<typeof tenantOf>) => Effect.Effect<A>) =>
      Effect.scoped(
        Effect.flatMap(openStore(data, options), (store) => {
          const tenant = tenantOf(store)
          withOrders(tenant, rung)
          return Effect.zipLeft(use(tenant), tenant.kept)
        })
      )
    return Effect.gen(function* () {
      yield* inside((tenant) => tenant.save(orders, { id: "o", machine: "", status: 1, due: 1000 }))
      yield* TestClock.adjust(1000)
      yield* inside((tenant) => tenant.settle)
      yield* TestClock.adjust(1000)
      yield* inside((tenant) => tenant.settle)
      expect(yield* inside((tenant) => Effect.sync(() => tenant.records(orders).get("o")?.status))).toBe(3)
      expect(rung).toEqual(["o 2 at 1000", "o 3 at 2000"])
    })
  })
})

describe("a stored record", () => {
  effect("that does not match its schema is a failure that names the record", () => {
    const data = join(folder, "broken")
    const broken = table({ key: "machines", schema: Schema.Struct({ id: Schema.String, name: Schema.Number }) })
    return Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.flatMap(openStore(data, options), (store) => {
          const tenant = tenantOf(store)
          return Effect.zipRight(tenant.save(machines, { id: "m", name: "a" }), tenant.kept)
        })
      )
      const error = yield* Effect.flip(Effect.scoped(openStore(data, { ...options, tables: [broken] })))
      expect([error.reason, error.detail]).toEqual(["Folder", expect.stringContaining("machines m:")])
    })
  })
})
