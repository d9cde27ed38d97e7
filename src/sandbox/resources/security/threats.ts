/**
 * Threats on Macs. Every tenth Mac had one. They are invented and derived from the device.
 */
import * as Effect from "effect/Effect"
import { countersPage, offsetPage } from "../../gateway/pageStyles.js"
import { badFields } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { fromArray } from "../../tenant/collection.js"
import { idOfText } from "../../tenant/ids.js"
import { minutes, pageRows, words } from "../../tenant/pageWords.js"
import { resource } from "../../tenant/resource.js"
import { hash } from "../../tenant/seedNumbers.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { keptUntil } from "../fleet/kept.js"
import { type DeviceRecord, deviceTable } from "../fleet/tables.js"
import { type Questions, readQuestions } from "./questions.js"
import { managementStates, severities, tagsOf } from "./severity.js"

const statuses = ["quarantined", "not_quarantined", "released", "resolved"] as const
const processes = ["chmod", "bash", "curl", "Installer"] as const

const threatOn = (tenant: Tenant, device: DeviceRecord) => {
  const number = hash(`threat on ${device.id}`)
  const isPup = number % 4 === 0
  const name = `${isPup ? "pup" : "malware"}_${number % 7}`
  const status = statuses[number % 3] ?? "quarantined"
  // Without a time zone, as in the first version of the API.
  const at = device.last_check_in.replace("Z", "")
  return {
    threat_name: name,
    classification: isPup ? "PUP" : "MALWARE",
    status: status.toUpperCase(),
    process_name: processes[(number >>> 4) % processes.length] ?? "chmod",
    process_owner: (number >>> 6) % 3 === 0 ? "employee" : "root",
    device_name: device.device_name,
    device_id: device.id,
    device_serial_number: device.serial_number,
    detection_date: at,
    date_of_quarantine: status === "not_quarantined" ? "" : at,
    date_of_release: status === "released" ? at : "",
    released_by: "",
    release_note: "",
    file_path: `/Users/Shared/${name}`,
    file_hash: idOfText(name).replaceAll("-", "").repeat(2),
    bundle_path: "",
    blueprint_id: device.blueprint_id,
    blueprint_name: tenant.records(blueprintTable).get(device.blueprint_id)?.name ?? "",
    library_item_id: idOfText("threat security policy"),
    library_item_name: hash(device.blueprint_id) % 2 === 0 ? "Avert" : "Avert (pilot)",
    pup_posture: "protect",
    malware_posture: "protect"
  }
}

type Threat = ReturnType<typeof threatOn>

/**
 * The fields that only the second version of the API has. The vendor has no example, so all of them are assumptions.
 */
const moreOf = (threat: Threat) => {
  const number = hash(`more on ${threat.device_id}`)
  return {
    management_state: threat.status === "NOT_QUARANTINED" ? "open" : "closed",
    severity: threat.classification === "PUP" ? "low" : (severities[1 + (number % 4)] ?? "high"),
    tags: tagsOf(number)
  }
}

const kept = keptUntil<ReadonlyArray<Threat>>("values")

const threatsOf = (tenant: Tenant): ReadonlyArray<Threat> =>
  kept(tenant, "", () => {
    const found: Array<Threat> = []
    for (const device of tenant.records(deviceTable).values()) {
      if (device.platform === "Mac" && hash(device.id) % 10 === 0) found.push(threatOn(tenant, device))
    }
    return found
  })

const values = {
  classification: ({ classification }: Threat) => classification,
  device_id: ({ device_id }: Threat) => device_id
}
const orders = {
  device_name: ({ device_name }: Threat) => device_name,
  process_name: ({ process_name }: Threat) => process_name,
  process_owner: ({ process_owner }: Threat) => process_owner,
  detection_date: ({ detection_date }: Threat) => detection_date,
  status: ({ status }: Threat) => status
}
const parts = { term: ({ device_name, file_hash, file_path }: Threat) => [device_name, file_hash, file_path] }
const at = ({ detection_date }: Threat) => detection_date
const classifications = ["malware", "pup"]

const older: Questions<Threat> = {
  values: { ...values, status: ({ status }) => status },
  choices: { classification: classifications, status: ["quarantined", "not_quarantined", "released"] },
  parts,
  times: { at, days: "date_range" },
  orders: {
    ...orders,
    threat_name: ({ threat_name }) => threat_name,
    classification: ({ classification }) => classification
  }
}

const newer: Questions<Threat> = {
  values: {
    ...values,
    statuses: ({ status }) => status,
    management_state: (threat) => moreOf(threat).management_state,
    severities: (threat) => moreOf(threat).severity,
    tags: (threat) => moreOf(threat).tags
  },
  choices: {
    classification: classifications,
    statuses,
    management_state: managementStates,
    severities
  },
  parts,
  times: { at, days: "date_range", from: "detection_date_from", to: "detection_date_to" },
  orders: {
    ...orders,
    management_state: (threat) => moreOf(threat).management_state,
    associated_item: ({ library_item_name }) => library_item_name,
    severity: (threat) => severities.findIndex((one) => one === moreOf(threat).severity)
  }
}

export const threats = resource({
  routes: (tenant) => [
    route("GET", "/api/v1/threat-details", ({ url }) =>
      Effect.flatMap(readQuestions(url.searchParams, older), (choose) => {
        const found = choose(threatsOf(tenant))
        const pups = found.filter(({ classification }) => classification === "PUP").length
        const counters = { malware_count: found.length - pups, pup_count: pups }
        return countersPage(url, { pageSize: 1000, byPage: false }, fromArray(found), counters, Effect.succeed)
      })
    ),
    route("GET", "/api/v2/threat/threat-details", ({ url }) =>
      Effect.gen(function* () {
        const asked = (name: string) => (url.searchParams.get(name) ?? "") !== ""
        if (!asked("statuses")) return yield* badFields({ statuses: ["This field is required."] })
        if (asked("date_range") && (asked("detection_date_from") || asked("detection_date_to"))) {
          return yield* badFields({ date_range: ["Not together with detection_date_from and detection_date_to."] })
        }
        const found = (yield* readQuestions(url.searchParams, newer))(threatsOf(tenant))
        return yield* offsetPage(url, 1000, fromArray(found), (threat) =>
          Effect.succeed({
            ...threat,
            ...moreOf(threat),
            id: idOfText(`threat on ${threat.device_id}`),
            classification: threat.classification.toLowerCase(),
            status: threat.status.toLowerCase(),
            detection_date: `${threat.detection_date}Z`
          })
        )
      })
    )
  ],
  page: [
    {
      id: "threats",
      place: "security",
      title: "Threats",
      noun: "threats",
      path: "/api/v1/threat-details",
      rows: (tenant) =>
        Effect.sync(() =>
          pageRows(
            fromArray(threatsOf(tenant)),
            ({ classification, detection_date, device_id, device_name, status, threat_name }) => ({
              id: device_id,
              name: threat_name,
              facts: [device_name, words(status).toLowerCase(), minutes(detection_date)],
              tags: [{ text: classification, kind: classification === "PUP" ? "warn" : "bad" }]
            })
          )
        ),
      open: (tenant, id) => threatsOf(tenant).find(({ device_id }) => device_id === id)
    }
  ]
})
