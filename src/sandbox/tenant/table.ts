/**
 * A table: the definition of one kind of record. Each tenant has its own records.
 */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { type Edit, type Identified, make, type Readable, type RowCollection, type Rows } from "./collection.js"
import type { Note } from "./entry.js"
import type { Seeding } from "./seeding.js"

/** A change of a record, or an action on it. */
export interface Change<R extends Identified = Identified> {
  /** The key of the record's table. */
  readonly table: string
  /** `create`, `update`, `delete`, or an action that a resource reports, such as reading a secret. */
  readonly action: string
  /** The record after the change; for a `delete`, the deleted record. */
  readonly record: R
  /** The record before an update. */
  readonly before: R | undefined
  readonly details: Readonly<Record<string, unknown>>
}

/** Is called after a change, as part of the same request. */
export type Listener<R extends Identified = Identified> = (change: Change<R>) => Effect.Effect<void>

/** The records of one table in one tenant. */
export interface OpenTable {
  readonly records: Readable<Identified>
  /** Adds the rows of a seed before all other records. */
  readonly seed: (seeding: Seeding) => void
  /** Loads stored records, in any order. Fails with a text that says what is wrong with them. */
  readonly load: (entries: Iterable<readonly [id: string, value: unknown]>) => Either.Either<void, string>
  /** Restores the stored value of a record; `undefined` if it has none. */
  readonly restore: (id: string, value: unknown) => void
  /** All records that must be stored. */
  readonly entries: () => Iterable<readonly [id: string, value: unknown]>
}

/** A table without the type of its records. */
export interface AnyTable {
  readonly key: string
  readonly open: (owner: object, note: Note) => OpenTable
}

/** The definition of a table. */
export interface Table<R extends Identified> extends AnyTable {
  /** The records of a tenant. */
  readonly records: (owner: object) => RowCollection<R>
  /** The rows of a seed. */
  readonly rows: (seeding: Seeding) => Rows<R>
  /** The listeners for changes in a tenant. */
  readonly listeners: (owner: object) => Array<Listener<R>>
  /** Functions that are called for every record that is put. */
  readonly watchers: (owner: object) => Array<(record: R) => void>
}

interface Open<R extends Identified> {
  readonly records: RowCollection<R>
  readonly listeners: Array<Listener<R>>
  readonly watchers: Array<(record: R) => void>
}

/**
 * The stored form of a record: its place among the added records (`null` for a row) and the record. `null` stands for a
 * removed row.
 */
const Kept = Schema.NullOr(Schema.Tuple(Schema.NullOr(Schema.Number), Schema.Unknown))
const decodeKept = Schema.decodeUnknownEither(Kept)

/**
 * Defines a table.
 *
 * - `key`: its name in stored data and in changes.
 * - `schema`: how a record is encoded and decoded.
 * - `seed`: the rows of a seed, built on demand (`rowsOf`). Default: no rows.
 */
export const table = <R extends Identified, I>(options: {
  readonly key: string
  readonly schema: Schema.Schema<R, I>
  readonly seed?: (seeding: Seeding) => Rows<R>
}): Table<R> => {
  const { key, schema, seed } = options
  const encode = Schema.encodeSync(schema)
  const decode = Schema.decodeUnknownEither(schema)
  const tenants = new WeakMap<object, Open<R>>()
  const seeded = new WeakMap<Seeding, Rows<R>>()

  const openIn = (owner: object): Open<R> => {
    const open = tenants.get(owner)
    if (open === undefined) throw new Error(`The table ${key} is among the tables of no resource in the list.`)
    return open
  }
  const rows = (seeding: Seeding): Rows<R> => {
    const found = seeded.get(seeding)
    if (found !== undefined) return found
    const made = seed?.(seeding) ?? { size: 0, at: noRow, idAt: noRow, indexOf: () => undefined }
    seeded.set(seeding, made)
    return made
  }
  const valueOf = (edit: Edit<R>): unknown =>
    edit._tag === "Put" ? [edit.order ?? null, encode(edit.record)] : edit.isRow ? null : undefined

  return {
    key,
    rows,
    records: (owner) => openIn(owner).records,
    listeners: (owner) => openIn(owner).listeners,
    watchers: (owner) => openIn(owner).watchers,
    open: (owner, note) => {
      const watchers: Array<(record: R) => void> = []
      const records = make<R>((edit) => {
        note(`record/${key}/${edit.id}`, () => valueOf(edit))
        if (edit._tag === "Put") for (const watch of watchers) watch(edit.record)
      })
      tenants.set(owner, { records, listeners: [], watchers })
      return {
        records,
        seed: (seeding) => records.extend(rows(seeding)),
        entries: function* () {
          for (const edit of records.edits()) yield [edit.id, valueOf(edit)]
        },
        restore: (id, value) => {
          if (value === undefined) return records.restore(id, undefined)
          const found = Either.getOrThrow(decodeKept(value))
          if (found === null) return records.restore(id, { _tag: "Removed", id, isRow: true })
          const record = Either.getOrThrow(decode(found[1]))
          records.restore(id, { _tag: "Put", id, record, order: found[0] ?? undefined })
        },
        load: (entries) =>
          Either.gen(function* () {
            const kept: Array<readonly [order: number, record: R]> = []
            for (const [id, value] of entries) {
              const found = yield* Either.mapLeft(decodeKept(value), ({ message }) => `${key} ${id}: ${message}`)
              if (found === null) {
                records.remove(id)
                continue
              }
              const record = yield* Either.mapLeft(decode(found[1]), ({ message }) => `${key} ${id}: ${message}`)
              kept.push([found[0] ?? -1, record])
            }
            for (const [, record] of kept.sort(([one], [other]) => one - other)) records.put(record)
          })
      }
    }
  }
}

const noRow = (): never => {
  throw new Error("A table without a seed has no rows.")
}
