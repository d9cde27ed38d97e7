/**
 * The activity of library items: created, edited, deleted, assigned.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mix } from "../../tenant/seedNumbers.js"
import { table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"
import { timestamp } from "../../tenant/time.js"
import { findSeeded } from "./items.js"

const Activity = Schema.Struct({
  /** A number that increases with each activity. */
  id: Schema.String,
  itemId: Schema.String,
  activity_time: Schema.String,
  /** Duplicating an item is missing here, since only the vendor's web app can do it. */
  activity_type: Schema.Literal(
    "library_item_created",
    "library_item_edited",
    "library_item_deleted",
    "library_item_assignment_changed"
  ),
  /** For an edit: a line for every changed field. */
  details: Schema.NullOr(Schema.Array(Schema.String))
})

/** An event in the activity of a library item. */
export interface Activity extends Schema.Schema.Type<typeof Activity> {}

/** The activity of library items, the oldest first. It does not include seeded activity. */
export const activityTable = table<Activity, typeof Activity.Encoded>({ key: "libraryActivity", schema: Activity })

/** The maximum number of stored events. */
const capacity = 20_000
/** Smaller ids belong to seeded activity. */
const firstId = 1_000_000_000

/** Adds an event with the current time. */
export const recordActivity = (
  tenant: Tenant,
  itemId: string,
  activity_type: Activity["activity_type"],
  details: Activity["details"] = null
): Effect.Effect<void> =>
  Effect.map(timestamp, (activity_time) => {
    const records = tenant.records(activityTable)
    const last = records.slice(records.size - 1, 1)[0]
    const id = String(Math.max(firstId, Number(last?.id ?? 0)) + 1)
    records.put({ id, itemId, activity_time, activity_type, details })
    // A quarter is removed at a time, since each removal sorts the rest again.
    if (records.size > capacity) for (const { id } of records.slice(0, capacity / 4)) records.remove(id)
  })

/** The seeded activity of an item, the newest first. */
const before = ({ seeds }: Tenant, itemId: string): ReadonlyArray<Activity> => {
  for (const seeding of seeds) {
    const found = findSeeded(seeding, itemId)
    if (found === undefined) continue
    const { created_at, updated_at } = found.record
    const id = mix(found.key, found.index) % 400_000_000
    const activity = (id: number, activity_time: string, activity_type: Activity["activity_type"]): Activity => ({
      id: String(id),
      itemId,
      activity_time,
      activity_type,
      details: null
    })
    return [
      activity(2 * id + 2, updated_at, "library_item_edited"),
      activity(2 * id + 1, created_at, "library_item_created")
    ]
  }
  return []
}

/** The activity of an item, the newest first. */
export const activityOf = (tenant: Tenant, itemId: string): ReadonlyArray<Activity> => {
  const all = Array.from(tenant.records(activityTable).values())
  return [...all.filter((activity) => activity.itemId === itemId).toReversed(), ...before(tenant, itemId)]
}

/** Fields whose changes are not listed, since users do not edit them. */
const unspoken: ReadonlyArray<string> = ["id", "created_at", "updated_at", "fileUpdated", "profile", "mdm_identifier"]

/** `install_type` becomes `Install Type`. */
const label = (key: string): string =>
  key.replace(/(^|_)([a-z])/g, (_, gap, letter) => (gap && " ") + letter.toUpperCase())

const isShort = (value: unknown): boolean => typeof value !== "string" || (value.length <= 200 && !value.includes("\n"))

/** The changed fields, a line for each: `Name: test_custom_app → ms_company_portal`. */
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
