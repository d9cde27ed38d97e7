/**
 * Threats on Macs: every tenth has had one. They are invented, and follow from the device.
 */
import * as Effect from "effect/Effect"
import { countersPage, offsetPage } from "../../gateway/pageStyles.js"
import { badFields } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { fromArray } from "../../tenant/collection.js"
import { idOfText } from "../../tenant/ids.js"
import { resource } from "../../tenant/resource.js"
import { hash } from "../../tenant/seedNumbers.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { type DeviceRecord, deviceTable } from "../fleet/tables.js"
import { sortedBy } from "../prism/sorting.js"

const statuses = ["quarantined", "not_quarantined", "released", "resolved"] as const

const threatOn = (tenant: Tenant, device: DeviceRecord) => {
  const number = hash(`threat on ${device.id}`)
  const isPup = number % 4 === 0
  const name = `${isPup ? "pup" : "malware"}_${number % 7}`
  return {
    threat_name: name,
    classification: isPup ? "PUP" : "MALWARE",
    status: (statuses[number % 3] ?? "quarantined").toUpperCase(),
    process_name: "chmod",
    process_owner: "root",
    device_name: device.device_name,
    device_id: device.id,
    device_serial_number: device.serial_number,
    detection_date: device.last_check_in,
    file_path: `/Users/Shared/${name}`,
    file_hash: idOfText(name).replaceAll("-", "").repeat(2),
    blueprint_id: device.blueprint_id,
    blueprint_name: tenant.records(blueprintTable).get(device.blueprint_id)?.name ?? ""
  }
}

type Threat = ReturnType<typeof threatOn>

const columns = ["threat_name", "classification", "device_name", "detection_date", "status"]

/** The threats that a query asks for, by the column that it asks for. `status` is a list of statuses. */
const threatsFor = (tenant: Tenant, query: URLSearchParams, status: string): ReadonlyArray<Threat> => {
  const [classification, device, term] = ["classification", "device_id", "term"].map((name) =>
    (query.get(name) ?? "").toLowerCase()
  )
  const wanted = status === "" ? statuses : status.split(",")
  const found: Array<Threat> = []
  for (const record of tenant.records(deviceTable).values()) {
    if (record.platform !== "Mac" || hash(record.id) % 10 > 0) continue
    const threat = threatOn(tenant, record)
    const text = `${threat.device_name}\n${threat.file_hash}\n${threat.file_path}`.toLowerCase()
    if (
      wanted.some((one) => one === threat.status.toLowerCase()) &&
      (classification === "" || threat.classification.toLowerCase() === classification) &&
      (device === "" || threat.device_id === device) &&
      text.includes(term ?? "")
    ) {
      found.push(threat)
    }
  }
  // A column that a threat does not have is no order.
  const order = query.get("sort_by") ?? ""
  return columns.includes(order.replace(/^-/, ""))
    ? sortedBy<Threat>(found, order, (threat: Readonly<Record<string, unknown>>, column) => threat[column])
    : found
}

/** Threats. */
export const threats = resource({
  routes: (tenant) => [
    route("GET", "/api/v1/threat-details", ({ url }) =>
      Effect.suspend(() => {
        const found = threatsFor(tenant, url.searchParams, url.searchParams.get("status") ?? "")
        const pups = found.filter(({ classification }) => classification === "PUP").length
        const counters = { malware_count: found.length - pups, pup_count: pups }
        return countersPage(url, { pageSize: 1000, byPage: false }, fromArray(found), counters, Effect.succeed)
      })
    ),
    // No answer of this one is known: its words in lower case and its two more fields are assumptions.
    route("GET", "/api/v2/threat/threat-details", ({ url }) =>
      Effect.suspend(() => {
        const wanted = url.searchParams.get("statuses") ?? ""
        if (wanted === "") return badFields({ statuses: ["This field is required."] })
        const found = threatsFor(tenant, url.searchParams, wanted)
        return offsetPage(url, 1000, fromArray(found), (threat) =>
          Effect.succeed({
            ...threat,
            id: idOfText(`threat on ${threat.device_id}`),
            classification: threat.classification.toLowerCase(),
            status: threat.status.toLowerCase(),
            management_state: threat.status === "NOT_QUARANTINED" ? "open" : "closed",
            severity: threat.classification === "PUP" ? "low" : "high",
            tags: []
          })
        )
      })
    )
  ]
})
