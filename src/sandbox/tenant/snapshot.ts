/**
 * Records at a glance: how many there are, and the newest of them.
 */
import type { Listing } from "./collection.js"

/** How many there are, and the newest of them. */
export interface Glance<A> {
  readonly count: number
  /** The newest first. */
  readonly newest: ReadonlyArray<A>
}

/** A glance at records. */
export const glance = <R, A>(records: Listing<R>, limit: number, look: (record: R) => A): Glance<A> => ({
  count: records.size,
  newest: records
    .slice(Math.max(0, records.size - limit), limit)
    .map(look)
    .toReversed()
})

/** The same glance with each record seen in another way. */
export const mapGlance = <A, B>({ count, newest }: Glance<A>, look: (record: A) => B): Glance<B> => ({
  count,
  newest: newest.map(look)
})
