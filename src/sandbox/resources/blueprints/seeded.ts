/**
 * The library items that a seed has assigned to Blueprints.
 */
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "./table.js"

/** Whether a seed has assigned the item to the Blueprint. Then devices have already installed it. */
export const hadBefore = ({ seeds }: Tenant, blueprintId: string, itemId: string): boolean =>
  seeds.some((seeding) => {
    const rows = blueprintTable.rows(seeding)
    const index = rows.indexOf(blueprintId)
    return index !== undefined && rows.at(index).nodes[0].items.includes(itemId)
  })
