/**
 * Library items of which an assignment node can have only one of a type.
 */
import * as Schema from "effect/Schema"
import { table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"

const Exclusive = Schema.Struct({ id: Schema.String, type: Schema.String })

/** The types of library items, by the id of the item. */
export const exclusiveTable = table({ key: "exclusiveTypes", schema: Exclusive })

/** The type of an item that cannot share an assignment node with another of it. */
export const exclusiveType = (tenant: Tenant, id: string): string | undefined =>
  tenant.records(exclusiveTable).get(id)?.type
