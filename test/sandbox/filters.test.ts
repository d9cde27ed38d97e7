/**
 * Every filter that a listing of the API has, walked over the table of operations: each leaves a part of a furnished
 * tenant, and each order is one.
 */
import { layer } from "@effect/vitest"
import type { Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as SchemaAST from "effect/SchemaAST"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, keysOf, listAt, nowhere, textAt } from "./support.js"

type Listing = Extract<Operation.Any, { readonly _tag: "Listing" }>

const all = Object.values(operations)
  .flatMap((group): ReadonlyArray<Operation.Any> => Object.values(group))
  .filter((operation): operation is Listing => operation._tag === "Listing")

const filtersOf = ({ query }: Listing): ReadonlyArray<string> =>
  query === undefined
    ? []
    : SchemaAST.getPropertySignatures(SchemaAST.typeAST(query.ast)).map(({ name }) => String(name))

/** What an order can be, where it is one of some words. */
const ordersOf = ({ query }: Listing, filter: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  const visit = (ast: SchemaAST.AST): void => {
    if (SchemaAST.isLiteral(ast)) words.push(String(ast.literal))
    else if (SchemaAST.isUnion(ast)) ast.types.forEach(visit)
    else if (SchemaAST.isTupleType(ast)) ast.rest.forEach(({ type }) => visit(type))
  }
  if (query !== undefined) {
    const found = SchemaAST.getPropertySignatures(SchemaAST.typeAST(query.ast)).find(({ name }) => name === filter)
    if (found !== undefined) visit(found.type)
  }
  return words
}

/** A value of a filter that fits some records; `Nothing` where it can fit none, because all have the same one. */
class Nothing {
  constructor(readonly value: unknown) {}
}
const nothing = (value: unknown) => new Nothing(value)

/** Values for each filter of a listing, from its first record. */
type Values = (
  first: (...keys: ReadonlyArray<string | number>) => string,
  records: ReadonlyArray<unknown>
) => Readonly<Record<string, unknown>>

const fits = (value: string) => ({ in: [value] })
const [before, after, month] = ["2024-09-01T00:00:00.0", "2024-10-01T00:00:00.0", "2024-09-15"] as const

const ofPrism: Values = (first, records) => ({
  blueprint_ids: [first("blueprint_id")],
  device_families: records.every((row) => at(row, "device__family") === "Mac") ? nothing(["iPad"]) : ["iPad"],
  filter: { device_id: fits(first("device_id")) },
  sort_by: "-device__name"
})

