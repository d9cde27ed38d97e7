/**
 * What a seed has put on Blueprints.
 */
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "./table.js"

/** Whether an item lay on a Blueprint from the beginning: then devices have had it for long. */
export const hadBefore = ({ seeds }: Tenant, blueprintId: string, itemId: string): boolean =>
  seeds.some((seeding) => {
    const rows = blueprintTable.rows(seeding)
    const index = rows.indexOf(blueprintId)
    return index !== undefined && rows.at(index).nodes[0].items.includes(itemId)
  })
