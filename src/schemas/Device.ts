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
 * A device, as `GET /api/v1/devices` and `GET /api/v1/devices/{device_id}` give it. Where the service writes `""` for
 * "nothing", the value is `null`.
 */
export const Device = Schema.Struct({
  device_id: Id,
  device_name: Schema.String,
  model: blankAsNull,
  /** As the maker wrote it. */
  serial_number: blankAsNull,
  platform: openEnum(...platforms),
  os_version: blankAsNull,
  supplemental_build_version: blankAsNull,
  /** The letter of a Rapid Security Response, such as `(a)`. */
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
  /** It has not checked in for longer than the tenant allows. */
  is_missing: nullish(Schema.Boolean),
  is_removed: nullish(Schema.Boolean),
  agent_version: blankAsNull,
  first_enrollment: blankAsNull,
  last_enrollment: blankAsNull,
  /** iPhone and iPad. `null` while it is not in lost mode. */
  lost_mode_status: blankAsNull,
  /** Names of its tags. */
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

/** Which devices a listing has, and in which order. Most texts match devices that contain them. */
export const DeviceFilters = Schema.Struct({
  asset_tag: given(Schema.String),
  /** Contains. */
  blueprint_id: given(Schema.String),
  device_id: given(Schema.String),
  device_name: given(Schema.String),
  /** Macs with FileVault on, or off. */
  filevault_enabled: given(Schema.Boolean),
  mac_address: given(Schema.String),
  /** Contains. */
  model: given(Schema.String),
  /** Contains. */
  os_version: given(Schema.String),
  platform: given(choice(...platforms)),
  /** Contains. */
  serial_number: given(Schema.String),
  /** The name of a tag, in its case. */
  tag_name: given(Schema.String),
  /** Any of these tags, by name. */
  tag_name_in: given(Schema.Array(Schema.String)),
  tag_id: given(Schema.String),
  /** Any of these tags, by id. */
  tag_id_in: given(Schema.Array(Schema.String)),
  /** Contains: the name of the user. */
  user: given(Schema.String),
  /** Contains: the address of the user. */
  user_email: given(Schema.String),
  /** The address of the user, whole. */
  user_email_exact: given(Schema.String),
  /** The id of the user, whole. */
  user_id: given(Schema.String),
  /** Contains: the display name of the user. */
  user_name: given(Schema.String),
  /** What to sort by, first things first. `-` reverses. */
  ordering: given(Schema.Array(sortable))
})
/** The filters of `Devices.stream` and `Devices.list`. */
export interface DeviceFilters extends Schema.Schema.Type<typeof DeviceFilters> {}

/** The fields of a device to change. What is not given stays as it is; `null` clears. */
export const UpdateDevice = Schema.Struct({
  /** The id of the user to assign. `null`: nobody. */
  user: given(Schema.NullOr(Required)),
  asset_tag: given(Schema.NullOr(Schema.String)),
  /** The id of the Blueprint to move the device to. */
  blueprint_id: given(Required),
  /** Names of all its tags. `[]`: none. */
  tags: given(Schema.Array(Schema.String))
})
/** What `Devices.update` takes. */
export interface UpdateDevice extends Schema.Schema.Type<typeof UpdateDevice> {}
