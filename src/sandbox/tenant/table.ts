/**
 * A table: what a resource says of its records once, so that every tenant can have some.
 */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { type Edit, type Identified, make, type Readable, type RowCollection, type Rows } from "./collection.js"
import type { Note } from "./entry.js"
import type { Seeding } from "./seeding.js"

/** Something that was done to a record. */
export interface Change<R extends Identified = Identified> {
  /** The key of its table. */
  readonly table: string
  /** `create`, `update`, `delete`, or what a resource reports beside them: a secret that was read, an action. */
  readonly action: string
  /** As it is now; as it was before it was deleted. */
  readonly record: R
  /** As it was before an update. */
  readonly before: R | undefined
  readonly details: Readonly<Record<string, unknown>>
}

/** Hears of changes once they are made. What it does is part of the same request. */
export type Listener<R extends Identified = Identified> = (change: Change<R>) => Effect.Effect<void>

/** The records of one table in one tenant. */
export interface OpenTable {
  readonly records: Readable<Identified>
  /** Lays the rows of a seed under what there is. */
  readonly seed: (seeding: Seeding) => void
  /** Puts back what was kept, in any order. Fails with what is wrong about it. */
  readonly load: (entries: Iterable<readonly [id: string, value: unknown]>) => Either.Either<void, string>
  /** Puts a record back to what was kept; `undefined` if nothing was. */
  readonly restore: (id: string, value: unknown) => void
  /** Everything that has to be kept. */
  readonly entries: () => Iterable<readonly [id: string, value: unknown]>
}

/** A table, whatever its records are. */
export interface AnyTable {
  readonly key: string
  readonly open: (owner: object, note: Note) => OpenTable
}

/** A table of records. */
export interface Table<R extends Identified> extends AnyTable {
  /** The records of a tenant. */
  readonly records: (owner: object) => RowCollection<R>
  /** The rows of a seed. */
  readonly rows: (seeding: Seeding) => Rows<R>
  /** Who hears of changes in a tenant. */
  readonly listeners: (owner: object) => Array<Listener<R>>
  /** Who hears of every single record that is put. */
  readonly watchers: (owner: object) => Array<(record: R) => void>
}

interface Open<R extends Identified> {
  readonly records: RowCollection<R>
  readonly listeners: Array<Listener<R>>
  readonly watchers: Array<(record: R) => void>
}

/** What is kept of a record: its place among those that were added (`null` for a row), and itself; `null` for a row that is gone. */
const Kept = Schema.NullOr(Schema.Tuple(Schema.NullOr(Schema.Number), Schema.Unknown))
const decodeKept = Schema.decodeUnknownEither(Kept)

/**
 * A table.
 *
 * - `key`: its name, in what is kept over a restart and in changes.
 * - `schema`: how a record is written and read again.
 * - `seed`: the rows of a seed, built when they are asked for (`rowsOf`). Default: no rows.
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
