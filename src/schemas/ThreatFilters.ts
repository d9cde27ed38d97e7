import * as Schema from "effect/Schema"
import { choice, given, Required } from "./internal.js"

/** Filters and order for a listing of threats. */
export const LegacyThreatFilters = Schema.Struct({
  classification: given(choice("malware", "pup")),
  /** The number of days up to today. */
  date_range: given(Schema.Int.pipe(Schema.positive())),
  device_id: given(Schema.String),
  status: given(choice("quarantined", "not_quarantined", "released")),
  sort_by: given(
    choice(
      "threat_name",
      "-threat_name",
      "classification",
      "-classification",
      "device_name",
      "-device_name",
      "process_name",
      "-process_name",
      "process_owner",
      "-process_owner",
      "detection_date",
      "-detection_date",
      "status",
      "-status"
    )
  ),
  /** A text in the device name, the file hash or the file path. */
  term: given(Schema.String)
})
/** The filters of `Threats.legacyThreats`. */
export interface LegacyThreatFilters extends Schema.Schema.Type<typeof LegacyThreatFilters> {}

/** Filters and order for a listing of detections. */
export const LegacyDetectionFilters = Schema.Struct({
  threat_id: given(Schema.String),
  classification: given(Schema.String),
  status: given(Schema.String),
  /** The number of days up to today. */
  date_range: given(Schema.Int.pipe(Schema.positive())),
  /** A day: `2026-11-26`. */
  detection_date_from: given(Schema.String),
  /** A day: `2026-11-26`. */
  detection_date_to: given(Schema.String),
  detection_date: given(Schema.String),
  device_id: given(Schema.String),
  malware_family: given(Schema.String),
  parent_process_name: given(Schema.String),
  target_process_name: given(Schema.String),
  informational_tags: given(Schema.Array(Schema.String)),
  /** A text in the device name, the file hash or the file path. */
  term: given(Schema.String),
  sort_by: given(
    choice(
      "threat_id",
      "-threat_id",
      "classification",
      "-classification",
      "device_name",
      "-device_name",
      "parent_process_name",
      "-parent_process_name",
      "target_process_name",
      "-target_process_name",
      "detection_date",
      "-detection_date",
      "status",
      "-status"
    )
  )
})
/** The filters of `Threats.legacyDetections`. */
export interface LegacyDetectionFilters extends Schema.Schema.Type<typeof LegacyDetectionFilters> {}

const severity = choice("informational", "low", "medium", "high", "critical")
const state = choice("open", "closed")

/** Filters and order for a listing of threats. */
export const ThreatFilters = Schema.Struct({
  /** Threats with one of these statuses. The service requires at least one. */
  statuses: Schema.NonEmptyArray(choice("quarantined", "not_quarantined", "released", "resolved")),
  device_id: given(Schema.String),
  classification: given(choice("malware", "pup")),
  /** A text in the device name, the file hash or the file path. */
  term: given(Schema.String),
  /** UTC: `2026-01-21T16:08:00.0`. */
  detection_date_from: given(Schema.String),
  /** UTC: `2026-01-21T16:08:00.0`. */
  detection_date_to: given(Schema.String),
  /** The number of days up to today. It cannot be combined with the two dates. */
  date_range: given(Schema.Int.pipe(Schema.positive())),
  management_state: given(Schema.Array(state)),
  tags: given(Schema.Array(Schema.String)),
  severities: given(Schema.Array(severity)),
  sort_by: given(
    choice(
      "device_name",
      "-device_name",
      "process_name",
      "-process_name",
      "process_owner",
      "-process_owner",
      "detection_date",
      "-detection_date",
      "status",
      "-status",
      "management_state",
      "-management_state",
      "associated_item",
      "-associated_item",
      "severity",
      "-severity"
    )
  )
})
/** The filters of `Threats.stream` and `Threats.list`. */
export interface ThreatFilters extends Schema.Schema.Type<typeof ThreatFilters> {}

/** Filters and order for a listing of detections. */
export const BehavioralDetectionFilters = Schema.Struct({
  device_id: Required,
  classifications: given(Schema.Array(choice("mal", "pup", "sus"))),
  statuses: given(Schema.Array(choice("blocked", "blocked_parent", "detected", "informational"))),
  search_term: given(Schema.String),
  detection_from: given(Schema.String),
  detection_to: given(Schema.String),
  management_state: given(Schema.Array(state)),
  severities: given(Schema.Array(severity)),
  tags: given(Schema.Array(Schema.String)),
  sort_by: given(
    choice(
      "detection_date",
      "-detection_date",
      "threat_id",
      "-threat_id",
      "process",
      "-process",
      "classification",
      "-classification",
      "associated_item",
      "-associated_item",
      "management_state",
      "-management_state",
      "severity",
      "-severity"
    )
  )
})
/** The filters of `Threats.behavioralDetections`. */
export interface BehavioralDetectionFilters extends Schema.Schema.Type<typeof BehavioralDetectionFilters> {}
