/**
 * Records in the order of their creation. Seeded records are built on demand; all others are in memory.
 */

/** The id that every record has. */
export interface Identified {
  readonly id: string
}

/** Records that can be listed. */
export interface Listing<R> {
  readonly size: number
  /** `limit` records from `offset` on. */
  readonly slice: (offset: number, limit: number) => ReadonlyArray<R>
}

/** Records that can be listed and found by id. */
export interface Readable<R> extends Listing<R> {
  /** Finds a record by its id. Upper and lower case do not matter. */
  readonly get: (id: string) => R | undefined
  /** All records, one by one. */
  readonly values: () => Iterable<R>
  /** Records that were added or changed; untouched seed rows are rebuilt on demand. */
  readonly touched: () => Iterable<R>
}

/** Records that can be changed. Changes here notify no listener; `Tenant.save` and `Tenant.remove` do. */
export interface Collection<R> extends Readable<R> {
  readonly put: (record: R) => void
  /** Removes a record. Returns whether it existed. */
  readonly remove: (id: string) => boolean
}

/** Seeded records. They are built on demand and never stored. */
export interface Rows<R> {
  readonly size: number
  readonly at: (index: number) => R
  /** The id of the record at an index. Does not build the record. */
  readonly idAt: (index: number) => string
  /** The index of the record with this id. */
  readonly indexOf: (id: string) => number | undefined
}

/** A change of a record. */
export type Edit<R> =
  /** `order` is the place among the added records; `undefined` for a seeded row. */
  | { readonly _tag: "Put"; readonly id: string; readonly record: R; readonly order: number | undefined }
  | { readonly _tag: "Removed"; readonly id: string; readonly isRow: boolean }

/** A collection to which seeded rows can be added. Rows come before all other records. */
export interface RowCollection<R> extends Collection<R> {
  readonly extend: (rows: Rows<R>) => void
  /** The changes that turn the seeded rows into the current records. */
  readonly edits: () => Iterable<Edit<R>>
  /** Restores a record to an earlier edit, or to its state before any edit. Notifies no listener. */
  readonly restore: (id: string, edit: Edit<R> | undefined) => void
}

/** A sorted list of numbers, with methods to add and remove one. */
const makeHoles = () => {
  const sorted: Array<number> = []
  const all = new Set<number>()
  /** The index of the first number that is not smaller than `place`. */
  const search = (place: number): number => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sorted[middle] ?? 0) < place) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    all,
    sorted,
    add: (place: number): void => {
      all.add(place)
      sorted.splice(search(place), 0, place)
    },
    remove: (place: number): void => {
      if (all.delete(place)) sorted.splice(search(place), 1)
    }
  }
}

/** An empty collection. `onEdit` is called for every record that is put or removed. */
export const make = <R extends Identified>(onEdit: (edit: Edit<R>) => void = () => undefined): RowCollection<R> => {
  let blocks: ReadonlyArray<{ readonly start: number; readonly rows: Rows<R> }> = []
  let rowCount = 0
  const edited = new Map<number, R>()
  /** The places of removed rows. */
  const gone = makeHoles()
  const added = new Map<string, { readonly record: R; readonly order: number }>()
  let nextOrder = 0
  let ordered: Array<R> | undefined

  const placeOf = (id: string): number | undefined => {
    for (const { rows, start } of blocks) {
      const index = rows.indexOf(id)
      if (index !== undefined) return start + index
    }
    return undefined
  }
  const originalAt = (place: number): R | undefined => {
    const block = blocks.findLast(({ start }) => start <= place)
    return block?.rows.at(place - block.start)
  }
  const rowAt = (place: number): R | undefined => edited.get(place) ?? originalAt(place)
  /** The place of the `n`-th row that is not removed. It can be past the last row. */
  const skipGone = (n: number): number => {
    let place = n
    for (const hole of gone.sorted) {
      if (hole > place) break
      place += 1
    }
    return place
  }
  const rows = function* (offset: number, limit: number): Generator<R> {
    let left = limit
    for (let place = skipGone(offset); place < rowCount && left > 0; place++) {
      if (gone.all.has(place)) continue
      const row = rowAt(place)
      if (row !== undefined) yield row
      left -= 1
    }
  }
  const inOrder = (): Array<R> =>
    (ordered ??= [...added.values()].sort((one, other) => one.order - other.order).map(({ record }) => record))

  return {
    get size() {
      return rowCount - gone.all.size + added.size
    },
    get: (given) => {
      const id = given.toLowerCase()
      const found = added.get(id)
      if (found !== undefined) return found.record
      const place = placeOf(id)
      return place === undefined || gone.all.has(place) ? undefined : rowAt(place)
    },
    put: (record) => {
      const id = record.id.toLowerCase()
      const place = placeOf(id)
      if (place !== undefined) {
        edited.set(place, record)
        gone.remove(place)
        return onEdit({ _tag: "Put", id, record, order: undefined })
      }
      const before = added.get(id)
      const order = before?.order ?? nextOrder++
      if (before === undefined) ordered?.push(record)
      else ordered = undefined
      added.set(id, { record, order })
      onEdit({ _tag: "Put", id, record, order })
    },
    remove: (given) => {
      const id = given.toLowerCase()
      const place = placeOf(id)
      if (place === undefined) {
        if (!added.delete(id)) return false
        ordered = undefined
      } else {
        if (gone.all.has(place)) return false
        edited.delete(place)
        gone.add(place)
      }
      onEdit({ _tag: "Removed", id, isRow: place !== undefined })
      return true
    },
    slice: (offset, limit) => {
      const present = rowCount - gone.all.size
      const fromRows = offset < present ? [...rows(offset, limit)] : []
      const start = Math.max(0, offset - present)
      return [...fromRows, ...inOrder().slice(start, start + limit - fromRows.length)]
    },
    values: function* () {
      yield* rows(0, Infinity)
      yield* inOrder().slice()
    },
    touched: function* () {
      yield* edited.values()
      yield* inOrder().slice()
    },
    extend: (more) => {
      blocks = [...blocks, { start: rowCount, rows: more }]
      rowCount += more.size
    },
    restore: (id, edit) => {
      const place = placeOf(id)
      if (place === undefined) {
        ordered = undefined
        if (edit?._tag === "Put") added.set(id, { record: edit.record, order: edit.order ?? nextOrder++ })
        else added.delete(id)
        return
      }
      gone.remove(place)
      edited.delete(place)
      if (edit?._tag === "Put") edited.set(place, edit.record)
      else if (edit?._tag === "Removed") gone.add(place)
    },
    edits: function* () {
      for (const record of edited.values()) yield { _tag: "Put", id: record.id.toLowerCase(), record, order: undefined }
      for (const [id, { order, record }] of added) yield { _tag: "Put", id, record, order }
      for (const place of gone.sorted) {
        const row = originalAt(place)
        if (row !== undefined) yield { _tag: "Removed", id: row.id.toLowerCase(), isRow: true }
      }
    }
  }
}

/** A listing of an array. */
export const fromArray = <R>(records: ReadonlyArray<R>): Listing<R> => ({
  size: records.length,
  slice: (offset, limit) => records.slice(offset, offset + limit)
})

/** The records that pass a filter, in their order. */
export const filtered = <R>(records: Readable<R>, fits: (record: R) => boolean): Listing<R> => {
  const found: Array<R> = []
  for (const record of records.values()) if (fits(record)) found.push(record)
  return fromArray(found)
}
