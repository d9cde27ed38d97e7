import * as Schema from "effect/Schema"
import { blankAsNull, choice, given, Json, nullish, Required, Timestamp } from "./internal.js"

/** An event of the audit log. */
export const AuditEvent = Schema.Struct({
  /** A ULID. */
  id: Schema.String,
  /** `create`, `update`, `delete`, … */
  action: Schema.String,
  /** In UTC, with microseconds. */
  occurred_at: Timestamp,
  actor_id: blankAsNull,
  actor_type: blankAsNull,
  target_id: blankAsNull,
  target_type: blankAsNull,
  target_component: blankAsNull,
  /** What the target looks like now. Depends on `target_type`. */
  new_state: nullish(Json),
  metadata: nullish(Json)
}).annotations({ identifier: "AuditEvent" })
/** An event of the audit log, decoded. */
export interface AuditEvent extends Schema.Schema.Type<typeof AuditEvent> {}

/** Which events a listing has, and in which order. */
export const AuditEventFilters = Schema.Struct({
  /** `-` reverses. */
  sort_by: given(choice("occurred_at", "-occurred_at", "id", "-id")),
  /** From this day (`2026-11-26`) or time on, UTC. */
  start_date: given(Required),
  /** Up to this day or time, UTC. */
  end_date: given(Required)
})
/** The filters of `AuditEvents.stream` and `AuditEvents.list`. */
export interface AuditEventFilters extends Schema.Schema.Type<typeof AuditEventFilters> {}

/**
 * Up to where a program has handled the events: it can be kept as JSON, and `AuditEvents.follow` goes on from there. It
 * holds the ids of those events that others may still come before.
 */
export const AuditPosition = Schema.Struct({ since: Schema.String, seen: Schema.Array(Schema.String) }).annotations({
  identifier: "AuditPosition"
})
/** Up to where a program has handled the events. */
export interface AuditPosition extends Schema.Schema.Type<typeof AuditPosition> {}
