/**
 * The rows of a category, built from its devices on demand.
 */
import * as Effect from "effect/Effect"
import type { Answer } from "../../gateway/exchange.js"
import type { Listing } from "../../tenant/collection.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { allRows, chosenRows, type PlacedRow, type RowKind } from "../fleet/deviceRows.js"
import { type DeviceRecord, userTable } from "../fleet/tables.js"
import type { Category, Columns } from "./categories.js"
import { readFilter } from "./filter.js"
import { orderOf } from "./sorting.js"

/** Prism's name of a device's family. */
const familyOf = ({ platform }: DeviceRecord): string => (platform === "AppleTV" ? "tvOS" : platform)

const commonOf = (tenant: Tenant, device: DeviceRecord): Columns => {
  const user = device.user === null ? undefined : tenant.records(userTable).get(device.user)
  return {
    device_id: device.id,
    device__name: device.device_name,
    device__family: familyOf(device),
    device__user_id: user?.id ?? "",
    device__user_name: user?.name ?? null,
    device__user_email: user?.email ?? null,
    blueprint_id: device.blueprint_id,
    blueprint_name: tenant.records(blueprintTable).get(device.blueprint_id)?.name ?? "",
    tags: null,
    asset_tag: device.asset_tag,
    serial_number: device.serial_number,
    model_id: device.model,
    count: null,
    created_at: device.first_enrollment,
    updated_at: device.last_check_in,
    last_changed_at: null,
    last_collected_at: device.last_check_in
  }
}

const listOf = (text: string | null): ReadonlyArray<string> =>
  (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")

const kindOf = (name: string, { platforms, rows }: Category): RowKind<Columns> => ({
  name,
  platforms,
  count: (device) => rows(device).length,
  rows: (tenant, device) => {
    const common = commonOf(tenant, device)
    return rows(device).map((columns) => ({ ...common, ...columns }))
  }
})

/** The parameters of a listing. */
const parameters = ["blueprint_ids", "device_families", "filter", "sort_by"] as const

/** The rows that match a query. Without filters and order, only the rows of the page are built. */
export const rowsFor = (
  tenant: Tenant,
  name: string,
  category: Category,
  query: URLSearchParams
): Effect.Effect<Listing<PlacedRow<Columns>>, Answer> =>
  Effect.map(readFilter(query.get("filter") ?? ""), (fits) => {
    const kind = kindOf(name, category)
    const key = JSON.stringify(parameters.map((parameter) => query.get(parameter) ?? ""))
    if (key === JSON.stringify(parameters.map(() => ""))) return allRows(tenant, kind)
    const [blueprints, families] = [listOf(query.get("blueprint_ids")), listOf(query.get("device_families"))]
    return chosenRows(tenant, kind, {
      key,
      fits: (row) =>
        (blueprints.length === 0 || blueprints.includes(String(row["blueprint_id"]))) &&
        (families.length === 0 || families.includes(String(row["device__family"]))) &&
        fits(row),
      compare: orderOf<Columns>(query.get("sort_by") ?? "", (row, column) => row[column])
    })
  })
