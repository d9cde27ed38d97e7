import * as Schema from "effect/Schema"
import { prismColumns } from "./columns.js"
import { blankAsNull, Json, nullish, nullishOr } from "../internal.js"

/** A device, in `GET /api/v1/prism/device_information`. */
export const PrismDeviceInformation = Schema.Struct({
  ...prismColumns,
  /** In gigabytes. */
  device_capacity: nullish(Schema.Finite),
  host_name: blankAsNull,
  local_hostname: blankAsNull,
  apple_silicon: nullish(Schema.Boolean),
  model: blankAsNull,
  model_name: blankAsNull,
  shared_ipad: nullish(Schema.Boolean),
  cellular_technology: blankAsNull,
  data_roaming: nullish(Schema.Boolean),
  hotspot: nullish(Schema.Boolean),
  first_enrollment_date: blankAsNull,
  last_enrollment_date: blankAsNull,
  agent_version: blankAsNull,
  mdm_enabled: nullish(Schema.Boolean),
  agent_installed: nullish(Schema.Boolean),
  os_version: blankAsNull,
  os_build: blankAsNull,
  marketing_name: blankAsNull,
  supplemental_build_version: blankAsNull,
  supplemental_os_version_extra: blankAsNull,
  display_os_version: blankAsNull,
  last_checkin: blankAsNull,
  last_checkin_agent: blankAsNull,
  last_checkin_mdm: blankAsNull,
  battery_health: blankAsNull,
  lost_mode_status: blankAsNull
}).annotations({ identifier: "PrismDeviceInformation" })
/** A device, decoded. */
export interface PrismDeviceInformation extends Schema.Schema.Type<typeof PrismDeviceInformation> {}

/**
 * The activation lock of a device, from `GET /api/v1/prism/activation_lock`. The vendor does not document the columns,
 * so all of them are kept.
 */
export const PrismActivationLock = Schema.Struct(
  prismColumns,
  Schema.Record({ key: Schema.String, value: Json })
).annotations({ identifier: "PrismActivationLock" })
/** The activation lock of a device, decoded. */
export interface PrismActivationLock extends Schema.Schema.Type<typeof PrismActivationLock> {}

/** The cellular modem of a device, in `GET /api/v1/prism/cellular`. */
export const PrismCellular = Schema.Struct({
  ...prismColumns,
  cellular_technology: blankAsNull,
  data_roaming_enabled: nullish(Schema.Boolean),
  voice_roaming_enabled: nullish(Schema.Boolean),
  modem_firmware_version: blankAsNull,
  personal_hotspot_enabled: nullish(Schema.Boolean),
  meid: blankAsNull,
  carrier_settings_version_slot_1: blankAsNull,
  current_carrier_network_slot_1: blankAsNull,
  current_mcc_slot_1: blankAsNull,
  current_mnc_slot_1: blankAsNull,
  eid_slot_1: blankAsNull,
  iccid_slot_1: blankAsNull,
  imei_slot_1: blankAsNull,
  is_data_preferred_slot_1: nullish(Schema.Boolean),
  is_roaming_slot_1: nullish(Schema.Boolean),
  is_voice_preferred_slot_1: nullish(Schema.Boolean),
  label_slot_1: blankAsNull,
  label_id_slot_1: blankAsNull,
  phone_number_slot_1: blankAsNull,
  slot_1: blankAsNull,
  subscriber_carrier_network_slot_1: blankAsNull,
  carrier_settings_version_slot_2: blankAsNull,
  current_carrier_network_slot_2: blankAsNull,
  current_mcc_slot_2: blankAsNull,
  current_mnc_slot_2: blankAsNull,
  eid_slot_2: blankAsNull,
  iccid_slot_2: blankAsNull,
  imei_slot_2: blankAsNull,
  is_data_preferred_slot_2: nullish(Schema.Boolean),
  is_roaming_slot_2: nullish(Schema.Boolean),
  is_voice_preferred_slot_2: nullish(Schema.Boolean),
  label_slot_2: blankAsNull,
  label_id_slot_2: blankAsNull,
  phone_number_slot_2: blankAsNull,
  slot_2: blankAsNull,
  subscriber_carrier_network_slot_2: blankAsNull
}).annotations({ identifier: "PrismCellular" })
/** The cellular modem of a device, decoded. */
export interface PrismCellular extends Schema.Schema.Type<typeof PrismCellular> {}

