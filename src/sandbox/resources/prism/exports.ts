/**
 * Exports of Prism to CSV. An export is pending for two seconds; then its file is in storage.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { isRecord, readInput } from "../../gateway/body.js"
import { type Answer, json } from "../../gateway/exchange.js"
import { badDetail, missing } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { fromArray, type Listing } from "../../tenant/collection.js"
import { resource } from "../../tenant/resource.js"
import { table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"
import { microseconds } from "../../tenant/time.js"
import type { PlacedRow } from "../fleet/deviceRows.js"
import { categories, type Category, type Columns } from "./categories.js"
import { rowsFor } from "./rows.js"

const Export = Schema.Struct({
  id: Schema.String,
  category: Schema.String,
  args: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  created: Schema.Number,
  /** When it finishes; `undefined` if it has finished. */
  due: Schema.optional(Schema.Number)
})

interface ExportRecord extends Schema.Schema.Type<typeof Export> {}

const exportTable = table<ExportRecord, typeof Export.Encoded>({ key: "prismExports", schema: Export })

/** How long an export is pending, in milliseconds. */
const duration = 2000

const keyOf = ({ category, id }: ExportRecord): string => `prism/exports/${id}/${category}.csv`

const categoryOf = (name: unknown): readonly [name: string, category: Category] | undefined =>
  Object.entries(categories).find(([one]) => one === name)

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : ""

/** The rows of an export. They are those of a listing with the same arguments. */
const rowsOf = (tenant: Tenant, named: readonly [name: string, category: Category], args: ExportRecord["args"]) => {
  const filter = args["filter"]
  const query = new URLSearchParams({
    blueprint_ids: textOf(args["blueprint_ids"]),
    device_families: textOf(args["device_families"]),
    sort_by: textOf(args["sort_by"]),
    filter: isRecord(filter) && Object.keys(filter).length > 0 ? JSON.stringify(filter) : ""
  })
  return rowsFor(tenant, ...named, query)
}

const cell = (value: unknown): string => {
  const text =
    value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** How many rows are built at the same time. */
const batch = 1000

/** A header line with the names of all columns, and a line for each row. */
const csvOf = ({ size, slice }: Listing<PlacedRow<Columns>>): string => {
  const columns = Object.keys(slice(0, 1)[0]?.row ?? {})
  const lines = [columns.map(cell).join(",")]
  for (let offset = 0; offset < size; offset += batch) {
    for (const { row } of slice(offset, batch)) lines.push(columns.map((column) => cell(row[column])).join(","))
  }
  return lines.map((line) => `${line}\r\n`).join("")
}

const finish = (tenant: Tenant, record: ExportRecord): Effect.Effect<void> => {
  const { due: _due, ...ended } = record
  const category = categoryOf(record.category)
  const rows = category === undefined ? Effect.succeed(fromArray([])) : rowsOf(tenant, category, record.args)
  return rows.pipe(
    Effect.orElseSucceed(() => fromArray([])),
    Effect.flatMap((found) => tenant.storage.put(keyOf(record), new TextEncoder().encode(csvOf(found)))),
    Effect.zipRight(tenant.save(exportTable, ended))
  )
}

const render = (tenant: Tenant, record: ExportRecord) =>
  Effect.gen(function* () {
    const { args, category, created, due, id } = record
    const isDone = due === undefined
    return {
      id,
      status: isDone ? "success" : "pending",
      category,
      args,
      error_msg: null,
      path: isDone ? keyOf(record) : null,
      signed_url: isDone ? yield* tenant.storage.presignGet(keyOf(record), yield* Clock.currentTimeMillis) : null,
      created_at: microseconds(created),
      updated_at: microseconds(isDone ? created + duration : created)
    }
  })

const path = "/api/v1/prism/export"

/** Exports. The URL of a file is valid as long as that of an installer, not for 48 hours. */
export const prismExports = resource({
  tables: [exportTable],
  files: {
    seeded: () => undefined,
    isUsed: (tenant, key) => [...tenant.records(exportTable).values()].some((record) => keyOf(record) === key)
  },
  setup: (tenant) => tenant.timer(exportTable, { at: ({ due }) => due, ring: (record) => finish(tenant, record) }),
  routes: (tenant) => [
    route("POST", path, (incoming) =>
      Effect.gen(function* () {
        const { values } = yield* readInput(incoming, ["json"])
        const { category: name, ...given } = values
        const category = categoryOf(name)
        if (category === undefined) return yield* badDetail(`Invalid category: ${textOf(name)}`)
        const args = { blueprint_ids: [], columns: [], device_families: [], filter: {}, sort_by: "", ...given }
        // An invalid filter is refused at once.
        yield* rowsOf(tenant, category, args)
        const created = yield* Clock.currentTimeMillis
        const record = { id: randomUUID(), category: String(name), args, created, due: created + duration }
        yield* tenant.save(exportTable, record)
        return json(201, yield* render(tenant, record))
      })
    ),
    route("GET", `${path}/{export_id}`, (_, { export_id }) =>
      Effect.suspend((): Effect.Effect<Answer, Answer> => {
        const record = tenant.records(exportTable).get(export_id)
        return record === undefined ? missing() : Effect.map(render(tenant, record), (shown) => json(200, shown))
      })
    )
  ]
})
