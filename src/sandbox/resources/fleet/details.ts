/**
 * The details of a device, in the shape of its platform. Booleans and numbers are texts, as in the service.
 */
import * as Effect from "effect/Effect"
import { json } from "../../gateway/exchange.js"
import { route } from "../../gateway/router.js"
import { resource } from "../../tenant/resource.js"
import type { Tenant } from "../../tenant/tenant.js"
import { tagTable } from "../tags.js"
import { renderDevice } from "./devicesPart.js"
import { findDevice } from "./finding.js"
import type { DeviceRecord } from "./tables.js"

const text = (truth: boolean): string => (truth ? "True" : "False")

const generalOf = (tenant: Tenant, device: DeviceRecord) => {
  const { blueprint_name, user } = renderDevice(tenant, device)
  return {
    device_id: device.id,
    device_name: device.device_name,
    last_enrollment: device.last_enrollment,
    first_enrollment: device.first_enrollment,
    model: device.model,
    platform: device.platform,
    os_version: device.os_version,
    asset_tag: device.asset_tag,
    assigned_user: user,
    blueprint_name,
    blueprint_uuid: device.blueprint_id
  }
}

const tagsOf = (tenant: Tenant, { tags }: DeviceRecord) =>
  tags.flatMap((id) => tenant.records(tagTable).get(id)?.name ?? [])

const mdmOf = (device: DeviceRecord) => ({
  mdm_enabled: text(device.mdm_enabled),
  supervised: text(true),
  install_date: device.last_enrollment,
  last_check_in: device.last_check_in,
  mdm_enabled_user: []
})

const agentOf = (device: DeviceRecord) => ({
  agent_installed: text(device.agent_version !== ""),
  install_date: device.agent_version === "" ? "" : device.last_enrollment,
  last_check_in: device.last_check_in,
  agent_version: device.agent_version
})

const appleOf = (tenant: Tenant, device: DeviceRecord) => ({
  general: generalOf(tenant, device),
  mdm: mdmOf(device),
  activation_lock: {
    bypass_code_failed: false,
    user_activation_lock_enabled: false,
    device_activation_lock_enabled: false,
    activation_lock_allowed_while_supervised: false,
    activation_lock_supported: true
  },
  filevault: {
    filevault_enabled: device.platform === "Mac" ? device.filevault_enabled : null,
    filevault_recoverykey_type: device.filevault_enabled ? "Personal" : "",
    filevault_prk_escrowed: device.filevault_enabled,
    filevault_next_rotation: "",
    filevault_regen_required: false
  },
  automated_device_enrollment: { auto_enroll_eligible: false, auto_enrolled: false },
  kandji_agent: agentOf(device),
  hardware_overview: { serial_number: device.serial_number, model_identifier: device.model },
  volumes: [],
  network: { local_hostname: device.device_name, mac_address: device.mac_address, ip_address: "", public_ip: "" },
  recovery_information: {
    recovery_lock_enabled: false,
    firmware_password_exist: false,
    firmware_password_pending: false,
    password_rotation_scheduled: null
  },
  users: { regular_users: [], system_users: [] },
  installed_profiles: [],
  apple_business_manager: {},
  security_information: { remote_desktop_enabled: null },
  tags: tagsOf(tenant, device)
})

const windowsOf = (tenant: Tenant, device: DeviceRecord) => ({
  general: { ...generalOf(tenant, device), manufacturer: "Microsoft Corporation", os_name: "Windows 11" },
  mdm: { mdm_enabled: text(device.mdm_enabled), last_check_in: device.last_check_in, windows_device_id: device.id },
  hardware_overview: { smbios_serial_number: device.serial_number, processor_architecture: "arm64" },
  network: { dns_computer_name: device.device_name, mac_address: device.mac_address },
  kandji_agent: { is_agent_installed: false, install_date: "" },
  tags: tagsOf(tenant, device)
})

const androidOf = (tenant: Tenant, device: DeviceRecord) => ({
  general: { ...generalOf(tenant, device), serial_number: device.serial_number, api_level: "35" },
  hardware: {
    available_capacity: "96 GB",
    total_capacity: "128 GB",
    total_ram: "8 GB",
    wifi_mac_address: device.mac_address
  },
  management: { management_mode: "DEVICE_OWNER", ownership: "COMPANY_OWNED" },
  cellular: {},
  security: {
    android_debug_bridge_enabled: null,
    device_posture: "SECURE",
    developer_mode_enabled: null,
    encryption_status: "ACTIVE_PER_USER",
    has_google_play_protect: true,
    has_passcode: true,
    is_encrypted: true,
    unknown_app_sources_enabled: null
  },
  tags: tagsOf(tenant, device)
})

/** The details of a device. The keys are those of the vendor's examples; the values are invented. */
export const deviceDetails = resource({
  routes: (tenant) => [
    route("GET", "/api/v1/devices/{device_id}/details", (_, { device_id }) =>
      Effect.map(findDevice(tenant, device_id), (device) => {
        if (device.platform === "Windows") return json(200, windowsOf(tenant, device))
        return json(200, device.platform === "Android" ? androidOf(tenant, device) : appleOf(tenant, device))
      })
    )
  ]
})
