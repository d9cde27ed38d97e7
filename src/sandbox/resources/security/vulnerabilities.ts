/**
 * Vulnerabilities of the apps that Macs have. They are invented: their numbers are of a year that has none.
 */
import * as Effect from "effect/Effect"
import { type Answer, json } from "../../gateway/exchange.js"
import { cursorPage, numberedPage } from "../../gateway/pageStyles.js"
import { missing } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { fromArray } from "../../tenant/collection.js"
import { resource } from "../../tenant/resource.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { deviceTable, userTable } from "../fleet/tables.js"
import { appsOf } from "../prism/categories.js"
import { readFilter } from "../prism/filter.js"
import { sortedBy } from "../prism/sorting.js"

const path = "/api/v1/vulnerability-management"

type Row = Readonly<Record<string, unknown>>

const known = [
  { cve_id: "CVE-2099-0001", bundle_id: "com.google.Chrome", severity: "High", cvss_score: 8.8, kev_score: 1 },
  { cve_id: "CVE-2099-0002", bundle_id: "us.zoom.xos", severity: "Medium", cvss_score: 5.4, kev_score: 0 },
  { cve_id: "CVE-2099-0003", bundle_id: "com.tinyspeck.slackmacgap", severity: "Low", cvss_score: 3.2, kev_score: 0 }
] as const

const linkOf = (cve: string): string => `https://nvd.nist.gov/vuln/detail/${cve}`

/** Each vulnerability of each app of each Mac. */
const detectionsOf = (tenant: Tenant) => {
  const found = []
  for (const device of tenant.records(deviceTable).values()) {
    if (device.platform !== "Mac") continue
    for (const app of appsOf(device)) {
      for (const cve of known.filter(({ bundle_id }) => bundle_id === app["bundle_id"])) {
        found.push({ id: `${device.id}|${cve.cve_id}`, device, app, cve, at: device.last_check_in })
      }
    }
  }
  return found
}

type Detection = ReturnType<typeof detectionsOf>[number]

const blueprintName = (tenant: Tenant, id: string): string => tenant.records(blueprintTable).get(id)?.name ?? ""

const showDetection = (tenant: Tenant, { app, at, cve, device }: Detection): Row => ({
  device_id: device.id,
  device_name: device.device_name,
  device_serial_number: device.serial_number,
  device_model: device.model,
  device_os_version: device.os_version,
  blueprint_id: device.blueprint_id,
  blueprint_name: blueprintName(tenant, device.blueprint_id),
  name: app["name"],
  version: app["version"],
  path: app["path"],
  bundle_id: cve.bundle_id,
  cve_id: cve.cve_id,
  cve_description: `An invented flaw in ${String(app["name"])}.`,
  cve_link: linkOf(cve.cve_id),
  cvss_score: cve.cvss_score,
  cvss_severity: cve.severity,
  first_detection_date: at,
  latest_detection_date: at
})

/** One vulnerability with what its detections add up to. */
const summary = ({ cve_id, cvss_score, kev_score, severity }: Detection["cve"], found: ReadonlyArray<Detection>) => {
  const dates = found.map(({ at }) => at).toSorted()
  return {
    cve_id,
    severity,
    cvss_score,
    kev_score,
    cve_link: linkOf(cve_id),
    first_detection_date: dates[0] ?? null,
    latest_detection_date: dates.at(-1) ?? null,
    device_count: found.length,
    software: [...new Set(found.map(({ app }) => String(app["name"])))],
    status: "Active"
  }
}

const showDevice = (tenant: Tenant, { app, at, device }: Detection): Row => ({
  device_id: device.id,
  name: device.device_name,
  serial_number: device.serial_number,
  model: device.model,
  os_version: device.os_version,
  blueprint_id: device.blueprint_id,
  blueprint_name: blueprintName(tenant, device.blueprint_id),
  assigned_user: tenant.records(userTable).get(device.user ?? "")?.name ?? "",
  no_of_installs: 1,
  software_summary: { name: app["name"], detection_date: at, path: app["path"], version: app["version"] }
})

/** The app of a vulnerability. All Macs have the same version of it. */
const showSoftware = (tenant: Tenant, found: ReadonlyArray<Detection>): ReadonlyArray<Row> => {
  const [first] = found
  if (first === undefined) return []
  const ids = [...new Set(found.map(({ device }) => device.blueprint_id))]
  const blueprints = ids.map((id) => ({ id, name: blueprintName(tenant, id) }))
  const { latest_detection_date } = summary(first.cve, found)
  const version = { latest_detection_date, blueprints, version: first.app["version"], devices_impacted: found.length }
  return [
    {
      name: first.app["name"],
      bundle_id: first.cve.bundle_id,
      num_versions: 1,
      type: null,
      blueprints,
      num_devices: found.length,
      software_versions: [version]
    }
  ]
}

/** A page of the rows that fit the filter, by the column that is asked for. */
const page = (url: URL, rows: ReadonlyArray<Row>): Effect.Effect<Answer, Answer> =>
  Effect.flatMap(readFilter(url.searchParams.get("filter") ?? ""), (fits) => {
    const sorted = sortedBy(rows.filter(fits), url.searchParams.get("sort_by") ?? "", (row, column) => row[column])
    return numberedPage(url, 50, fromArray(sorted), Effect.succeed)
  })

/** Vulnerabilities. */
export const vulnerabilities = resource({
  routes: (tenant) => {
    const find = (id: string): Effect.Effect<ReadonlyArray<Detection>, Answer> =>
      Effect.suspend(() => {
        const found = detectionsOf(tenant).filter(({ cve }) => cve.cve_id === id.toUpperCase())
        return found.length === 0 ? missing() : Effect.succeed(found)
      })
    const one = `${path}/vulnerabilities/{cve_id}` as const

    return [
      route("GET", `${path}/detections`, ({ url }) =>
        Effect.flatMap(readFilter(url.searchParams.get("filter") ?? ""), (fits) => {
          const found = detectionsOf(tenant).filter((detection) => fits(showDetection(tenant, detection)))
          return cursorPage(url, { cursor: "after", size: "size", most: 300 }, fromArray(found), (detection) =>
            Effect.succeed(showDetection(tenant, detection))
          )
        })
      ),
      route("GET", `${path}/vulnerabilities`, ({ url }) =>
        Effect.suspend(() => {
          const all = detectionsOf(tenant)
          const rows = known.map((cve) =>
            summary(
              cve,
              all.filter((detection) => detection.cve === cve)
            )
          )
          return page(
            url,
            rows.filter(({ device_count }) => device_count > 0)
          )
        })
      ),
      route("GET", one, (_, { cve_id }) =>
        Effect.flatMap(find(cve_id), (found) => {
          const [first] = found
          if (first === undefined) return missing()
          const { software, status: _status, ...shown } = summary(first.cve, found)
          return Effect.succeed(
            json(200, {
              ...shown,
              epss_score: 0,
              description: `An invented flaw in ${software.join(", ")}.`,
              software_count: software.length,
              cve_published_at: "2023-01-09T08:00:00.000000Z",
              cve_modified_at: "2023-01-09T08:00:00.000000Z"
            })
          )
        })
      ),
      route("GET", `${one}/devices`, ({ url }, { cve_id }) =>
        Effect.flatMap(find(cve_id), (found) =>
          page(
            url,
            found.map((detection) => showDevice(tenant, detection))
          )
        )
      ),
      route("GET", `${one}/software`, ({ url }, { cve_id }) =>
        Effect.flatMap(find(cve_id), (found) => page(url, showSoftware(tenant, found)))
      )
    ]
  }
})
