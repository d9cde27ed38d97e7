import { BehavioralDetection, LegacyDetection, LegacyThreat, Threat } from "../schemas/Threat.js"
import {
  Vulnerability,
  VulnerabilityDetails,
  VulnerabilityDetection,
  VulnerableDevice,
  VulnerableSoftware
} from "../schemas/Vulnerability.js"
import { example, type Make, shared } from "./making.js"

const cve = {
  cve_id: "CVE-2026-1815",
  severity: "High",
  cvss_score: 8.1,
  kev_score: 0,
  cve_link: "https://nvd.nist.gov/vuln/detail/CVE-2026-1815",
  first_detection_date: shared.at,
  latest_detection_date: shared.later,
  device_count: 1
}

/** A vulnerability in the listing of all vulnerabilities. */
export const vulnerability: Make<Vulnerability> = example(Vulnerability, {
  ...cve,
  software: ["Firefox"],
  status: "Active"
})

/** A vulnerability with its details. */
export const vulnerabilityDetails: Make<VulnerabilityDetails> = example(VulnerabilityDetails, {
  ...cve,
  description: "A use after free.",
  epss_score: 0.12,
  software_count: 1,
  cve_published_at: shared.at,
  cve_modified_at: shared.at
})

/** A device that has a vulnerability. */
export const vulnerableDevice: Make<VulnerableDevice> = example(VulnerableDevice, {
  device_id: shared.device,
  name: "Ada's device",
  serial_number: shared.serialNumber,
  model: "MacBook Pro (14-inch, 2024)",
  os_version: "26.1",
  blueprint_id: shared.blueprint,
  blueprint_name: "Engineering",
  assigned_user: "Ada Lovelace",
  no_of_installs: 1
})

/** Software that has a vulnerability. */
export const vulnerableSoftware: Make<VulnerableSoftware> = example(VulnerableSoftware, {
  name: "Firefox",
  bundle_id: "org.mozilla.firefox",
  type: "application",
  num_versions: 1,
  num_devices: 1,
  blueprints: [{ id: shared.blueprint, name: "Engineering" }],
  software_versions: [
    {
      version: "146.0",
      devices_impacted: 1,
      latest_detection_date: shared.later,
      blueprints: [{ id: shared.blueprint, name: "Engineering" }]
    }
  ]
})

/** A vulnerability on a device. */
export const vulnerabilityDetection: Make<VulnerabilityDetection> = example(VulnerabilityDetection, {
  device_id: shared.device,
  device_name: "Ada's device",
  device_serial_number: shared.serialNumber,
  device_model: "MacBook Pro (14-inch, 2024)",
  device_os_version: "26.1",
  blueprint_id: shared.blueprint,
  blueprint_name: "Engineering",
  name: "Firefox",
  version: "146.0",
  path: "/Applications/Firefox.app",
  bundle_id: "org.mozilla.firefox",
  cve_id: cve.cve_id,
  cve_description: "A use after free.",
  cve_link: cve.cve_link,
  cvss_score: cve.cvss_score,
  cvss_severity: "High",
  first_detection_date: shared.at,
  latest_detection_date: shared.later
})

const found = {
  threat_name: "Adload",
  device_name: "Ada's device",
  device_id: shared.device,
  device_serial_number: shared.serialNumber,
  detection_date: shared.at,
  file_path: "/Users/Shared/adload",
  file_hash: shared.sha256
}

/** A quarantined threat. */
export const threat: Make<Threat> = example(Threat, {
  ...found,
  id: "3a2b1c0d-9e8f-4a7b-8c6d-5e4f3a2b9c14",
  classification: "malware",
  status: "quarantined",
  management_state: "open",
  severity: "high",
  tags: []
})

/** A quarantined threat, in the first version of the API. */
export const legacyThreat: Make<LegacyThreat> = example(LegacyThreat, {
  ...found,
  classification: "MALWARE",
  status: "QUARANTINED",
  process_name: "adload",
  process_owner: "ada",
  date_of_quarantine: shared.later,
  blueprint_id: shared.blueprint,
  blueprint_name: "Engineering",
  library_item_name: "Avert",
  library_item_id: shared.item,
  pup_posture: "protect",
  malware_posture: "protect"
})

/** A behavioral detection. */
export const behavioralDetection: Make<BehavioralDetection> = example(BehavioralDetection, {
  id: "cc80f462-1f4d-4a04-9380-c21743df9c15"
})

const process = { name: "zsh", command_line: "-zsh", image_path: "/bin/zsh", pid: 1815, owner: "ada" }

/** A behavioral detection, in the first version of the API. */
export const legacyDetection: Make<LegacyDetection> = example(LegacyDetection, {
  id: "cc80f462-1f4d-4a04-9380-c21743df9c15",
  threat_id: "KTI_BD_0163",
  rule_version: 2,
  description: "A shell reads the keychain.",
  classification: "suspicious",
  detection_date: shared.at,
  threat_status: "detected",
  device_info: { id: shared.device, name: "Ada's device", serial_number: shared.serialNumber },
  parent_process: process,
  target_process: { ...process, name: "security", command_line: "security dump-keychain" },
  library_item: { id: shared.item, name: "Avert", mal_posture_mode: "protect" },
  blueprint: { id: shared.blueprint, name: "Engineering" }
})
