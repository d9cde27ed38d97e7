/**
 * What was done to library items, as the service tells it: made, edited, deleted, assigned.
 */
import * as Effect from "effect/Effect"
import { timestamp } from "./time.js"

/** What can happen to a library item. Nothing here is ever duplicated: only the vendor's web app can do that. */
export type ActivityType =
  | "library_item_created"
  | "library_item_edited"
  | "library_item_deleted"
  | "library_item_assignment_changed"

/** Something that happened to a library item. */
export interface Activity {
  /** Counts up. */
  readonly id: number
  readonly itemId: string
  readonly activity_time: string
  readonly activity_type: ActivityType
  /** A line for every field that was changed, where it was edited. */
  readonly details: ReadonlyArray<string> | null
}

/** What was done to library items. */
export interface History {
  /** Notes what was done just now. */
  readonly record: (itemId: string, type: ActivityType, details?: ReadonlyArray<string> | null) => Effect.Effect<void>
  /** Adds what happened at another time. */
  readonly add: (activity: Activity) => void
  /** What happened to an item, the newest first. */
  readonly of: (itemId: string) => ReadonlyArray<Activity>
  /** What was done since the beginning, the oldest first. */
  readonly kept: () => Iterable<Activity>
}

/** How much of it is remembered. */
const capacity = 20_000
/** Below are the ids of what happened before the beginning. */
const firstId = 1_000_000_000

/** An empty history. `before` tells what happened to an item that was there from the beginning, the newest first. */
export const makeHistory = (options: {
  readonly before: (itemId: string) => ReadonlyArray<Activity>
  readonly note: (activity: Activity) => void
}): History => {
  let kept: Array<Activity> = []
  let lastId = firstId

  const add = (activity: Activity): void => {
    lastId = Math.max(lastId, activity.id)
    kept.push(activity)
    // A quarter at a time: what is thrown away one by one costs as much each time.
    if (kept.length > capacity) kept = kept.slice(capacity / 4)
    options.note(activity)
  }
  return {
    record: (itemId, activity_type, details = null) =>
      Effect.map(timestamp, (activity_time) => add({ id: lastId + 1, itemId, activity_time, activity_type, details })),
    add,
    of: (itemId) => [...kept.filter((activity) => activity.itemId === itemId).toReversed(), ...options.before(itemId)],
    kept: () => kept
  }
}

/** Fields of a record that nobody edits. */
const unspoken: ReadonlyArray<string> = ["id", "created_at", "updated_at", "fileUpdated", "profile", "mdm_identifier"]

/** `install_type` becomes `Install Type`. */
const label = (key: string): string =>
  key.replace(/(^|_)([a-z])/g, (_, gap, letter) => (gap && " ") + letter.toUpperCase())

const isShort = (value: unknown): boolean => typeof value !== "string" || (value.length <= 200 && !value.includes("\n"))

/** What makes one record another, a line for each field: `Name: test_custom_app → ms_company_portal`. */
export const changesOf = <R extends object>(before: R, after: R): ReadonlyArray<string> | null => {
  const old = new Map<string, unknown>(Object.entries(before))
  const lines = Object.entries(after).flatMap(([key, value]) => {
    const previous = old.get(key)
    if (unspoken.includes(key) || JSON.stringify(previous) === JSON.stringify(value)) return []
    return isShort(previous) && isShort(value)
      ? [`${label(key)}: ${String(previous)} → ${String(value)}`]
      : [`${label(key)} changed`]
  })
  return lines.length === 0 ? null : lines
}
