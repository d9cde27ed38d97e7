/**
 * A tenant as its resources see it: its records, its storage, what happens to them, and what is due on its clock.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Storage } from "../storage/Storage.js"
import type { Collection, Identified } from "./collection.js"
import type { Identity } from "./identity.js"
import type { Seeding } from "./seeding.js"
import type { Store } from "./store.js"
import type { Change, Listener, Table } from "./table.js"

/** A record that changes by itself when its time has come. */
export interface Timer<R> {
  /** When it changes next, in milliseconds since 1970; `undefined` if it does not. */
  readonly at: (record: R) => number | undefined
  /** Changes it. `at` is the time when it was due, which may lie in the past. It has to be due later afterwards, or never. */
  readonly ring: (record: R, at: number) => Effect.Effect<void>
}

/** A tenant. */
export interface Tenant {
  readonly identity: Identity
  /** The most records on a page. */
  readonly pageSize: number
  readonly storage: Storage
  /** The records of a table, of this resource or another one. Changing them here notifies no listener. */
  readonly records: <R extends Identified>(table: Table<R>) => Collection<R>
  /** The seeds so far, in order. */
  readonly seeds: ReadonlyArray<Seeding>
  /** Puts a new record, or one in place of another, and tells its listeners: `create` or `update`. */
  readonly save: <R extends Identified>(table: Table<R>, record: R) => Effect.Effect<void>
  /** Removes a record, and tells its listeners: `delete`. `undefined` if it was not there. */
  readonly remove: <R extends Identified>(table: Table<R>, id: string) => Effect.Effect<R | undefined>
  /** Tells the listeners of what changes no record of this table: a secret that was read, an action that was sent. */
  readonly report: <R extends Identified>(
    table: Table<R>,
    action: string,
    record: R,
    details?: Readonly<Record<string, unknown>>
  ) => Effect.Effect<void>
  /** Hears of the changes of a table. Called in `setup`. */
  readonly on: <R extends Identified>(table: Table<R>, listener: Listener<R>) => void
  /** Hears of the changes of all tables, before those who listen to one table. Called in `setup`. */
  readonly onAny: (listener: Listener) => void
  /** Makes records of a table change by themselves. Called in `setup`. */
  readonly timer: <R extends Identified>(table: Table<R>, timer: Timer<R>) => void
  /** Does everything that has become due, in the order in which it was. Runs before each request and each look at the state. */
  readonly settle: Effect.Effect<void>
  /** Done when every change so far is kept. */
  readonly kept: Effect.Effect<void>
}

interface Due {
  readonly at: number
  readonly ring: Effect.Effect<void>
}

/** What is due, the earliest first; of what is due at once, what was added first. */
const makeAgenda = () => {
  const agenda: Array<Due> = []
  return {
    add: (due: Due): void => {
      let [low, high] = [0, agenda.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((agenda[middle]?.at ?? Infinity) <= due.at) low = middle + 1
        else high = middle
      }
      agenda.splice(low, 0, due)
    },
    next: (now: number): Due | undefined => ((agenda[0]?.at ?? Infinity) <= now ? agenda.shift() : undefined)
  }
}

/** The tenant that a store remembers. */
export const makeTenant = (options: {
  readonly store: Store
  readonly storage: Storage
  readonly pageSize: number
}): Tenant => {
  const { pageSize, storage, store } = options
  const { identity, kept, memory } = store
  const { owner, seeds } = memory
  const listeners: Array<Listener> = []
  const agenda = makeAgenda()

  const tell = <R extends Identified>(table: Table<R>, change: Omit<Change<R>, "table">): Effect.Effect<void> => {
    const whole: Change<R> = { table: table.key, ...change }
    return Effect.zipRight(
      Effect.forEach(listeners, (listener) => listener(whole), { discard: true }),
      Effect.forEach(table.listeners(owner), (listener) => listener(whole), { discard: true })
    )
  }

  return {
    identity,
    pageSize,
    storage,
    seeds,
    kept,
    records: (table) => table.records(owner),
    save: (table, record) =>
      Effect.suspend(() => {
        const records = table.records(owner)
        const before = records.get(record.id)
        records.put(record)
        return tell(table, { action: before === undefined ? "create" : "update", record, before, details: {} })
      }),
    remove: (table, id) =>
      Effect.suspend(() => {
        const records = table.records(owner)
        const record = records.get(id)
        if (record === undefined) return Effect.succeed(undefined)
        records.remove(id)
        return Effect.as(tell(table, { action: "delete", record, before: undefined, details: {} }), record)
      }),
    report: (table, action, record, details = {}) => tell(table, { action, record, before: undefined, details }),
    on: (table, listener) => void table.listeners(owner).push(listener),
    onAny: (listener) => void listeners.push(listener),
    timer: (table, timer) => {
      const records = table.records(owner)
      const watch = ({ id }: Identified, at: number | undefined): void => {
        if (at === undefined) return
        const ring = Effect.suspend(() => {
          // It may be gone by now, or have been put off.
          const record = records.get(id)
          return record === undefined || timer.at(record) !== at ? Effect.void : timer.ring(record, at)
        })
        agenda.add({ at, ring })
      }
      for (const record of records.touched()) watch(record, timer.at(record))
      table.watchers(owner).push((record) => watch(record, timer.at(record)))
    },
    settle: Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      for (let due = agenda.next(now); due !== undefined; due = agenda.next(now)) yield* due.ring
    })
  }
}
