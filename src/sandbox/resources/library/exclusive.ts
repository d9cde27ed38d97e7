/**
 * Library items of exclusive types: an assignment node can have only one item of each such type.
 */
import * as Schema from "effect/Schema"
import { table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"

const Exclusive = Schema.Struct({ id: Schema.String, type: Schema.String })

/** The exclusive types, by the id of the item. */
export const exclusiveTable = table({ key: "exclusiveTypes", schema: Exclusive })

/** The exclusive type of an item; `undefined` if it has none. */
export const exclusiveType = (tenant: Tenant, id: string): string | undefined =>
  tenant.records(exclusiveTable).get(id)?.type
