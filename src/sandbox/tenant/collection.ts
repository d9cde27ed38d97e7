/**
 * Records in the order in which they were made: some built on demand, the others in memory.
 */

/** What a listing and a lookup need of a set of records, however the set keeps them. */
export interface Collection<R> {
  readonly size: number
  readonly get: (id: string) => R | undefined
  readonly put: (id: string, record: R) => void
  readonly remove: (id: string) => boolean
  /** `limit` records from `offset` on. */
  readonly slice: (offset: number, limit: number) => ReadonlyArray<R>
  /** All of them, one by one. */
  readonly values: () => Iterable<R>
  /** Those that are kept in memory: all but the rows that nobody touched. */
  readonly touched: () => Iterable<R>
}

/** Records that are built when they are asked for, and never kept. */
export interface Rows<R> {
  readonly size: number
  readonly at: (index: number) => R
  /** Where the record with this id stands. */
  readonly indexOf: (id: string) => number | undefined
}

/** A collection that rows can be laid under: they come before all other records. */
export interface RowCollection<R extends { readonly id: string }> extends Collection<R> {
  readonly extend: (rows: Rows<R>) => void
  /** The ids of the rows that were removed. */
  readonly gone: () => Iterable<string>
}

/** An empty collection. `onChange` hears of every record that is put, and with nothing of every one that is removed. */
export const make = <R extends { readonly id: string }>(
  onChange: (id: string, record: R | undefined) => void = () => undefined
): RowCollection<R> => {
  let blocks: ReadonlyArray<{ readonly start: number; readonly rows: Rows<R> }> = []
  let rowCount = 0
  const edited = new Map<number, R>()
  /** Places of rows that are gone, in order. */
  let gone: ReadonlyArray<number> = []
  const added = new Map<string, R>()
  let order: Array<R> | undefined

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
  /** The `n`-th row that is not gone, as far as there is one. */
  const skipGone = (n: number): number => {
    let place = n
    for (const hole of gone) {
      if (hole > place) break
      place += 1
    }
    return place
  }
  const rows = function* (offset: number, limit: number): Generator<R> {
    const holes = new Set(gone)
    let left = limit
    for (let place = skipGone(offset); place < rowCount && left > 0; place++) {
      if (holes.has(place)) continue
      const row = rowAt(place)
      if (row !== undefined) yield row
      left -= 1
    }
  }
  const ordered = (): Array<R> => (order ??= [...added.values()])

  return {
    get size() {
      return rowCount - gone.length + added.size
    },
    get: (given) => {
      const id = given.toLowerCase()
      const record = added.get(id)
      if (record !== undefined) return record
      const place = placeOf(id)
      return place === undefined || gone.includes(place) ? undefined : rowAt(place)
    },
    put: (given, record) => {
      const id = given.toLowerCase()
      const place = placeOf(id)
      if (place !== undefined) {
        edited.set(place, record)
        gone = gone.filter((hole) => hole !== place)
      } else {
        if (added.has(id)) order = undefined
        else order?.push(record)
        added.set(id, record)
      }
      onChange(id, record)
    },
    remove: (given) => {
      const id = given.toLowerCase()
      const place = placeOf(id)
      if (place === undefined) {
        if (!added.delete(id)) return false
        order = undefined
      } else {
        if (gone.includes(place)) return false
        edited.delete(place)
        gone = [...gone, place].sort((one, other) => one - other)
      }
      onChange(id, undefined)
      return true
    },
    slice: (offset, limit) => {
      const present = rowCount - gone.length
      const fromRows = offset < present ? [...rows(offset, limit)] : []
      const start = Math.max(0, offset - present)
      return [...fromRows, ...ordered().slice(start, start + limit - fromRows.length)]
    },
    values: function* () {
      yield* rows(0, Infinity)
      yield* added.values()
    },
    touched: function* () {
      yield* edited.values()
      yield* added.values()
    },
    extend: (more) => {
      blocks = [...blocks, { start: rowCount, rows: more }]
      rowCount += more.size
    },
    gone: function* () {
      for (const place of gone) {
        const row = originalAt(place)
        if (row !== undefined) yield row.id
      }
    }
  }
}

/** A collection of what is given, to be listed only. */
export const fromArray = <R>(records: ReadonlyArray<R>): Pick<Collection<R>, "size" | "slice"> => ({
  size: records.length,
  slice: (offset, limit) => records.slice(offset, offset + limit)
})
