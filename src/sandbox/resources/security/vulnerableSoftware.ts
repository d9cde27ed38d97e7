/**
 * The vulnerabilities of the apps on Macs. They are invented: no real vulnerability has a number of this year.
 */
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import type { RowKind } from "../fleet/deviceRows.js"
import { keptUntil } from "../fleet/kept.js"
import { type DeviceRecord, deviceTable, userTable } from "../fleet/tables.js"
import { appsOf } from "../prism/categories.js"

/** The columns of an answer, and the columns for filters and orders. */
export interface Shown {
  readonly shown: Readonly<Record<string, unknown>>
  readonly columns: Readonly<Record<string, unknown>>
}

const [chrome, zoom, slack] = ["com.google.Chrome", "us.zoom.xos", "com.tinyspeck.slackmacgap"] as const

/** The vulnerabilities. The first one affects the browser and an app that is based on it. */
export const known = [
  { cve_id: "CVE-2099-0001", apps: [chrome, slack], severity: "High", cvss_score: 8.8, kev_score: 1 },
  { cve_id: "CVE-2099-0002", apps: [zoom], severity: "Medium", cvss_score: 5.4, kev_score: 0 },
  { cve_id: "CVE-2099-0003", apps: [slack], severity: "Low", cvss_score: 3.2, kev_score: 0 }
] as const

/** One of the vulnerabilities. */
export type Cve = (typeof known)[number]

/** When the vulnerabilities were published. */
export const published = "2023-01-09T08:00:00.000000Z"

/** The page that describes a vulnerability. */
export const linkOf = (cve: string): string => `https://nvd.nist.gov/vuln/detail/${cve}`

const blueprintName = (tenant: Tenant, id: string): string => tenant.records(blueprintTable).get(id)?.name ?? ""

/** The apps on a device that have the vulnerability. */
const vulnerable = (device: DeviceRecord, cve: Cve) =>
  appsOf(device).filter(({ bundle_id }) => cve.apps.some((one) => one === bundle_id))

/** A time as the service writes it for detections, in UTC: `2023-10-13 16:15:00.000000`. */
const detected = ({ last_check_in }: DeviceRecord): string => last_check_in.replace("T", " ").replace("Z", "")

/** A row for each vulnerability of each app on each Mac. */
export const detectionRows: RowKind<Shown> = {
  name: "vulnerability detections",
  platforms: ["Mac"],
  count: (device) => known.reduce((count, cve) => count + vulnerable(device, cve).length, 0),
  rows: (tenant, device) =>
    known.flatMap((cve) =>
      vulnerable(device, cve).map((app) => {
        const shown = {
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
          bundle_id: app["bundle_id"],
          cve_id: cve.cve_id,
          cve_description: `An invented flaw in ${String(app["name"])}.`,
          cve_link: linkOf(cve.cve_id),
          cvss_score: cve.cvss_score,
          cvss_severity: cve.severity,
          first_detection_date: detected(device),
          latest_detection_date: detected(device)
        }
        const more = { cve_published_at: published, cve_modified_at: published, detection_datetime: detected(device) }
        return { shown, columns: { ...shown, ...more } }
      })
    )
}

/** The Macs that have a vulnerability. */
export const deviceRows = (cve: Cve): RowKind<Shown> => ({
  name: `devices with ${cve.cve_id}`,
  platforms: ["Mac"],
  count: (device) => (vulnerable(device, cve).length > 0 ? 1 : 0),
  rows: (tenant, device) => {
    const apps = vulnerable(device, cve)
    const at = detected(device)
    const [first, ...rest] = apps.map(({ name, path, version }) => ({ name, detection_date: at, path, version }))
    if (first === undefined) return []
    const shown = {
      device_id: device.id,
      name: device.device_name,
      serial_number: device.serial_number,
      model: device.model,
      os_version: device.os_version,
      blueprint_id: device.blueprint_id,
      blueprint_name: blueprintName(tenant, device.blueprint_id),
      assigned_user: tenant.records(userTable).get(device.user ?? "")?.name ?? "",
      no_of_installs: apps.length,
      software_summary: rest.length === 0 ? first : [first, ...rest]
    }
    return [{ shown, columns: { name: device.device_name, detection_datetime: at } }]
  }
})

interface Found {
  readonly name: string
  readonly bundle_id: unknown
  readonly version: unknown
  latest: string
  devices: number
  readonly blueprints: Set<string>
}

/** A summary of the detections of a vulnerability. */
export interface Summary {
  devices: number
  first: string
  latest: string
  readonly software: Map<string, Found>
}

const summaries = keptUntil<ReadonlyMap<string, Summary>>("values")

/** The summaries of all vulnerabilities that at least one Mac has. */
export const summariesOf = (tenant: Tenant): ReadonlyMap<string, Summary> =>
  summaries(tenant, "", () => {
    const all = new Map<string, Summary>()
    for (const device of tenant.records(deviceTable).values()) {
      if (device.platform !== "Mac") continue
      const at = device.last_check_in
      for (const cve of known) {
        const apps = vulnerable(device, cve)
        if (apps.length === 0) continue
        const summary = all.get(cve.cve_id) ?? { devices: 0, first: at, latest: at, software: new Map<string, Found>() }
        all.set(cve.cve_id, summary)
        summary.devices++
        if (at < summary.first) summary.first = at
        if (at > summary.latest) summary.latest = at
        for (const { bundle_id, name, version } of apps) {
          const text = String(name)
          const found = summary.software.get(text) ?? {
            name: text,
            bundle_id,
            version,
            latest: at,
            devices: 0,
            blueprints: new Set<string>()
          }
          summary.software.set(text, found)
          found.devices++
          found.blueprints.add(device.blueprint_id)
          if (at > found.latest) found.latest = at
        }
      }
    }
    return all
  })

/** The software with a vulnerability. All Macs have the same version of it. */
export const softwareRows = (tenant: Tenant, { software }: Summary): ReadonlyArray<Shown> =>
  [...software.values()].map(({ blueprints: ids, bundle_id, devices, latest, name, version }) => {
    const blueprints = [...ids].map((id) => ({ id, name: blueprintName(tenant, id) }))
    const at = latest.replace("T", " ").replace("Z", "")
    return {
      shown: {
        name,
        bundle_id,
        num_versions: 1,
        type: null,
        blueprints,
        num_devices: devices,
        software_versions: [{ latest_detection_date: at, blueprints, version, devices_impacted: devices }]
      },
      columns: { software: name, blueprint_id: [...ids], detection_datetime: at }
    }
  })
