/**
 * Behavioral detections on Macs: every eighth has had one. They are invented, and follow from the device.
 */
import * as Effect from "effect/Effect"
import { countersPage, offsetPage } from "../../gateway/pageStyles.js"
import { badFields } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { filtered, fromArray, type Listing } from "../../tenant/collection.js"
import { idOfText } from "../../tenant/ids.js"
import { resource } from "../../tenant/resource.js"
import { hash } from "../../tenant/seedNumbers.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { type DeviceRecord, deviceTable } from "../fleet/tables.js"

const process = (name: string, path: string, pid: number) => ({
  name,
  command_line: name,
  image_path: `${path}/${name}`,
  pid,
  owner: "root",
  sha256: idOfText(path + name)
    .replaceAll("-", "")
    .repeat(2)
})

const detectionOn = (tenant: Tenant, device: DeviceRecord) => {
  const number = hash(`detection on ${device.id}`)
  return {
    id: idOfText(`detection on ${device.id}`),
    threat_id: `KTI_BD_${String(number % 10_000).padStart(4, "0")}`,
    rule_version: 1 + (number % 4),
    description: "A shell started a program that changes launch agents.",
    classification: number % 2 === 0 ? "malicious" : "suspicious",
    informational_tags: [],
    malware_family: [],
    detection_date: device.last_check_in.replace("Z", "+00:00"),
    threat_status: number % 3 === 0 ? "blocked" : "detected",
    device_info: { id: device.id, name: device.device_name, serial_number: device.serial_number },
    parent_process: process("zsh", "/bin", 500 + (number % 9000)),
    target_process: process("launchctl", "/bin", 501 + (number % 9000)),
    library_item: { id: idOfText("threat security policy"), name: "Avert", mal_posture_mode: "protect" },
    blueprint: {
      id: device.blueprint_id,
      name: tenant.records(blueprintTable).get(device.blueprint_id)?.name ?? ""
    }
  }
}

type Detection = ReturnType<typeof detectionOn>

const detectionsFor = (tenant: Tenant, fits: (detection: Detection) => boolean): Listing<Detection> => {
  const devices = filtered(
    tenant.records(deviceTable),
    ({ id, platform }) => platform === "Mac" && hash(`detected ${id}`) % 8 === 0
  )
  return fromArray(
    devices
      .slice(0, devices.size)
      .map((device) => detectionOn(tenant, device))
      .filter(fits)
  )
}

/** Whether a column has the value that a query asks for, if it asks. */
const asked = (query: URLSearchParams, name: string, value: string): boolean =>
  (query.get(name) ?? "") === "" || query.get(name)?.toLowerCase() === value.toLowerCase()

/** Behavioral detections. */
export const detections = resource({
  routes: (tenant) => [
    route("GET", "/api/v1/behavioral-detections", ({ url }) =>
      Effect.suspend(() => {
        const query = url.searchParams
        const found = detectionsFor(
          tenant,
          ({ classification, device_info, threat_id, threat_status }) =>
            asked(query, "threat_id", threat_id) &&
            asked(query, "classification", classification) &&
            asked(query, "status", threat_status) &&
            asked(query, "device_id", device_info.id)
        )
        const malicious = found.slice(0, found.size).filter((one) => one.classification === "malicious").length
        return countersPage(
          url,
          { pageSize: 1000, byPage: false },
          found,
          { malicious_count: malicious, suspicious_count: found.size - malicious },
          Effect.succeed,
          "total_count"
        )
      })
    ),
    // No answer of this one is known: that it has the fields of the first version is an assumption.
    route("GET", "/api/v2/threat/behavioral-detections/events", ({ url }) =>
      Effect.suspend(() => {
        const device = url.searchParams.get("device_id") ?? ""
        if (device === "") return badFields({ device_id: ["This field is required."] })
        const found = detectionsFor(tenant, ({ device_info }) => device_info.id === device.toLowerCase())
        return offsetPage(url, 1000, found, Effect.succeed)
      })
    )
  ]
})
