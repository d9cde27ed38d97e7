/**
 * What is kept of a tenant: values by key. The last value of a key counts, so entries can be read in any order.
 *
 * - `tenant`: the identity, and the version of what is kept
 * - `seed/0000`: the number and the counts of a seed
 * - `record/tags/<id>`: a record that was added or changed
 * - `object/<key>`, `reservation/<key>`: what is in storage, and places that were given out
 */
import type * as Effect from "effect/Effect"

/** A key and its value, made of JSON values. */
export type Entry = readonly [key: string, value: unknown]

/** Hears of a key whose value has changed; the value `undefined` takes it away. */
export type Note = (key: string, value: () => unknown) => void

/** Puts a key back to what was kept; `undefined` if nothing was. */
export type Restore = (key: string, value: unknown) => void

/** The part of a key after the first `/`s: `["record", "tags", "<id>"]`, the last with all that follows. */
export const partsOf = (key: string, count: number): ReadonlyArray<string> => {
  const parts = key.split("/")
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join("/")]
}

/** Where entries are kept. This is all that a tenant asks of a disk. */
export interface Keeper {
  /** What was kept when it was opened: each key once, in any order. */
  readonly kept: Iterable<Entry>
  /**
   * Keeps a batch, all of it or nothing; the value `undefined` takes a key away. Done when it is on the disk. Dies if the
   * disk does not take it. The next batch comes when this one has ended.
   */
  readonly write: (batch: ReadonlyArray<Entry>) => Effect.Effect<void>
}
