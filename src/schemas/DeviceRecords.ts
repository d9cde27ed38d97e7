import * as Schema from "effect/Schema"
import { blankAsNull, Id, Json, nullish, nullishOr, openEnum, Timestamp } from "./internal.js"

/**
 * An app on a device. The keys depend on the platform: Apple devices have `app_name` and `bundle_id`, Windows has
 * `name` and `publisher`, Android has `package_name`.
 */
export const DeviceApp = Schema.Struct({
  app_id: blankAsNull,
  app_name: blankAsNull,
  bundle_id: blankAsNull,
  /** In bytes, as text. */
  bundle_size: nullish(Schema.Union(Schema.String, Schema.Finite)),
  /** `"Yes"`, or `null`. */
  app_store_vendable: blankAsNull,
  /** `"Yes"`, or `null`. */
  device_based_vpp: blankAsNull,
  source: blankAsNull,
  process: blankAsNull,
  signature: blankAsNull,
  creation_date: blankAsNull,
  modification_date: blankAsNull,
  path: blankAsNull,
  version: blankAsNull,
  name: blankAsNull,
  display_name: blankAsNull,
  publisher: blankAsNull,
  publisher_display_name: blankAsNull,
  product_code: blankAsNull,
  architecture: blankAsNull,
  installed_path: blankAsNull,
  application_type: blankAsNull,
  package_name: blankAsNull,
  version_name: blankAsNull,
  application_source: blankAsNull,
  installer_package_name: blankAsNull,
  sha256_hash: blankAsNull,
  sha1_hashes: nullishOr(Schema.Array(Schema.String), [])
}).annotations({ identifier: "DeviceApp" })
/** An app on a device, decoded. */
export interface DeviceApp extends Schema.Schema.Type<typeof DeviceApp> {}

/** A record with an id and a name. */
const Named = Schema.Struct({ id: Id, name: blankAsNull })

/** An event in the activity log of a device. The shape of `details` depends on `action_type`. */
export const DeviceActivity = Schema.Struct({
  id: Schema.Int,
  created_at: Timestamp,
  action_type: Schema.String,
  details: nullish(Schema.Record({ key: Schema.String, value: Json })),
  computer: nullish(Schema.Struct({ ...Named.fields, is_removed: nullish(Schema.Boolean) })),
  blueprint: nullish(Schema.Struct({ ...Named.fields, is_removed: nullish(Schema.Boolean) })),
  user: nullish(Json),
  external_token: nullish(Json),
  blueprint_routing: nullish(Schema.Boolean)
}).annotations({ identifier: "DeviceActivity" })
/** An event in the activity log of a device, decoded. */
export interface DeviceActivity extends Schema.Schema.Type<typeof DeviceActivity> {}

/** Why a command failed, the outermost error first. */
export const CommandFailure = Schema.Struct({
  code: nullish(Schema.Finite),
  domain: blankAsNull,
  localized_description: blankAsNull,
  us_english_description: blankAsNull
}).annotations({ identifier: "CommandFailure" })
/** Why a command failed, decoded. */
export interface CommandFailure extends Schema.Schema.Type<typeof CommandFailure> {}

/** An MDM command that was sent to a device. */
export const DeviceCommand = Schema.Struct({
  uuid: Id,
  error_chain: nullishOr(Schema.Array(CommandFailure), []),
  /** `DeviceLock`, `EraseDevice`, … */
  command_type: Schema.String,
  request_type: blankAsNull,
  metadata: nullish(Schema.Record({ key: Schema.String, value: Json })),
  request_requires_network_tether: nullish(Schema.Boolean),
  /** 1: waiting. 2: in progress. 3: completed. 4: failed. 5: "not now", will be sent again. */
  status: Schema.Int,
  attempts: nullish(Schema.Finite),
  date_requested: blankAsNull,
  date_completed: blankAsNull,
  last_pushed: blankAsNull,
  user: nullish(Json),
  priority: nullish(Schema.Finite)
}).annotations({ identifier: "DeviceCommand" })
/** An MDM command, decoded. */
export interface DeviceCommand extends Schema.Schema.Type<typeof DeviceCommand> {}

/** The state of Endpoint Detection and Response on a device. */
export const EdrStatus = Schema.Struct({
  status: blankAsNull,
  malware_posture: blankAsNull,
  pup_posture: blankAsNull,
  last_baseline_scan: blankAsNull,
  next_baseline_scan: blankAsNull,
  baseline_scan_runtime: blankAsNull
}).annotations({ identifier: "EdrStatus" })
/** The state of Endpoint Detection and Response, decoded. */
export interface EdrStatus extends Schema.Schema.Type<typeof EdrStatus> {}

/** The status of a library item on a device. */
export const LibraryItemStatus = Schema.Struct({
  id: Schema.Int,
  /** Profiles have theirs in small letters. */
  status: openEnum(
    "AVAILABLE",
    "CACHED",
    "CHANGE_PENDING",
    "DOWNLOADING",
    "ERROR",
    "EXCLUDED",
    "INCOMPATIBLE",
    "INSTALLING",
    "PASS",
    "PENDING",
    "failed",
    "pending",
    "success"
  ),
  reported_at: blankAsNull,
  log: blankAsNull,
  last_audit_run: blankAsNull,
  last_audit_log: blankAsNull,
  control_log: blankAsNull,
  control_reported_at: blankAsNull,
  /** The id of the library item. Missing in the listing of a single item. */
  item_id: nullish(Id),
  name: blankAsNull,
  type: blankAsNull,
  computer: nullish(Named),
  blueprint: nullish(Named),
  rules_present: nullish(Schema.Boolean),
  edr_status: nullish(EdrStatus)
}).annotations({ identifier: "LibraryItemStatus" })
/** The status of a library item on a device, decoded. */
export interface LibraryItemStatus extends Schema.Schema.Type<typeof LibraryItemStatus> {}

/** The status of a Blueprint parameter on a Mac. */
export const DeviceParameter = Schema.Struct({
  status: openEnum("ERROR", "INCOMPATIBLE", "PASS", "PENDING", "REMEDIATED", "WARNING"),
  item_id: Id,
  name: Schema.String,
  category: blankAsNull,
  subcategory: blankAsNull
}).annotations({ identifier: "DeviceParameter" })
/** The status of a parameter on a Mac, decoded. */
export interface DeviceParameter extends Schema.Schema.Type<typeof DeviceParameter> {}

/** `GET /api/v1/devices/{device_id}/status`: library items and parameters. */
export const DeviceStatus = Schema.Struct({
  device_id: Id,
  library_items: nullishOr(Schema.Array(LibraryItemStatus), []),
  parameters: nullishOr(Schema.Array(DeviceParameter), [])
}).annotations({ identifier: "DeviceStatus" })
/** The library items and parameters of a device, decoded. */
export interface DeviceStatus extends Schema.Schema.Type<typeof DeviceStatus> {}
