/**
 * The categories of Prism: their platforms, and their columns. All values are derived from the device.
 */
import { idOfText } from "../../tenant/ids.js"
import { hash } from "../../tenant/seedNumbers.js"
import type { DeviceRecord, Platform } from "../fleet/tables.js"

/** The columns of a row, without those that all categories have. */
export type Columns = Readonly<Record<string, unknown>>

/** A category. */
export interface Category {
  readonly platforms: ReadonlyArray<Platform>
  /** The rows of one device. */
  readonly rows: (device: DeviceRecord) => ReadonlyArray<Columns>
}

const apple: ReadonlyArray<Platform> = ["Mac", "iPhone", "iPad", "AppleTV"]
const mac: ReadonlyArray<Platform> = ["Mac"]

const software = [
  ["Safari", "com.apple.Safari", "18.3", "Apple"],
  ["Google Chrome", "com.google.Chrome", "133.0.6943.54", "Google LLC"],
  ["Slack", "com.tinyspeck.slackmacgap", "4.42.117", "Slack Technologies"],
  ["zoom.us", "us.zoom.xos", "6.3.6", "Zoom Communications"],
  ["1Password", "com.1password.1password", "8.10.60", "AgileBits Inc."]
] as const

/** The apps of a device. All devices have the first one; each also has some of the others. */
export const appsOf = (device: DeviceRecord): ReadonlyArray<Columns> =>
  software
    .filter((_, place) => place === 0 || hash(`${device.id} ${place}`) % 3 > 0)
    .map(([name, bundle_id, version, developer_name]) => ({
      name,
      bundle_id,
      version,
      short_version: version,
      developer_name,
      path: device.platform === "Mac" ? `/Applications/${name}.app` : null,
      obtained_from: developer_name === "Apple" ? "Apple" : "Identified Developer"
    }))

const information = (device: DeviceRecord): Columns => ({
  host_name: device.device_name,
  local_hostname: device.device_name.replaceAll(" ", "-"),
  apple_silicon: device.platform === "Mac" ? true : null,
  model: device.model,
  model_name: device.model,
  first_enrollment_date: device.first_enrollment,
  last_enrollment_date: device.last_enrollment,
  agent_version: device.agent_version === "" ? null : device.agent_version,
  mdm_enabled: device.mdm_enabled,
  agent_installed: device.agent_version !== "",
  os_version: device.os_version,
  display_os_version: device.os_version,
  last_checkin: device.last_check_in,
  lost_mode_status: null
})

const one =
  (columns: (device: DeviceRecord) => Columns): Category["rows"] =>
  (device) => [columns(device)]

/** The categories by their names in the path. */
export const categories: Readonly<Record<string, Category>> = {
  activation_lock: {
    platforms: apple,
    rows: one((device) => ({
      ...information(device),
      activation_lock_supported: true,
      activation_lock_allowed_while_supervised: false,
      device_activation_lock_enabled: false,
      user_activation_lock_enabled: false
    }))
  },
  application_firewall: {
    platforms: mac,
    rows: one(() => ({
      status: true,
      block_all_incoming: false,
      logging: true,
      logging_option: "throttled",
      stealth_mode: false,
      version: "1.7",
      allow_signed_applications: true,
      unloading: false
    }))
  },
  apps: { platforms: apple, rows: appsOf },
  cellular: {
    platforms: ["iPhone", "iPad"],
    rows: one(() => ({
      cellular_technology: "GSM and CDMA",
      data_roaming_enabled: false,
      voice_roaming_enabled: false,
      modem_firmware_version: "6.21.01",
      personal_hotspot_enabled: false,
      slot_1: "CTSubscriptionSlotOne",
      slot_2: null
    }))
  },
  certificates: {
    platforms: apple,
    rows: (device) => [
      { common_name: "Sandbox Root CA", identity_certificate: false },
      { common_name: device.serial_number, identity_certificate: true }
    ]
  },
  desktop_and_screensaver: { platforms: mac, rows: one(information) },
  device_information: { platforms: apple, rows: one(information) },
  filevault: {
    platforms: mac,
    rows: one(({ filevault_enabled }) => ({
      status: filevault_enabled,
      key_type: filevault_enabled ? "Personal" : null,
      key_escrowed: filevault_enabled,
      regeneration_needed: null,
      scheduled_key_rotation: null
    }))
  },
  gatekeeper_and_xprotect: {
    platforms: mac,
    rows: one(() => ({
      gatekeeper_status: true,
      trusted_developers: true,
      gatekeeper_version: "8.0",
      gatekeeper_opaque_version: "94",
      xprotect_version: "5283",
      malware_removal_tool_version: "1.93"
    }))
  },
  installed_profiles: {
    platforms: apple,
    rows: one(({ id }) => ({
      profile_display_name: "MDM Profile",
      payload_identifier: `invalid.sandbox.mdm.${id}`,
      payload_uuid: idOfText(`MDM profile of ${id}`),
      removal_passcode: false,
      encrypted: false,
      managed: true,
      organization: "Sandbox",
      removable: false,
      signed: true
    }))
  },
  // The seeded Mac models do not use kernel extensions.
  kernel_extensions: { platforms: mac, rows: () => [] },
  launch_agents_and_daemons: {
    platforms: mac,
    rows: one(() => ({
      path: "/Library/LaunchDaemons/io.kandji.Kandji.plist",
      file_name: "io.kandji.Kandji.plist",
      label: "io.kandji.Kandji",
      run_at_load: true,
      keep_alive: true,
      disabled: false,
      is_loaded: true,
      service_domain: "System Daemon"
    }))
  },
  local_users: {
    platforms: mac,
    rows: one(() => ({
      uid: 501,
      username: "employee",
      full_name: "Employee",
      type: "Administrator",
      home_directory: "/Users/employee",
      shell: "/bin/zsh",
      hidden_user: false,
      filevault_user: true,
      logged_in: true
    }))
  },
  startup_settings: {
    platforms: mac,
    rows: one(() => ({
      sip: true,
      ssv: true,
      bootstrap_token_auth: false,
      kext_requires_bst: true,
      software_update_requires_bst: true,
      bootstrap_token_escrowed: true,
      external_boot_level: "allowed",
      secure_boot_level: "full"
    }))
  },
  system_extensions: {
    platforms: mac,
    rows: one(() => ({
      identifier: "io.kandji.KandjiAgent.ESF",
      state: "activated_enabled",
      name: "Kandji ESF Extension",
      short_version: "1.8.24",
      bundle_version: "779",
      categories: "com.apple.system_extension.endpoint_security",
      team_id: "P3FGV63VK7",
      is_mdm_managed: true
    }))
  },
  transparency_database: {
    platforms: mac,
    rows: one(() => ({
      service: "Camera",
      application: "us.zoom.xos",
      client_type: "Bundle Identifier",
      status: "Allowed",
      status_reason: "User Consent",
      local_user: "employee"
    }))
  }
}
