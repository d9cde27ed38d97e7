import * as Schema from "effect/Schema"
import { blankAsNull, blankAsNullOr, Id, Json, nullish, nullishOr, openEnum } from "./internal.js"

/**
 * A threat on a device, in the first version of the API. Its values are in upper case; those of the filters are in
 * lower case.
 */
export const LegacyThreat = Schema.Struct({
  threat_name: blankAsNull,
  classification: nullish(openEnum("MALWARE", "PUP")),
  status: nullish(openEnum("QUARANTINED", "NOT_QUARANTINED", "RELEASED")),
  process_name: blankAsNull,
  process_owner: blankAsNull,
  device_name: blankAsNull,
  device_id: blankAsNull,
  device_serial_number: blankAsNull,
  /** In UTC, but without a time zone. */
  detection_date: blankAsNull,
  date_of_quarantine: blankAsNull,
  date_of_release: blankAsNull,
  released_by: blankAsNull,
  release_note: blankAsNull,
  file_path: blankAsNull,
  file_hash: blankAsNull,
  bundle_path: blankAsNull,
  blueprint_id: blankAsNull,
  blueprint_name: blankAsNull,
  library_item_name: blankAsNull,
  library_item_id: blankAsNull,
  pup_posture: blankAsNull,
  malware_posture: blankAsNull
}).annotations({ identifier: "LegacyThreat" })
/** A threat on a device, in the first version of the API, decoded. */
export interface LegacyThreat extends Schema.Schema.Type<typeof LegacyThreat> {}

const Process = Schema.Struct({
  name: blankAsNull,
  command_line: blankAsNull,
  image_path: blankAsNull,
  pid: nullish(Schema.Finite),
  owner: blankAsNull,
  sha256: blankAsNull
})

/** A behavior that was detected on a device, in the first version of the API. */
export const LegacyDetection = Schema.Struct({
  id: Id,
  threat_id: blankAsNull,
  rule_version: nullish(Schema.Finite),
  description: blankAsNull,
  classification: blankAsNullOr(openEnum("malicious", "suspicious")),
  informational_tags: nullishOr(Schema.Array(Schema.String), []),
  malware_family: nullishOr(Schema.Array(Schema.String), []),
  detection_date: blankAsNull,
  threat_status: blankAsNullOr(openEnum("blocked", "detected", "informational")),
  device_info: nullish(Schema.Struct({ id: Id, name: blankAsNull, serial_number: blankAsNull })),
  parent_process: nullish(Process),
  target_process: nullish(Process),
  library_item: nullish(Schema.Struct({ id: Id, name: blankAsNull, mal_posture_mode: blankAsNull })),
  blueprint: nullish(Schema.Struct({ id: Id, name: blankAsNull }))
}).annotations({ identifier: "LegacyDetection" })
/** A behavior that was detected on a device, in the first version of the API, decoded. */
export interface LegacyDetection extends Schema.Schema.Type<typeof LegacyDetection> {}

/**
 * A threat on a device. The vendor does not document this answer. The keys are those that another client decodes, and
 * each may be missing.
 */
export const Threat = Schema.Struct({
  id: nullish(Id),
  threat_name: blankAsNull,
  classification: nullish(openEnum("malware", "pup")),
  status: nullish(openEnum("quarantined", "not_quarantined", "released", "resolved")),
  management_state: nullish(openEnum("open", "closed")),
  severity: nullish(openEnum("informational", "low", "medium", "high", "critical")),
  tags: nullishOr(Schema.Array(Json), []),
  device_name: blankAsNull,
  device_id: blankAsNull,
  device_serial_number: blankAsNull,
  detection_date: blankAsNull,
  file_path: blankAsNull,
  file_hash: blankAsNull
}).annotations({ identifier: "Threat" })
/** A threat on a device, decoded. */
export interface Threat extends Schema.Schema.Type<typeof Threat> {}

/**
 * A behavior that was detected on a device. The vendor does not document this answer, so all keys except the id are
 * kept as the API sends them.
 */
export const BehavioralDetection = Schema.Struct(
  { id: nullish(Id) },
  Schema.Record({ key: Schema.String, value: Json })
).annotations({ identifier: "BehavioralDetection" })
/** A behavior that was detected on a device, decoded. */
export interface BehavioralDetection extends Schema.Schema.Type<typeof BehavioralDetection> {}
