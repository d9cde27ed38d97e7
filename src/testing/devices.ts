import { Device } from "../schemas/Device.js"
import { LockPin } from "../schemas/DeviceAction.js"
import {
  AndroidDeviceDetails,
  AppleDeviceDetails,
  OtherDeviceDetails,
  WindowsDeviceDetails
} from "../schemas/DeviceDetails.js"
import { DeviceNote } from "../schemas/DeviceNote.js"
import {
  DeviceActivity,
  DeviceApp,
  DeviceCommand,
  DeviceParameter,
  DeviceStatus,
  LibraryItemStatus
} from "../schemas/DeviceRecords.js"
import { ActivationLockBypassCodes, FileVaultKey, RecoveryPassword, UnlockPin } from "../schemas/DeviceSecret.js"
import { LostModeDetails } from "../schemas/LostMode.js"
import { example, type Given, type Make, shared } from "./making.js"

const ada = { id: shared.user, name: "Ada Lovelace", email: "ada@example.com", is_archived: false }

const mac: Make<Device> = example(Device, {
  device_id: shared.device,
  device_name: "Ada's device",
  serial_number: shared.serialNumber,
  platform: "Mac",
  model: "MacBook Pro (14-inch, 2024)",
  os_version: "26.1",
  last_check_in: shared.at,
  user: ada,
  asset_tag: "A-1815",
  blueprint_id: shared.blueprint,
  blueprint_name: "Engineering",
  mdm_enabled: true,
  agent_installed: true,
  is_missing: false,
  is_removed: false,
  agent_version: "5.2.1",
  first_enrollment: shared.at,
  last_enrollment: shared.at,
  tags: []
})

/** On other platforms, these fields differ from the Mac. */
const others: Readonly<Record<string, Given<Device>>> = {
  iPhone: { model: "iPhone 17", agent_installed: false, agent_version: null },
  iPad: { model: "iPad Air (M3)", agent_installed: false, agent_version: null },
  AppleTV: { model: "Apple TV 4K", agent_installed: false, agent_version: null },
  Android: { model: "Pixel 10", os_version: "16", agent_installed: false, agent_version: null, api_level: "36" },
  Windows: { model: "Surface Laptop", os_version: "11" }
}

/** Ada's Mac. If `platform` is given, model and version match that platform. */
export const device: Make<Device> = (given = {}) => mac({ ...others[given.platform ?? "Mac"], ...given })

/** The details of a Mac, an iPhone, an iPad or an Apple TV. */
export const appleDeviceDetails: Make<AppleDeviceDetails> = example(AppleDeviceDetails, {
  general: {
    device_id: shared.device,
    device_name: "Ada's device",
    platform: "Mac",
    model: "MacBook Pro (14-inch, 2024)",
    os_version: "26.1",
    first_enrollment: shared.at,
    last_enrollment: shared.at,
    asset_tag: "A-1815",
    assigned_user: ada,
    blueprint_name: "Engineering",
    blueprint_uuid: shared.blueprint
  },
  mdm: { mdm_enabled: "True", supervised: "True", install_date: shared.at, last_check_in: shared.at },
  activation_lock: { activation_lock_supported: true, user_activation_lock_enabled: false },
  filevault: {
    filevault_enabled: true,
    filevault_recoverykey_type: "Personal",
    filevault_prk_escrowed: true,
    filevault_regen_required: false
  },
  lost_mode: { lost_mode_status: "", last_location: { latitude: "", longitude: "" } },
  automated_device_enrollment: { auto_enroll_eligible: true, auto_enrolled: true },
  kandji_agent: { agent_installed: "True", agent_version: "5.2.1", last_check_in: shared.at },
  hardware_overview: { serial_number: shared.serialNumber, model_identifier: "Mac16,1" },
  network: { local_hostname: "Adas-Mac", mac_address: "a0:b1:c2:d3:e4:f5", ip_address: "10.0.0.15" },
  recovery_information: { recovery_lock_enabled: true, password_has_been_set: true },
  users: { regular_users: [], system_users: [] },
  apple_business_manager: { serial_number: shared.serialNumber, device_family: "Mac", os: "OSX" },
  security_information: { remote_desktop_enabled: false },
  cellular: { data_roaming: false, voice_roaming: false }
})

/** The details of a Windows device. */
export const windowsDeviceDetails: Make<WindowsDeviceDetails> = example(WindowsDeviceDetails, {
  general: {
    device_id: shared.device,
    device_name: "Ada's device",
    platform: "Windows",
    os_version: "11",
    assigned_user: ada,
    blueprint_name: "Engineering",
    blueprint_uuid: shared.blueprint,
    manufacturer: "Microsoft",
    device_model: "Surface Laptop"
  },
  mdm: { mdm_enabled: "True", last_check_in: shared.at },
  kandji_agent: { is_agent_installed: true, version: "5.2.1" },
  hardware_overview: { serial_number: shared.serialNumber, processor_architecture: "ARM64" },
  network: { mac_address: "a0:b1:c2:d3:e4:f5" }
})

