/**
 * Vulnerabilities of the apps on Macs: the listing of all, and listings by device and by software.
 */
import * as Effect from "effect/Effect"
import { type Answer, json } from "../../gateway/exchange.js"
import { cursorPage, numberedPage } from "../../gateway/pageStyles.js"
import { badFields, missing } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { fromArray } from "../../tenant/collection.js"
import { number } from "../../tenant/pageWords.js"
import { resource } from "../../tenant/resource.js"
import type { Tenant } from "../../tenant/tenant.js"
import { utcTime } from "../../tenant/time.js"
import { allRows, chosenRows } from "../fleet/deviceRows.js"
import { readFilter } from "../prism/filter.js"
import { orderOf } from "../prism/sorting.js"
import {
  type Cve,
  detectionRows,
  deviceRows,
  known,
  linkOf,
  published,
  type Shown,
  softwareRows,
  summariesOf,
  type Summary
} from "./vulnerableSoftware.js"

const path = "/api/v1/vulnerability-management"

/** A vulnerability with a summary of its detections. */
const summaryOf = (cve: Cve, { devices, first, latest }: Summary) => ({
  cve_id: cve.cve_id,
  severity: cve.severity,
  cvss_score: cve.cvss_score,
  kev_score: cve.kev_score,
  cve_link: linkOf(cve.cve_id),
  first_detection_date: first,
  latest_detection_date: latest,
  device_count: devices
})

/** The severities of CVSS, the lowest first. */
const ranks: ReadonlyArray<string> = ["None", "Low", "Medium", "High", "Critical"]

const vulnerabilityRows = (tenant: Tenant): ReadonlyArray<Shown> =>
  known.flatMap((cve) => {
    const summary = summariesOf(tenant).get(cve.cve_id)
    if (summary === undefined) return []
    const shown = { ...summaryOf(cve, summary), software: [...summary.software.keys()], status: "Active" }
    return [{ shown, columns: { ...shown, known_exploit: cve.kev_score } }]
  })

/**
 * The value that a column is sorted by. It differs from the shown value for some columns: an older vulnerability has a
 * greater age.
 */
const sortKey = ({ columns }: Shown, column: string): unknown => {
  if (column === "age") return -utcTime(String(columns["first_detection_date"]))
  if (column === "severity") return ranks.indexOf(String(columns[column]))
  return columns[column]
}

const [softwareColumns, deviceColumns] = [
  ["blueprint_id", "detection_datetime"],
  ["name", "detection_datetime"]
] as const
const vulnerabilityColumns = ["cve_id", "software", "severity", "first_detection_date", "status"]
const vulnerabilityOrders = "age cve_id cvss_score device_count known_exploit software severity status".split(" ")

/** Reads the filter and the order of a query. An unknown order is refused. */
const readChoice = (
  query: URLSearchParams,
  columns: ReadonlyArray<string> | undefined,
  orders: ReadonlyArray<string>
) =>
  Effect.gen(function* () {
    const [filter, order] = [query.get("filter") ?? "", query.get("sort_by") ?? ""]
    const fits = yield* readFilter(filter, columns)
    if (order !== "" && !orders.includes(order.replace(/^-/, ""))) {
      return yield* badFields({ sort_by: [`"${order}" is not a valid choice.`] })
    }
    return {
      key: JSON.stringify([filter, order]),
      asksForAll: filter === "" && order === "",
      fits: (row: Shown) => fits(row.columns),
      compare: orderOf<Shown>(order, sortKey)
    }
  })

const most = 50
const show = ({ shown }: Shown) => Effect.succeed(shown)

/** A page of rows in memory. */
const page = (
  url: URL,
  rows: () => ReadonlyArray<Shown>,
  columns: ReadonlyArray<string>,
  orders: ReadonlyArray<string>
): Effect.Effect<Answer, Answer> =>
  Effect.flatMap(readChoice(url.searchParams, columns, orders), ({ compare, fits }) => {
    const found = rows().filter(fits)
    return numberedPage(url, most, fromArray(compare === undefined ? found : found.toSorted(compare)), show)
  })

export const vulnerabilities = resource({
  routes: (tenant) => {
    const find = (id: string): Effect.Effect<readonly [Cve, Summary], Answer> =>
      Effect.suspend(() => {
        const cve = known.find(({ cve_id }) => cve_id === id.toUpperCase())
        const summary = summariesOf(tenant).get(id.toUpperCase())
        return cve === undefined || summary === undefined ? missing() : Effect.succeed([cve, summary] as const)
      })
    const one = `${path}/vulnerabilities/{cve_id}` as const

    return [
      route("GET", `${path}/detections`, ({ url }) =>
        Effect.flatMap(readChoice(url.searchParams, undefined, []), (choice) =>
          cursorPage(
            url,
            { cursor: "after", size: "size", most: 300 },
            choice.asksForAll ? allRows(tenant, detectionRows) : chosenRows(tenant, detectionRows, choice),
            ({ row }) => show(row)
          )
        )
      ),
      route("GET", `${path}/vulnerabilities`, ({ url }) =>
        page(url, () => vulnerabilityRows(tenant), vulnerabilityColumns, vulnerabilityOrders)
      ),
      route("GET", one, (_, { cve_id }) =>
        Effect.map(find(cve_id), ([cve, summary]) => {
          const software = [...summary.software.keys()]
          return json(200, {
            ...summaryOf(cve, summary),
            epss_score: 0,
            description: `An invented flaw in ${software.join(", ")}.`,
            software_count: software.length,
            cve_published_at: published,
            cve_modified_at: published
          })
        })
      ),
      route("GET", `${one}/devices`, ({ url }, { cve_id }) =>
        Effect.gen(function* () {
          const kind = deviceRows((yield* find(cve_id))[0])
          const choice = yield* readChoice(url.searchParams, deviceColumns, deviceColumns)
          const rows = choice.asksForAll ? allRows(tenant, kind) : chosenRows(tenant, kind, choice)
          return yield* numberedPage(url, most, rows, ({ row }) => show(row))
        })
      ),
      route("GET", `${one}/software`, ({ url }, { cve_id }) =>
        Effect.flatMap(find(cve_id), ([, summary]) =>
          page(url, () => softwareRows(tenant, summary), softwareColumns, ["software", "detection_datetime"])
        )
      )
    ]
  },
  page: [
    {
      id: "vulnerabilities",
      place: "security",
      title: "Vulnerabilities",
      noun: "vulnerabilities",
      path,
      rows: (tenant) =>
        Effect.sync(() =>
          fromArray(
            Array.from(summariesOf(tenant), ([id, { devices, software }]) => ({ id, devices, software }))
              .map((found) => ({ ...found, cve: known.find(({ cve_id }) => cve_id === found.id) }))
              .toSorted((one, other) => (other.cve?.cvss_score ?? 0) - (one.cve?.cvss_score ?? 0))
              .map(({ cve, devices, id, software }) => ({
                id,
                name: id,
                facts: [[...software.keys()].join(", "), `${number(devices)} devices`, `CVSS ${cve?.cvss_score}`],
                tags: [{ text: cve?.severity ?? "", kind: cve?.severity === "High" ? "bad" : "warn" }]
              }))
          )
        ),
      open: (tenant, id) => vulnerabilityRows(tenant).find(({ shown }) => shown["cve_id"] === id)?.shown
    }
  ]
})
