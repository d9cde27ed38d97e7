/**
 * The entries in which a tenant is stored: values by key. Each key appears once, so entries can be read in any order.
 *
 * - `tenant`: the identity, and the version of the format
 * - `seed/0000`: the number and the counts of a seed
 * - `record/tags/<id>`: a record that was added or changed
 * - `object/<key>`, `reservation/<key>`: objects in storage, and reservations for uploads
 */
import type * as Effect from "effect/Effect"

/** A key and its value, which must be JSON. */
export type Entry = readonly [key: string, value: unknown]

/** Is called when the value of a key has changed. The value `undefined` removes the key. */
export type Note = (key: string, value: () => unknown) => void

/** Restores the stored value of a key; `undefined` if it has none. */
export type Restore = (key: string, value: unknown) => void

/** The parts of a key, separated by `/`: `["record", "tags", "<id>"]`. The last part contains the rest of the key. */
export const partsOf = (key: string, count: number): ReadonlyArray<string> => {
  const parts = key.split("/")
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join("/")]
}

/** Stores entries. A tenant needs nothing else of a disk. */
export interface Keeper {
  /** The entries that were stored when it was opened, in any order. Each key appears once. */
  readonly kept: Iterable<Entry>
  /**
   * Stores a batch completely or not at all; the value `undefined` removes a key. Ends when the batch is on the disk.
   * Dies if the disk refuses it. The next batch must wait until this one has ended.
   */
  readonly write: (batch: ReadonlyArray<Entry>) => Effect.Effect<void>
}