/** An app on a device, in `GET /api/v1/prism/apps`. */
export const PrismApp = Schema.Struct({
  ...prismColumns,
  path: blankAsNull,
  obtained_from: blankAsNull,
  /** In bytes. */
  bundle_size: nullish(Schema.Finite),
  bundle_id: blankAsNull,
  name: blankAsNull,
  short_version: blankAsNull,
  signature: blankAsNull,
  ad_hoc_code_signed: nullish(Schema.Boolean),
  app_store_vendable: nullish(Schema.Boolean),
  beta_app: nullish(Schema.Boolean),
  device_based_vpp: nullish(Schema.Boolean),
  download_canceled: nullish(Schema.Boolean),
  download_failed: nullish(Schema.Boolean),
  download_paused: nullish(Schema.Boolean),
  download_waiting: nullish(Schema.Boolean),
  /** In bytes. */
  dynamic_size: nullish(Schema.Finite),
  external_version_identifier: nullish(Schema.Finite),
  has_update_available: nullish(Schema.Boolean),
  installing: nullish(Schema.Boolean),
  version: blankAsNull,
  app_clip: nullish(Schema.Boolean),
  validated: nullish(Schema.Boolean),
  executable: blankAsNull,
  bundle_name: blankAsNull,
  bundle_type: blankAsNull,
  environment_variables: nullish(Json),
  compiler: blankAsNull,
  bundle_region: blankAsNull,
  bundle_display_name: blankAsNull,
  info: blankAsNull,
  minimum_system_version: blankAsNull,
  category: blankAsNull,
  apple_scriptable: nullish(Schema.Boolean),
  copyright: blankAsNull,
  developer_name: blankAsNull,
  team_id: blankAsNull
}).annotations({ identifier: "PrismApp" })
/** An app on a device, decoded. */
export interface PrismApp extends Schema.Schema.Type<typeof PrismApp> {}

/** A certificate on a device, in `GET /api/v1/prism/certificates`. */
export const PrismCertificate = Schema.Struct({
  ...prismColumns,
  common_name: blankAsNull,
  identity_certificate: nullish(Schema.Boolean)
}).annotations({ identifier: "PrismCertificate" })
/** A certificate on a device, decoded. */
export interface PrismCertificate extends Schema.Schema.Type<typeof PrismCertificate> {}

/** A profile on a device, in `GET /api/v1/prism/installed_profiles`. */
export const PrismInstalledProfile = Schema.Struct({
  ...prismColumns,
  profile_display_name: blankAsNull,
  payload_identifier: blankAsNull,
  payload_uuid: blankAsNull,
  removal_passcode: nullish(Schema.Boolean),
  encrypted: nullish(Schema.Boolean),
  managed: nullish(Schema.Boolean),
  profile_description: blankAsNull,
  organization: blankAsNull,
  removable: nullish(Schema.Boolean),
  signed: nullish(Schema.Boolean),
  profile_data: nullishOr(Schema.Array(Json), [])
}).annotations({ identifier: "PrismInstalledProfile" })
/** A profile on a device, decoded. */
export interface PrismInstalledProfile extends Schema.Schema.Type<typeof PrismInstalledProfile> {}

/**
 * A Mac's desktop and screen saver, from `GET /api/v1/prism/desktop_and_screensaver`. The vendor does not document the
 * columns, so all of them are kept.
 */
export const PrismDesktopAndScreensaver = Schema.Struct(
  prismColumns,
  Schema.Record({ key: Schema.String, value: Json })
).annotations({ identifier: "PrismDesktopAndScreensaver" })
/** A Mac's desktop and screen saver, decoded. */
export interface PrismDesktopAndScreensaver extends Schema.Schema.Type<typeof PrismDesktopAndScreensaver> {}