const narrowing: Readonly<Record<string, Values>> = {
  "AdeDevices.stream": (first) => ({
    blueprint_id: nothing(nowhere),
    user_id: nothing(nowhere),
    dep_account: nothing(nowhere),
    device_family: first("device_family"),
    model: first("model").slice(2),
    os: first("os"),
    profile_status: first("profile_status"),
    serial_number: first("serial_number").slice(3)
  }),
  "AuditEvents.stream": () => ({ sort_by: "-occurred_at", start_date: month, end_date: month }),
  "Blueprints.stream": (first) => ({ id: first("id"), id__in: [first("id")], name: first("name").slice(1) }),
  "Devices.stream": (first) => ({
    asset_tag: "A-1000",
    blueprint_id: first("blueprint_id").slice(2),
    device_id: first("device_id"),
    device_name: first("device_name"),
    filevault_enabled: false,
    mac_address: "30:A",
    model: "iPhone",
    os_version: "18.3",
    platform: "Android",
    serial_number: first("serial_number").slice(2),
    tag_name: "Lab",
    tag_name_in: ["Lab", "Kiosk"],
    tag_id: nothing(nowhere),
    tag_id_in: nothing([nowhere]),
    user: first("user", "name"),
    user_email: first("user", "email").slice(1),
    user_email_exact: first("user", "email"),
    user_id: first("user", "id"),
    user_name: first("user", "name").slice(1),
    ordering: "-device_name"
  }),
  "LibraryItems.activity": () => ({
    activity_type: "library_item_created",
    user_id: nothing(nowhere),
    user_email: nothing("nobody@sandbox.invalid")
  }),
  "LibraryItems.status": (first) => ({ computer_id: first("computer", "id") }),
  "Tags.stream": () => ({ search: "la" }),
  "Threats.stream": (first) => ({
    statuses: ["released"],
    device_id: first("device_id"),
    classification: "pup",
    term: first("device_name"),
    detection_date_from: before,
    detection_date_to: after,
    date_range: 365,
    management_state: ["open"],
    tags: ["escalated"],
    severities: ["critical", "low"],
    sort_by: "-severity"
  }),
  "Threats.behavioralDetections": (first) => ({
    device_id: nothing(nowhere),
    classifications: [first("classification")],
    statuses: [first("threat_status")],
    search_term: first("parent_process", "sha256"),
    detection_from: first("detection_date").replace("+00:00", "Z"),
    detection_to: nothing("2020-01-01"),
    management_state: [first("management_state")],
    severities: [first("severity")],
    tags: nothing(["no tag"]),
    sort_by: "-severity"
  }),
  "Threats.legacyThreats": (first) => ({
    classification: "pup",
    date_range: 365,
    device_id: first("device_id"),
    status: "released",
    term: first("file_path").slice(1),
    sort_by: "-status"
  }),
  "Threats.legacyDetections": (first) => ({
    threat_id: first("threat_id"),
    classification: "malicious",
    status: "blocked",
    date_range: 365,
    detection_date_from: month,
    detection_date_to: month,
    detection_date: first("detection_date").slice(0, 10),
    device_id: first("device_info", "id"),
    malware_family: "3CX",
    parent_process_name: "zsh",
    target_process_name: "curl",
    informational_tags: ["exploit"],
    term: first("device_info", "name"),
    sort_by: "-status"
  }),
  "Users.stream": (first) => ({
    email: first("email").slice(1),
    id: first("id"),
    integration_id: nothing(nowhere),
    archived: true
  }),
  "Vulnerabilities.stream": (first) => ({ sort_by: "-severity", filter: { cve_id: fits(first("cve_id")) } }),
  "Vulnerabilities.devices": (first) => ({ sort_by: "-name", filter: { name: fits(first("name")) } }),
  "Vulnerabilities.software": () => ({
    sort_by: "-software",
    filter: nothing({ detection_datetime: { lt: "2020-01-01T00:00:00Z" } })
  }),
  "Vulnerabilities.detections": (first) => ({ filter: { device_name: fits(first("device_name")) } })
}
const valuesOf = ({ name }: Listing): Values => narrowing[name] ?? (name.startsWith("Prism.") ? ofPrism : () => ({}))

/** What a listing cannot do without. */
const needed: Readonly<Record<string, (device: string) => Readonly<Record<string, unknown>>>> = {
  "Threats.stream": () => ({ statuses: ["quarantined", "not_quarantined", "released"] }),
  "Threats.behavioralDetections": (device_id) => ({ device_id })
}

/** What a record is sorted by, where it is called otherwise in the record, or is not in alphabetical order. */
const severity = (record: unknown) =>
  ["informational", "low", "medium", "high", "critical"].indexOf(String(at(record, "severity")).toLowerCase())
const keys: Readonly<Record<string, (record: unknown) => unknown>> = {
  age: (record) => -Date.parse(String(at(record, "first_detection_date"))),
  associated_item: (record) => at(record, "library_item_name") ?? at(record, "library_item", "name"),
  detection_datetime: (record) =>
    at(record, "software_summary", "detection_date") ??
    at(record, "software_summary", 0, "detection_date") ??
    at(record, "software_versions", 0, "latest_detection_date"),
  known_exploit: (record) => at(record, "kev_score"),
  severity,
  software: (record) => at(record, "software", 0) ?? at(record, "name"),
  process: (record) => at(record, "target_process", "name"),
  parent_process_name: (record) => at(record, "parent_process", "name"),
  target_process_name: (record) => at(record, "target_process", "name"),
  user: (record) => at(record, "user", "id"),
  device_name: (record) => at(record, "device_name") ?? at(record, "device_info", "name"),
  status: (record) => at(record, "status") ?? at(record, "threat_status")
}

const sizes = { limit: "300", size: "300", sizePerPage: "300" }

/** One page of a listing, as large as it can be, and how many records there are in all. */
const page = (operation: Listing, ids: ReadonlyArray<string>, filters: Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const encoded: Either.Either<{ path: string; query: Readonly<Record<string, unknown>> }, unknown> = Reflect.apply(
      operation.encode,
      undefined,
      [...ids, filters]
    )
    const { path, query } = yield* Effect.orDieWith(encoded, (problems) => new Error(JSON.stringify(problems)))
    const asked = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
    const { json, status } = yield* call("GET", `${path}?${new URLSearchParams([...Object.entries(sizes), ...asked])}`)
    expect([operation.name, filters, status]).toEqual([operation.name, filters, 200])
    const records = Array.isArray(json)
      ? listAt(json)
      : listAt(json, at(json, "data") === undefined ? "results" : "data")
    const total = at(json, "count") ?? at(json, "total") ?? at(json, "total_count")
    return { records, total: typeof total === "number" ? total : records.length }
  })

