import * as Schema from "effect/Schema"
import { blankAsNull, blankAsNullOr, choice, given, Id, nullish, nullishOr, openEnum, Required } from "./internal.js"

/** The platforms known today. */
export const platforms = ["Mac", "iPhone", "iPad", "AppleTV", "Android", "Windows"] as const

/** The person that a device is assigned to. */
export const DeviceUser = Schema.Struct({
  id: Id,
  email: blankAsNull,
  name: blankAsNull,
  is_archived: nullish(Schema.Boolean)
}).annotations({ identifier: "DeviceUser" })
/** The person that a device is assigned to, decoded. */
export interface DeviceUser extends Schema.Schema.Type<typeof DeviceUser> {}

/**
 * A device from `GET /api/v1/devices` or `GET /api/v1/devices/{device_id}`. If the service sends `""` for a missing
 * value, the value here is `null`.
 */
export const Device = Schema.Struct({
  device_id: Id,
  device_name: Schema.String,
  model: blankAsNull,
  /** The manufacturer's serial number. */
  serial_number: blankAsNull,
  platform: openEnum(...platforms),
  os_version: blankAsNull,
  supplemental_build_version: blankAsNull,
  /** The letter of a Rapid Security Response: `(a)`. */
  supplemental_os_version_extra: blankAsNull,
  /** Android: its API level. */
  api_level: blankAsNull,
  /** Android: the date of its security patches. */
  security_patch_level: blankAsNull,
  /** Windows: the version with its build. */
  full_software_version: blankAsNull,
  /** When the device last checked in. `null` if it never did. */
  last_check_in: blankAsNull,
  /** `null` if nobody is assigned. */
  user: blankAsNullOr(DeviceUser),
  asset_tag: blankAsNull,
  blueprint_id: blankAsNull,
  blueprint_name: blankAsNull,
  mdm_enabled: nullish(Schema.Boolean),
  agent_installed: nullish(Schema.Boolean),
  /** Whether it has not checked in for longer than the tenant allows. */
  is_missing: nullish(Schema.Boolean),
  is_removed: nullish(Schema.Boolean),
  agent_version: blankAsNull,
  first_enrollment: blankAsNull,
  last_enrollment: blankAsNull,
  /** iPhone and iPad. `null` if the device is not in lost mode. */
  lost_mode_status: blankAsNull,
  /** The names of its tags. */
  tags: nullishOr(Schema.Array(Schema.String), [])
}).annotations({ identifier: "Device" })
/** A device, decoded. */
export interface Device extends Schema.Schema.Type<typeof Device> {}

const sortable = choice(
  "asset_tag",
  "blueprint_id",
  "device_id",
  "device_name",
  "last_check_in",
  "model",
  "platform",
  "os_version",
  "serial_number",
  "user",
  "-asset_tag",
  "-blueprint_id",
  "-device_id",
  "-device_name",
  "-last_check_in",
  "-model",
  "-platform",
  "-os_version",
  "-serial_number",
  "-user"
)

/** Filters and order for a listing of devices. Most text filters match a part of the value. */
export const DeviceFilters = Schema.Struct({
  asset_tag: given(Schema.String),
  /** Matches a part of the value. */
  blueprint_id: given(Schema.String),
  device_id: given(Schema.String),
  device_name: given(Schema.String),
  /** Macs whose FileVault is on (`true`) or off (`false`). */
  filevault_enabled: given(Schema.Boolean),
  mac_address: given(Schema.String),
  /** Matches a part of the value. */
  model: given(Schema.String),
  /** Matches a part of the value. */
  os_version: given(Schema.String),
  platform: given(choice(...platforms)),
  /** Matches a part of the value. */
  serial_number: given(Schema.String),
  /** The name of a tag. Upper and lower case matter. */
  tag_name: given(Schema.String),
  /** Devices with at least one of these tags, by name. */
  tag_name_in: given(Schema.Array(Schema.String)),
  tag_id: given(Schema.String),
  /** Devices with at least one of these tags, by id. */
  tag_id_in: given(Schema.Array(Schema.String)),
  /** A part of the user's name. */
  user: given(Schema.String),
  /** A part of the user's email address. */
  user_email: given(Schema.String),
  /** The user's whole email address. */
  user_email_exact: given(Schema.String),
  /** The user's whole id. */
  user_id: given(Schema.String),
  /** A part of the user's display name. */
  user_name: given(Schema.String),
  /** The fields to sort by, the most important one first. `-` reverses the order. */
  ordering: given(Schema.Array(sortable))
})
/** The filters of `Devices.stream` and `Devices.list`. */
export interface DeviceFilters extends Schema.Schema.Type<typeof DeviceFilters> {}

/** The fields of a device to change. Fields that are left out stay unchanged; `null` clears a field. */
export const UpdateDevice = Schema.Struct({
  /** The id of the user to assign; `null` removes the user. */
  user: given(Schema.NullOr(Required)),
  asset_tag: given(Schema.NullOr(Schema.String)),
  /** The id of the Blueprint to move the device to. */
  blueprint_id: given(Required),
  /** The names of all tags that the device should have. `[]` removes all tags. */
  tags: given(Schema.Array(Schema.String))
})
/** The argument of `Devices.update`. */
export interface UpdateDevice extends Schema.Schema.Type<typeof UpdateDevice> {}
