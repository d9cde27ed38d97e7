/**
 * Devices as far as Blueprints and library items know them. Only a seed makes them: nothing is ever enrolled here.
 */
import type { Listing, Rows } from "../../tenant/collection.js"
import { fromArray } from "../../tenant/collection.js"
import { named, type Seeding } from "../../tenant/seeding.js"
import { rowsOf } from "../../tenant/seedNumbers.js"
import { people } from "../../tenant/seedWords.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "./table.js"

/** A device. */
export interface Computer {
  readonly id: string
  readonly name: string
}

/** The devices of a seed, spread over its Blueprints. */
const computers = (seeding: Seeding): Rows<Computer> => {
  const blueprints = blueprintTable.rows(seeding).size
  return rowsOf(blueprints === 0 ? 0 : seeding.count("computers"), seeding.key("computers"), (index, id) => ({
    id,
    name: `${named(people, index % blueprints)} Mac ${Math.floor(index / blueprints) + 1}`
  }))
}

/** The devices on a Blueprint. */
export const computersOn = ({ seeds }: Tenant, blueprintId: string): Listing<Computer> => {
  for (const seeding of seeds) {
    const blueprints = blueprintTable.rows(seeding)
    const first = blueprints.indexOf(blueprintId)
    if (first === undefined) continue
    const rows = computers(seeding)
    const size = Math.max(0, Math.ceil((rows.size - first) / blueprints.size))
    return {
      size,
      slice: (offset, limit) =>
        Array.from({ length: Math.max(0, Math.min(limit, size - offset)) }, (_, index) =>
          rows.at(first + (offset + index) * blueprints.size)
        )
    }
  }
  return fromArray([])
}

/** A device, and the Blueprint that it is on. */
export const findComputer = ({ seeds }: Tenant, given: string) => {
  const id = given.toLowerCase()
  for (const seeding of seeds) {
    const rows = computers(seeding)
    const index = rows.indexOf(id)
    if (index === undefined) continue
    const blueprints = blueprintTable.rows(seeding)
    return { computer: rows.at(index), blueprintId: blueprints.idAt(index % blueprints.size) }
  }
  return undefined
}

/** Whether an item lay on a Blueprint from the beginning: then devices have had it for long. */
export const hadBefore = ({ seeds }: Tenant, blueprintId: string, itemId: string): boolean =>
  seeds.some((seeding) => {
    const rows = blueprintTable.rows(seeding)
    const index = rows.indexOf(blueprintId)
    return index !== undefined && rows.at(index).nodes[0].items.includes(itemId)
  })