layer(Sandbox.layer({ seed: { devices: 200, tags: 5 } }))("filters", (it) => {
  it.effect("each selects some of the records, and each order sorts them", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const blueprint = textAt((yield* call("GET", "/api/v1/blueprints")).json, "results", 0, "id")
      const items = yield* call("GET", `/api/v1/blueprints/${blueprint}/list-library-items`)
      const item = textAt(items.json, "results", 0, "id")
      const detections = listAt((yield* call("GET", "/api/v1/behavioral-detections")).json, "results")
      const devices = detections.map((one) => textAt(one, "device_info", "id"))
      const device = devices.find((id) => devices.filter((one) => one === id).length > 4) ?? ""
      for (const operation of all.filter((one) => filtersOf(one).length > 0)) {
        const { name } = operation
        const ids = operation.ids.map((id) => (id === "library_item_id" ? item : "CVE-2099-0001"))
        const base = needed[name]?.(device) ?? {}
        const whole = yield* page(operation, ids, base)
        // The kinds of Mac that are seeded run without kernel extensions.
        if (name === "Prism.kernelExtensions") {
          expect(whole.total).toBe(0)
          continue
        }
        const owned = whole.records.find((record) => at(record, "user") !== "")
        const values = valuesOf(operation)((...path) => textAt(owned, ...path), whole.records)
        expect([name, Object.keys(values).sort()]).toEqual([name, [...filtersOf(operation)].sort()])
        for (const [filter, given] of Object.entries(values)) {
          if (filter === "sort_by" || filter === "ordering") continue
          const value = given instanceof Nothing ? given.value : given
          const { total } = yield* page(operation, ids, { ...base, [filter]: value })
          expect
            .soft([name, filter, total < whole.total, total > 0])
            .toEqual([name, filter, true, !(given instanceof Nothing)])
        }
        for (const filter of ["sort_by", "ordering"].filter((one) => one in values)) {
          const words = ordersOf(operation, filter)
          for (const word of words.length > 0 ? words : [String(values[filter])]) {
            const { records, total } = yield* page(operation, ids, {
              ...base,
              [filter]: filter === "ordering" ? [word] : word
            })
            const column = word.replace(/^-/, "")
            const found = records.map((record) => keys[column]?.(record) ?? at(record, column))
            const sign = word.startsWith("-") ? -1 : 1
            const compare = (one: unknown, other: unknown) =>
              typeof one === "number" && typeof other === "number"
                ? sign * (one - other)
                : sign *
                  (String(one ?? "") < String(other ?? "") ? -1 : String(one ?? "") > String(other ?? "") ? 1 : 0)
            expect.soft([name, word, total, found]).toEqual([name, word, whole.total, found.toSorted(compare)])
          }
        }
      }
    })
  )

  it.effect("with an invalid value are refused under their names", () =>
    Effect.gen(function* () {
      for (const [query, field] of [
        ["/api/v1/threat-details?status=asleep", "status"],
        ["/api/v1/threat-details?date_range=soon", "date_range"],
        ["/api/v1/threat-details?sort_by=colour", "sort_by"],
        ["/api/v1/behavioral-detections?detection_date_from=yesterday", "detection_date_from"],
        ["/api/v2/threat/threat-details?statuses=released&severities=awful", "severities"],
        ["/api/v2/threat/threat-details?statuses=released&date_range=7&detection_date_to=2026-01-01", "date_range"],
        ["/api/v2/threat/behavioral-detections/events?device_id=1&classifications=bad", "classifications"],
        ["/api/v1/vulnerability-management/vulnerabilities?sort_by=colour", "sort_by"],
        ["/api/v1/audit/events?sort_by=colour", "sort_by"]
      ] as const) {
        const { json, status } = yield* call("GET", query)
        expect([query, status, keysOf(json)]).toEqual([query, 400, [field]])
      }
      const filter = JSON.stringify({ colour: { in: ["red"] } })
      const path = "/api/v1/vulnerability-management/vulnerabilities"
      const refused = yield* call("GET", `${path}?${new URLSearchParams({ filter })}`)
      expect([refused.status, refused.json]).toEqual([400, { detail: "Invalid filter." }])
    })
  )
})
