import * as Schema from "effect/Schema"
import { DeviceUser } from "./Device.js"
import { blankAsNull, blankAsNullOr, Id, Json, nullish, nullishOr } from "./internal.js"
import { LostModeDetails } from "./LostMode.js"

/** Details of a Mac, an iPhone, an iPad or an Apple TV. The groups of fields depend on the device. */
export const AppleDeviceDetails = Schema.Struct({
  general: Schema.Struct({
    device_id: Id,
    device_name: Schema.String,
    last_enrollment: blankAsNull,
    first_enrollment: blankAsNull,
    model: blankAsNull,
    platform: Schema.Literal("Mac", "iPhone", "iPad", "AppleTV"),
    os_version: blankAsNull,
    supplemental_build_version: blankAsNull,
    supplemental_os_version_extra: blankAsNull,
    system_version: blankAsNull,
    boot_volume: blankAsNull,
    time_since_boot: blankAsNull,
    last_user: blankAsNull,
    asset_tag: blankAsNull,
    assigned_user: blankAsNullOr(DeviceUser),
    blueprint_name: blankAsNull,
    blueprint_uuid: blankAsNull
  }),
  /** Most flags are texts here: `"True"`. */
  mdm: nullish(
    Schema.Struct({
      mdm_enabled: blankAsNull,
      supervised: blankAsNull,
      install_date: blankAsNull,
      last_check_in: blankAsNull,
      mdm_enabled_user: nullishOr(Schema.Array(Schema.String), [])
    })
  ),
  activation_lock: nullish(
    Schema.Struct({
      bypass_code_failed: nullish(Schema.Boolean),
      user_activation_lock_enabled: nullish(Schema.Boolean),
      device_activation_lock_enabled: nullish(Schema.Boolean),
      activation_lock_allowed_while_supervised: nullish(Schema.Boolean),
      activation_lock_supported: nullish(Schema.Boolean)
    })
  ),
  filevault: nullish(
    Schema.Struct({
      filevault_enabled: nullish(Schema.Boolean),
      filevault_recoverykey_type: blankAsNull,
      filevault_prk_escrowed: nullish(Schema.Boolean),
      filevault_next_rotation: blankAsNull,
      filevault_regen_required: nullish(Schema.Boolean)
    })
  ),
  lost_mode: nullish(LostModeDetails),
  automated_device_enrollment: nullish(
    Schema.Struct({
      auto_enroll_eligible: nullish(Schema.Boolean),
      auto_enrolled: nullish(Schema.Boolean)
    })
  ),
  kandji_agent: nullish(
    Schema.Struct({
      agent_installed: blankAsNull,
      install_date: blankAsNull,
      last_check_in: blankAsNull,
      agent_version: blankAsNull
    })
  ),
  /** Sizes are texts with a unit. */
  hardware_overview: nullish(
    Schema.Struct({
      uuid: blankAsNull,
      serial_number: blankAsNull,
      model_identifier: blankAsNull
    })
  ),
  /** Sizes are texts with a unit. */
  volumes: nullishOr(
    Schema.Array(
      Schema.Struct({
        name: blankAsNull,
        format: blankAsNull,
        percent_used: blankAsNull,
        identifier: blankAsNull,
        capacity: blankAsNull,
        available: blankAsNull,
        encrypted: blankAsNull
      })
    ),
    []
  ),
  network: nullish(
    Schema.Struct({
      local_hostname: blankAsNull,
      mac_address: blankAsNull,
      ip_address: blankAsNull,
      public_ip: blankAsNull
    })
  ),
  recovery_information: nullish(
    Schema.Struct({
      recovery_lock_enabled: nullish(Schema.Boolean),
      firmware_password_exist: nullish(Schema.Boolean),
      firmware_password_pending: nullish(Schema.Boolean),
      password_rotation_scheduled: nullish(Json),
      password_has_been_set: nullish(Schema.Boolean)
    })
  ),
  users: nullish(
    Schema.Struct({
      regular_users: nullishOr(Schema.Array(Json), []),
      system_users: nullishOr(Schema.Array(Json), [])
    })
  ),
  installed_profiles: nullishOr(Schema.Array(Json), []),
  apple_business_manager: nullish(
    Schema.Struct({
      model: blankAsNull,
      color: blankAsNull,
      description: blankAsNull,
      serial_number: blankAsNull,
      device_family: blankAsNull,
      os: blankAsNull,
      device_assigned_date: blankAsNull,
      device_assigned_by: blankAsNull
    })
  ),
  security_information: nullish(
    Schema.Struct({
      remote_desktop_enabled: nullish(Schema.Boolean)
    })
  ),
  cellular: nullish(
    Schema.Struct({
      voice_roaming: nullish(Schema.Boolean),
      data_roaming: nullish(Schema.Boolean),
      cellular_technology: nullish(Schema.Finite),
      subscriptions: nullish(Json),
      imei: blankAsNull,
      meid: blankAsNull
    })
  ),
  tags: nullishOr(Schema.Array(Schema.String), [])
}).pipe(Schema.attachPropertySignature("family", "apple"), Schema.annotations({ identifier: "AppleDeviceDetails" }))
/** Details of a Mac, an iPhone, an iPad or an Apple TV, decoded. */
export type AppleDeviceDetails = typeof AppleDeviceDetails.Type

