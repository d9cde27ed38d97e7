import * as Schema from "effect/Schema"
import { blankAsNull, choice, given, Json, nullish, openEnum, Required, Timestamp } from "./internal.js"

/** An event of the audit log. */
export const AuditEvent = Schema.Struct({
  /** A ULID. */
  id: Schema.String,
  action: openEnum("create", "update", "delete"),
  /** In UTC, with microseconds. */
  occurred_at: Timestamp,
  actor_id: blankAsNull,
  actor_type: blankAsNull,
  target_id: blankAsNull,
  target_type: blankAsNull,
  target_component: blankAsNull,
  /** The state of the target after the event. Its shape depends on `target_type`. */
  new_state: nullish(Json),
  metadata: nullish(Json)
}).annotations({ identifier: "AuditEvent" })
/** An event of the audit log, decoded. */
export interface AuditEvent extends Schema.Schema.Type<typeof AuditEvent> {}

/** Filters and order for a listing of events. */
export const AuditEventFilters = Schema.Struct({
  /** `-` reverses the order. */
  sort_by: given(choice("occurred_at", "-occurred_at", "id", "-id")),
  /** The first day (`2026-11-26`) or time, in UTC. */
  start_date: given(Required),
  /** The last day or time, in UTC. */
  end_date: given(Required)
})
/** The filters of `AuditEvents.stream` and `AuditEvents.list`. */
export interface AuditEventFilters extends Schema.Schema.Type<typeof AuditEventFilters> {}

/**
 * The position up to which a program has handled the events. Save it as JSON; `AuditEvents.follow` continues from it.
 * It contains the ids of the most recent events, since earlier ones may still appear between them.
 */
export const AuditPosition = Schema.Struct({ since: Schema.String, seen: Schema.Array(Schema.String) }).annotations({
  identifier: "AuditPosition"
})
/** A position in the audit log, decoded. */
export interface AuditPosition extends Schema.Schema.Type<typeof AuditPosition> {}
