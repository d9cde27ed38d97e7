/**
 * Summaries of records: their number, and the newest ones.
 */
import type { Listing } from "./collection.js"

/** The number of records, and the newest ones. */
export interface Glance<A> {
  readonly count: number
  /** The newest record is first. */
  readonly newest: ReadonlyArray<A>
}

/** Makes a summary of records. */
export const glance = <R, A>(records: Listing<R>, limit: number, look: (record: R) => A): Glance<A> => ({
  count: records.size,
  newest: records
    .slice(Math.max(0, records.size - limit), limit)
    .map(look)
    .toReversed()
})
