/**
 * A tenant, as resources use it: records, storage, listeners and timers.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Storage } from "../storage/Storage.js"
import type { Collection, Identified } from "./collection.js"
import type { Identity } from "./identity.js"
import type { Seeding } from "./seeding.js"
import type { Store } from "./store.js"
import type { Change, Listener, Table } from "./table.js"

/** Makes a record change at a time of its own. */
export interface Timer<R> {
  /** When the record changes next, in milliseconds since 1970; `undefined` if it does not. */
  readonly at: (record: R) => number | undefined
  /**
   * Changes the record. `at` is the time at which it was due, which can be in the past. Afterwards, the record must be
   * due later or not at all.
   */
  readonly ring: (record: R, at: number) => Effect.Effect<void>
}

/** A tenant. */
export interface Tenant {
  readonly identity: Identity
  /** The maximum number of records on a page. */
  readonly pageSize: number
  readonly storage: Storage
  /** The records of any table. Changing them here notifies no listener. */
  readonly records: <R extends Identified>(table: Table<R>) => Collection<R>
  /** Counts all changes. */
  readonly revision: () => number
  /** Counts seeds and resets: what was derived from the records before one is no longer right after it. */
  readonly generation: () => number
  /** The seeds in the order in which they were added. */
  readonly seeds: ReadonlyArray<Seeding>
  /** Saves a new or changed record, and notifies listeners with `create` or `update`. */
  readonly save: <R extends Identified>(table: Table<R>, record: R) => Effect.Effect<void>
  /** Removes a record, and notifies listeners with `delete`. Returns `undefined` if it did not exist. */
  readonly remove: <R extends Identified>(table: Table<R>, id: string) => Effect.Effect<R | undefined>
  /** Notifies listeners of an action that changes no record: a secret was read, or a command was sent. */
  readonly report: <R extends Identified>(
    table: Table<R>,
    action: string,
    record: R,
    details?: Readonly<Record<string, unknown>>
  ) => Effect.Effect<void>
  /** Adds a listener for one table. Call it in `setup`. */
  readonly on: <R extends Identified>(table: Table<R>, listener: Listener<R>) => void
  /** Adds a listener for all tables. It is called before the listeners of a single table. Call it in `setup`. */
  readonly onAny: (listener: Listener) => void
  /** Adds a timer for the records of a table. Call it in `setup`. */
  readonly timer: <R extends Identified>(table: Table<R>, timer: Timer<R>) => void
  /**
   * Runs all timers that are due, in the order of their times. Called before each request and each read of the state.
   */
  readonly settle: Effect.Effect<void>
  /** Ends when all changes so far are stored. */
  readonly kept: Effect.Effect<void>
}

interface Due {
  readonly at: number
  readonly ring: Effect.Effect<void>
}

/** The due times, the earliest first. Equal times stay in the order in which they were added. */
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

/** Creates a tenant from stored or new data. */
export const makeTenant = (options: {
  readonly store: Store
  readonly storage: Storage
  readonly pageSize: number
}): Tenant => {
  const { pageSize, storage, store } = options
  const { identity, kept, memory } = store
  const { generation, owner, revision, seeds } = memory
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
    revision,
    generation,
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
          // The record may have been removed, or its time may have changed.
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