/** The details of an Android device. */
export const androidDeviceDetails: Make<AndroidDeviceDetails> = example(AndroidDeviceDetails, {
  general: {
    device_id: shared.device,
    device_name: "Ada's device",
    platform: "Android",
    os_version: "16",
    assigned_user: ada,
    blueprint_name: "Engineering",
    blueprint_uuid: shared.blueprint,
    manufacturer: "Google",
    model_name: "Pixel 10",
    serial_number: shared.serialNumber
  },
  hardware: { wifi_mac_address: "a0:b1:c2:d3:e4:f5" },
  management: { management_mode: "DEVICE_OWNER", ownership: "COMPANY_OWNED" },
  cellular: { imei: "356938035643809" },
  security: { is_encrypted: true, has_passcode: true }
})

/** The details of a device whose platform this version of the library does not know. */
export const otherDeviceDetails: Make<OtherDeviceDetails> = example(OtherDeviceDetails, {
  general: { device_id: shared.device, platform: "Vision" }
})

/** An app on a device. */
export const deviceApp: Make<DeviceApp> = example(DeviceApp, {
  app_id: "1",
  app_name: "Firefox",
  bundle_id: "org.mozilla.firefox",
  bundle_size: "412000000",
  source: "Identified Developer",
  path: "/Applications/Firefox.app",
  version: "146.0"
})

/** An event in the activity log of a device. */
export const deviceActivity: Make<DeviceActivity> = example(DeviceActivity, {
  id: 1,
  created_at: shared.at,
  action_type: "device_enrolled",
  computer: { id: shared.device, name: "Ada's device", is_removed: false },
  blueprint: { id: shared.blueprint, name: "Engineering", is_removed: false }
})

/** A command that has completed. Its `status` is 1 while it waits, and 4 if it has failed. */
export const deviceCommand: Make<DeviceCommand> = example(DeviceCommand, {
  uuid: "e1d2c3b4-5a69-4788-9a0b-c1d2e3f49c07",
  command_type: "RestartDevice",
  request_type: "RestartDevice",
  request_requires_network_tether: false,
  status: 3,
  attempts: 1,
  date_requested: shared.at,
  date_completed: shared.later,
  last_pushed: shared.at,
  priority: 0
})

/** The status of a library item on a device. */
export const libraryItemStatus: Make<LibraryItemStatus> = example(LibraryItemStatus, {
  id: 1,
  item_id: shared.item,
  name: "Firefox",
  type: "custom-app",
  status: "PASS",
  reported_at: shared.at,
  computer: { id: shared.device, name: "Ada's device" },
  blueprint: { id: shared.blueprint, name: "Engineering" },
  edr_status: { status: "enabled", malware_posture: "Protect", pup_posture: "Protect" }
})

/** A parameter of a Mac. */
export const deviceParameter: Make<DeviceParameter> = example(DeviceParameter, {
  item_id: "1e4be748-e072-4c1f-b1ff-a98f076b9c08",
  name: 'Disable the "root" user',
  status: "PASS",
  category: "User Accounts & Authentication",
  subcategory: "User Accounts"
})

/** Library items and parameters of a device. */
export const deviceStatus: Make<DeviceStatus> = example(DeviceStatus, {
  device_id: shared.device,
  library_items: [],
  parameters: []
})

/** A note on a device. */
export const deviceNote: Make<DeviceNote> = example(DeviceNote, {
  note_id: "b2a1c0d9-8e7f-4a6b-9c5d-4e3f2a1b9c09",
  created_at: shared.at,
  updated_at: shared.at,
  author: "Grace Hopper",
  content: "Came back from repair."
})

/** The answer of `DeviceActions.lock` for a Mac. */
export const lockPin: Make<LockPin> = example(LockPin, { PIN: "181512" })

/** The state of lost mode on a device. */
export const lostModeDetails: Make<LostModeDetails> = example(LostModeDetails, {
  lost_mode_status: "ENABLED",
  enabled_by: "Grace Hopper",
  enable_status_at: shared.at,
  lock_screen_message: "Please call us.",
  lock_screen_phone_number: "555-0115",
  last_location_status: "SUCCESS",
  last_location_status_at: shared.later,
  last_location: { latitude: "51.5034", longitude: "-0.1276" },
  last_location_at: shared.later
})

/** The codes that remove the activation lock from a device. */
export const activationLockBypassCodes: Make<ActivationLockBypassCodes> = example(ActivationLockBypassCodes, {
  user_based_albc: "A00M6-04XTY-YDMG-JNTE-EMZ3-FTJ5",
  device_based_albc: "B11N7-15YUZ-ZENH-KPUF-FN04-GUK6"
})

/** The recovery key of a Mac's FileVault. */
export const fileVaultKey: Make<FileVaultKey> = example(FileVaultKey, { key: "ABCD-EFGH-IJKL-MNOP-QRST-UVWX" })

/** The PIN that unlocks a Mac. */
export const unlockPin: Make<UnlockPin> = example(UnlockPin, { pin: "181512" })

/** The recovery lock password of a Mac. */
export const recoveryPassword: Make<RecoveryPassword> = example(RecoveryPassword, {
  recovery_password: "correct-horse"
})
