/**
 * Behavioral detections on Macs. Every eighth Mac has some. They are invented and derived from the device.
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
import { microseconds } from "../../tenant/time.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { keptUntil } from "../fleet/kept.js"
import { type DeviceRecord, deviceTable } from "../fleet/tables.js"
import { type Questions, readQuestions } from "./questions.js"
import { managementStates, severities, tagsOf } from "./severity.js"

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

const parents = ["zsh", "bash", "Terminal"] as const
const targets = ["launchctl", "curl", "osascript"] as const
const statuses = ["blocked", "blocked_parent", "detected", "informational"] as const
const families = ["AMCleaner", "Adware.Gen", "3CX"] as const

/** One of several texts. */
const oneOf = (words: ReadonlyArray<string>, number: number): string => words[number % words.length] ?? ""

const detectionOn = (tenant: Tenant, device: DeviceRecord, place: number) => {
  const number = hash(`detection ${place} on ${device.id}`)
  const isMalicious = number % 2 === 0
  return {
    id: idOfText(`detection ${place} on ${device.id}`),
    threat_id: `KTI_BD_${String(number % 40).padStart(4, "0")}`,
    rule_version: 1 + (number % 4),
    description: "A shell started a program that changes launch agents.",
    classification: isMalicious ? "malicious" : "suspicious",
    informational_tags: ["exploit", "privilege_escalation"].filter((_, at) => (number >>> (2 + at)) % 3 === 0),
    malware_family: isMalicious && (number >>> 5) % 2 === 0 ? [oneOf(families, number >>> 6)] : [],
    detection_date: microseconds(Date.parse(device.last_check_in) - place * 86_400_000).replace("Z", "+00:00"),
    threat_status: oneOf(statuses, number >>> 8),
    device_info: { id: device.id, name: device.device_name, serial_number: device.serial_number },
    parent_process: process(oneOf(parents, number >>> 10), "/bin", 500 + (number % 9000)),
    target_process: process(oneOf(targets, number >>> 12), "/usr/bin", 501 + (number % 9000)),
    library_item: {
      id: idOfText("threat security policy"),
      name: place % 2 === 0 ? "Avert" : "Avert (pilot)",
      mal_posture_mode: "protect"
    },
    blueprint: {
      id: device.blueprint_id,
      name: tenant.records(blueprintTable).get(device.blueprint_id)?.name ?? ""
    }
  }
}

type Detection = ReturnType<typeof detectionOn>

const kept = keptUntil<ReadonlyArray<Detection>>("values")

const detectionsOf = (tenant: Tenant): ReadonlyArray<Detection> =>
  kept(tenant, "", () => {
    const found: Array<Detection> = []
    for (const device of tenant.records(deviceTable).values()) {
      const number = hash(`detected ${device.id}`)
      if (device.platform !== "Mac" || number % 8 > 0) continue
      for (let place = 0; place <= (number >>> 3) % 5; place++) found.push(detectionOn(tenant, device, place))
    }
    return found
  })

/**
 * The fields that only the second version of the API has. The vendor has no example, so all of them are assumptions.
 */
const moreOf = ({ classification, id }: Detection) => {
  const number = hash(`more on ${id}`)
  return {
    classification: classification.slice(0, 3),
    management_state: oneOf(managementStates, number),
    severity: oneOf(severities, number >>> 2),
    tags: tagsOf(number)
  }
}

const searched = ({ device_info, parent_process, target_process }: Detection): ReadonlyArray<string> => [
  device_info.name,
  ...[parent_process, target_process].flatMap(({ image_path, sha256 }) => [image_path, sha256])
]

const older: Questions<Detection> = {
  values: {
    threat_id: ({ threat_id }) => threat_id,
    classification: ({ classification }) => classification,
    status: ({ threat_status }) => threat_status,
    device_id: ({ device_info }) => device_info.id,
    malware_family: ({ malware_family }) => malware_family,
    parent_process_name: ({ parent_process }) => parent_process.name,
    target_process_name: ({ target_process }) => target_process.name,
    informational_tags: ({ informational_tags }) => informational_tags
  },
  parts: { term: searched },
  times: {
    at: ({ detection_date }) => detection_date,
    days: "date_range",
    from: "detection_date_from",
    to: "detection_date_to",
    on: "detection_date"
  },
  orders: {
    threat_id: ({ threat_id }) => threat_id,
    classification: ({ classification }) => classification,
    device_name: ({ device_info }) => device_info.name,
    parent_process_name: ({ parent_process }) => parent_process.name,
    target_process_name: ({ target_process }) => target_process.name,
    detection_date: ({ detection_date }) => detection_date,
    status: ({ threat_status }) => threat_status
  }
}

const newer: Questions<Detection> = {
  values: {
    device_id: ({ device_info }) => device_info.id,
    classifications: (detection) => moreOf(detection).classification,
    statuses: ({ threat_status }) => threat_status,
    management_state: (detection) => moreOf(detection).management_state,
    severities: (detection) => moreOf(detection).severity,
    tags: (detection) => moreOf(detection).tags
  },
  choices: { classifications: ["mal", "pup", "sus"], statuses, management_state: managementStates, severities },
  parts: { search_term: searched },
  times: { at: ({ detection_date }) => detection_date, from: "detection_from", to: "detection_to" },
  orders: {
    detection_date: ({ detection_date }) => detection_date,
    threat_id: ({ threat_id }) => threat_id,
    process: ({ target_process }) => target_process.name,
    classification: ({ classification }) => classification,
    associated_item: ({ library_item }) => library_item.name,
    management_state: (detection) => moreOf(detection).management_state,
    severity: (detection) => severities.findIndex((one) => one === moreOf(detection).severity)
  }
}

export const detections = resource({
  routes: (tenant) => [
    route("GET", "/api/v1/behavioral-detections", ({ url }) =>
      Effect.flatMap(readQuestions(url.searchParams, older), (choose) => {
        const found = choose(detectionsOf(tenant))
        const malicious = found.filter(({ classification }) => classification === "malicious").length
        return countersPage(
          url,
          { pageSize: 1000, byPage: false },
          fromArray(found),
          { malicious_count: malicious, suspicious_count: found.length - malicious },
          Effect.succeed,
          "total_count"
        )
      })
    ),
    route("GET", "/api/v2/threat/behavioral-detections/events", ({ url }) =>
      Effect.gen(function* () {
        if ((url.searchParams.get("device_id") ?? "") === "") {
          return yield* badFields({ device_id: ["This field is required."] })
        }
        const found = (yield* readQuestions(url.searchParams, newer))(detectionsOf(tenant))
        return yield* offsetPage(url, 1000, fromArray(found), (detection) =>
          Effect.succeed({ ...detection, ...moreOf(detection) })
        )
      })
    )
  ],
  page: [
    {
      id: "detections",
      place: "security",
      title: "Behavioral detections",
      noun: "detections",
      path: "/api/v1/behavioral-detections",
      rows: (tenant) =>
        Effect.sync(() =>
          pageRows(fromArray(detectionsOf(tenant)), (detection) => ({
            id: detection.id,
            name: detection.target_process.name,
            facts: [detection.device_info.name, words(detection.threat_status), minutes(detection.detection_date)],
            tags: [{ text: detection.classification, kind: detection.classification === "malicious" ? "bad" : "warn" }]
          }))
        ),
      open: (tenant, id) => detectionsOf(tenant).find((detection) => detection.id === id)
    }
  ]
})
