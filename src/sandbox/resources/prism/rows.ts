/**
 * The rows of a category, built of its devices when they are asked for.
 */
import * as Effect from "effect/Effect"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { type DeviceRecord, deviceTable, userTable } from "../fleet/tables.js"
import type { Category, Columns } from "./categories.js"
import { readFilter } from "./filter.js"
import { sortedBy } from "./sorting.js"

/** The family of a device, as Prism calls it. */
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

/** A row with an id, which a cursor goes by and no answer shows. */
export interface Row {
  readonly id: string
  readonly columns: Columns
}

const listOf = (text: string | null): ReadonlyArray<string> =>
  (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")

const rowsOf = (tenant: Tenant, category: Category, only: (device: DeviceRecord) => boolean): ReadonlyArray<Row> => {
  const found: Array<Row> = []
  for (const device of tenant.records(deviceTable).values()) {
    if (!category.platforms.includes(device.platform) || !only(device)) continue
    const common = commonOf(tenant, device)
    for (const [place, columns] of category.rows(device).entries()) {
      found.push({ id: `${device.id}|${place}`, columns: { ...common, ...columns } })
    }
  }
  return found
}

/** The rows that a query asks for. */
export const rowsFor = (tenant: Tenant, category: Category, query: URLSearchParams) =>
  Effect.map(readFilter(query.get("filter") ?? ""), (fits) => {
    const [blueprints, families] = [listOf(query.get("blueprint_ids")), listOf(query.get("device_families"))]
    const rows = rowsOf(
      tenant,
      category,
      (device) =>
        (blueprints.length === 0 || blueprints.includes(device.blueprint_id)) &&
        (families.length === 0 || families.includes(familyOf(device)))
    ).filter(({ columns }) => fits(columns))
    return sortedBy(rows, query.get("sort_by") ?? "", ({ columns }, column) => columns[column])
  })