/** Details of a Windows computer. */
export const WindowsDeviceDetails = Schema.Struct({
  general: Schema.Struct({
    device_id: Id,
    device_name: Schema.String,
    last_enrollment: blankAsNull,
    first_enrollment: blankAsNull,
    platform: Schema.Literal("Windows"),
    os_version: blankAsNull,
    asset_tag: blankAsNull,
    assigned_user: blankAsNullOr(DeviceUser),
    blueprint_name: blankAsNull,
    blueprint_uuid: blankAsNull,
    manufacturer: blankAsNull,
    device_model: blankAsNull,
    device_type: blankAsNull,
    os_name: blankAsNull,
    os_build: blankAsNull,
    os_edition: blankAsNull,
    update_build_revision: blankAsNull,
    language: blankAsNull
  }),
  /** Most flags are texts here: `"True"`. */
  mdm: nullish(
    Schema.Struct({
      mdm_enabled: blankAsNull,
      install_date: blankAsNull,
      last_check_in: blankAsNull,
      management_client_revision: blankAsNull,
      windows_device_id: blankAsNull
    })
  ),
  kandji_agent: nullish(
    Schema.Struct({
      install_date: blankAsNull,
      is_agent_installed: nullish(Schema.Boolean),
      last_check_in_datetime: blankAsNull,
      version: blankAsNull
    })
  ),
  /** Sizes are texts with a unit. */
  hardware_overview: nullish(
    Schema.Struct({
      serial_number: blankAsNull,
      bios_version: blankAsNull,
      commercialization_operator: blankAsNull,
      free_capacity: blankAsNull,
      processor_architecture: blankAsNull,
      radio_software_version: blankAsNull,
      smbios_serial_number: blankAsNull,
      total_ram: blankAsNull,
      total_capacity: blankAsNull
    })
  ),
  network: nullish(
    Schema.Struct({
      mac_address: blankAsNull,
      dns_computer_name: blankAsNull,
      wifi_dns_suffix: blankAsNull,
      wifi_ipv4_address: blankAsNull,
      wifi_ipv6_address: blankAsNull,
      wifi_subnet_mask: blankAsNull
    })
  ),
  tags: nullishOr(Schema.Array(Schema.String), [])
}).pipe(Schema.attachPropertySignature("family", "windows"), Schema.annotations({ identifier: "WindowsDeviceDetails" }))
/** Details of a Windows computer, decoded. */
export type WindowsDeviceDetails = typeof WindowsDeviceDetails.Type

/** Details of an Android device. */
export const AndroidDeviceDetails = Schema.Struct({
  general: Schema.Struct({
    device_id: Id,
    device_name: Schema.String,
    last_enrollment: blankAsNull,
    first_enrollment: blankAsNull,
    platform: Schema.Literal("Android"),
    os_version: blankAsNull,
    asset_tag: blankAsNull,
    assigned_user: blankAsNullOr(DeviceUser),
    blueprint_name: blankAsNull,
    blueprint_uuid: blankAsNull,
    manufacturer: blankAsNull,
    language: blankAsNull,
    model_name: blankAsNull,
    serial_number: blankAsNull,
    api_level: blankAsNull,
    security_patch_level: blankAsNull,
    enterprise_id: blankAsNull,
    enterprise_device_id: blankAsNull
  }),
  hardware: nullish(
    Schema.Struct({
      available_capacity: blankAsNull,
      total_capacity: blankAsNull,
      total_ram: blankAsNull,
      wifi_mac_address: blankAsNull
    })
  ),
  management: nullish(
    Schema.Struct({
      management_mode: blankAsNull,
      ownership: blankAsNull
    })
  ),
  cellular: nullish(
    Schema.Struct({
      imei: blankAsNull,
      meid: blankAsNull,
      iccid: blankAsNull,
      volte_service_setting: blankAsNull
    })
  ),
  security: nullish(
    Schema.Struct({
      android_debug_bridge_enabled: nullish(Schema.Boolean),
      device_posture: blankAsNull,
      developer_mode_enabled: nullish(Schema.Boolean),
      encryption_status: blankAsNull,
      has_google_play_protect: nullish(Schema.Boolean),
      has_passcode: nullish(Schema.Boolean),
      is_encrypted: nullish(Schema.Boolean),
      unknown_app_sources_enabled: nullish(Schema.Boolean)
    })
  ),
  tags: nullishOr(Schema.Array(Schema.String), [])
}).pipe(Schema.attachPropertySignature("family", "android"), Schema.annotations({ identifier: "AndroidDeviceDetails" }))
/** Details of an Android device, decoded. */
export type AndroidDeviceDetails = typeof AndroidDeviceDetails.Type

/** Details of a device of another platform. All groups are kept as the API sends them. */
export const OtherDeviceDetails = Schema.Struct(
  {
    general: Schema.Struct(
      { device_id: Id, platform: Schema.String },
      Schema.Record({ key: Schema.String, value: Json })
    )
  },
  Schema.Record({ key: Schema.String, value: Json })
).pipe(Schema.attachPropertySignature("family", "other"), Schema.annotations({ identifier: "OtherDeviceDetails" }))
/** Details of a device of another platform, decoded. */
export type OtherDeviceDetails = typeof OtherDeviceDetails.Type

/**
 * Details of a device: `GET /api/v1/devices/{device_id}/details`. `family` says which groups the record has. It is not
 * sent by the API, but derived from `general.platform`.
 */
export const DeviceDetails = Schema.Union(
  AppleDeviceDetails,
  WindowsDeviceDetails,
  AndroidDeviceDetails,
  OtherDeviceDetails
).annotations({ identifier: "DeviceDetails" })
/** Details of a device, decoded. */
export type DeviceDetails = typeof DeviceDetails.Type
