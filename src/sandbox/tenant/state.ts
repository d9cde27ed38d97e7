/**
 * The records of a tenant for tests. Reading and putting them bypasses the API and its rules.
 */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { isUuid } from "../gateway/fields.js"
import type { Identified } from "./collection.js"
import type { Table } from "./table.js"
import type { Tenant } from "./tenant.js"
import { timestamp } from "./time.js"

/** The records of one kind. */
export interface RecordsOf<R, New> {
  readonly count: Effect.Effect<number>
  /** A record by its id, or `undefined`. */
  readonly get: (id: string) => Effect.Effect<R | undefined>
  /** Records in the order of the API's listing. Default: the first 300. */
  readonly list: (range?: { readonly offset?: number; readonly limit?: number }) => Effect.Effect<ReadonlyArray<R>>
  /** Adds a record, or changes the given fields of the record with this id. Checks no rule of the API. */
  readonly put: (record: New) => Effect.Effect<R>
  /** Removes a record with the same effects as deleting it through the API. Returns whether it existed. */
  readonly remove: (id: string) => Effect.Effect<boolean>
}

/**
 * The records of a table for `Sandbox.state`. `fill` makes a complete record from the given fields and the previous
 * record. Its `now` is the current time in the service's format.
 */
export const recordsOf = <R extends Identified, New extends { readonly id?: string | undefined }>(
  tenant: Tenant,
  table: Table<R>,
  fill: (given: New, before: R | undefined, id: string, now: string) => Effect.Effect<R>
): RecordsOf<R, New> => {
  const records = tenant.records(table)
  const look = <A>(read: () => A): Effect.Effect<A> => Effect.zipRight(tenant.settle, Effect.sync(read))
  return {
    count: look(() => records.size),
    get: (id) => look(() => records.get(id)),
    list: (range) => look(() => records.slice(range?.offset ?? 0, range?.limit ?? 300)),
    put: (given) =>
      Effect.gen(function* () {
        yield* tenant.settle
        const id = given.id === undefined ? randomUUID() : isUuid(given.id) ? given.id.toLowerCase() : given.id
        const record = yield* fill(given, records.get(id), id, yield* timestamp)
        yield* tenant.save(table, record)
        yield* tenant.kept
        return record
      }),
    remove: (id) =>
      tenant.settle.pipe(
        Effect.zipRight(tenant.remove(table, id)),
        Effect.map((record) => record !== undefined),
        Effect.zipLeft(tenant.kept)
      )
  }
}

/** The dates of a new record. */
export const dates = (now: string) => ({ created_at: now, updated_at: now })
