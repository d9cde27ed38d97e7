/**
 * Records in the order in which they were made.
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
}

/** An empty collection in memory. */
export const make = <R>(): Collection<R> => {
  const records = new Map<string, R>()
  let order: ReadonlyArray<R> | undefined
  const ordered = () => (order ??= [...records.values()])
  return {
    get size() {
      return records.size
    },
    get: (id) => records.get(id.toLowerCase()),
    put: (id, record) => {
      order = undefined
      records.set(id, record)
    },
    remove: (id) => {
      order = undefined
      return records.delete(id.toLowerCase())
    },
    slice: (offset, limit) => ordered().slice(offset, offset + limit),
    values: () => records.values()
  }
}

/** A collection of what is given, to be listed only. */
export const fromArray = <R>(records: ReadonlyArray<R>): Pick<Collection<R>, "size" | "slice"> => ({
  size: records.length,
  slice: (offset, limit) => records.slice(offset, offset + limit)
})
