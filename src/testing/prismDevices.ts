import {
  PrismActivationLock,
  PrismApp,
  PrismCellular,
  PrismCertificate,
  PrismCount,
  PrismDesktopAndScreensaver,
  PrismDeviceInformation,
  PrismExport,
  PrismInstalledProfile
} from "../schemas/prism/index.js"
import { example, type Make, shared } from "./making.js"
import { columns } from "./prismColumns.js"

/** A row of `Prism.deviceInformation`. */
export const prismDeviceInformation: Make<PrismDeviceInformation> = example(PrismDeviceInformation, {
  ...columns,
  device_capacity: 494.38,
  host_name: "Adas-Mac",
  apple_silicon: true,
  model: "Mac16,1",
  model_name: "MacBook Pro (14-inch, 2024)",
  shared_ipad: false,
  agent_version: "5.2.1",
  mdm_enabled: true,
  agent_installed: true,
  os_version: "26.1",
  last_checkin: shared.at
})

/** A row of `Prism.activationLock`. Its other columns are not documented. */
export const prismActivationLock: Make<PrismActivationLock> = example(PrismActivationLock, columns)

/** A row of `Prism.cellular`. */
export const prismCellular: Make<PrismCellular> = example(PrismCellular, {
  ...columns,
  device__family: "iPhone",
  data_roaming_enabled: false,
  imei_slot_1: "356938035643809",
  current_carrier_network_slot_1: "Example Mobile"
})

/** A row of `Prism.apps`. */
export const prismApp: Make<PrismApp> = example(PrismApp, {
  ...columns,
  name: "Firefox",
  bundle_id: "org.mozilla.firefox",
  bundle_name: "Firefox",
  path: "/Applications/Firefox.app",
  version: "146.0",
  short_version: "146.0",
  bundle_size: 412_000_000
})

/** A row of `Prism.certificates`. */
export const prismCertificate: Make<PrismCertificate> = example(PrismCertificate, {
  ...columns,
  common_name: "Example Root CA",
  identity_certificate: false
})

/** A row of `Prism.installedProfiles`. */
export const prismInstalledProfile: Make<PrismInstalledProfile> = example(PrismInstalledProfile, {
  ...columns,
  profile_display_name: "Wi-Fi",
  payload_identifier: `com.kandji.profile.custom.${shared.item}`,
  payload_uuid: shared.item,
  managed: true,
  removable: false,
  signed: true
})

/** A row of `Prism.desktopAndScreensaver`. Its other columns are not documented. */
export const prismDesktopAndScreensaver: Make<PrismDesktopAndScreensaver> = example(PrismDesktopAndScreensaver, columns)

/** How many rows a category has. */
export const prismCount: Make<PrismCount> = example(PrismCount, { count: 1, approximate: false })

/** A finished export. */
export const prismExport: Make<PrismExport> = example(PrismExport, {
  id: "64cb5d3d-b180-4847-8b8a-34b14d8b9c16",
  status: "success",
  category: "apps",
  path: "exports/apps.csv",
  signed_url: "https://storage.example.com/exports/apps.csv?signature=1",
  created_at: shared.at,
  updated_at: shared.later
})
