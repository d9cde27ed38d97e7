/**
 * Library items of any kind.
 */
import type { Readable, Rows } from "../../tenant/collection.js"
import type { Seeding } from "../../tenant/seeding.js"
import type { Tenant } from "../../tenant/tenant.js"
import { appTable } from "./customApps.js"
import { profileTable } from "./customProfiles.js"
import { scriptTable } from "./customScripts.js"
import { inHouseTable } from "./inHouseApps.js"

/** The fields that all library items have. */
export interface LibraryRecord {
  readonly id: string
  readonly name: string
  readonly created_at: string
  readonly updated_at: string
}

interface Kind {
  readonly key: string
  readonly records: (tenant: Tenant) => Readable<LibraryRecord>
  readonly rows: (seeding: Seeding) => Rows<LibraryRecord>
}

const kinds: ReadonlyArray<Kind> = [
  { ...profileTable, records: (tenant) => tenant.records(profileTable) },
  { ...scriptTable, records: (tenant) => tenant.records(scriptTable) },
  { ...appTable, records: (tenant) => tenant.records(appTable) },
  { ...inHouseTable, records: (tenant) => tenant.records(inHouseTable) }
]

/** A summary of a library item. */
export interface ItemAtAGlance {
  readonly id: string
  readonly name: string
  /** The key of its table, such as `customApps`. */
  readonly kind: string
}

/** Whether the records of a table are library items. */
export const isLibrary = (table: string): boolean => kinds.some(({ key }) => key === table)

/** Finds a library item of any kind. */
export const findItem = (tenant: Tenant, id: string): ItemAtAGlance | undefined => {
  for (const { key, records } of kinds) {
    const record = records(tenant).get(id)
    if (record !== undefined) return { id: record.id, name: record.name, kind: key }
  }
  return undefined
}

/** The ids of a seed's library items. The index counts through all kinds. */
export const seededLibrary = (seeding: Seeding): { readonly size: number; readonly at: (place: number) => string } => {
  const parts = kinds.map(({ rows }) => rows(seeding))
  return {
    size: parts.reduce((sum, { size }) => sum + size, 0),
    at: (place) => {
      let index = place
      for (const rows of parts) {
        if (index < rows.size) return rows.idAt(index)
        index -= rows.size
      }
      throw new RangeError(`The library of the seed has no item ${place}.`)
    }
  }
}

/** Finds a seeded library item, with its index and the key that its table's rows are derived from. */
export const findSeeded = (seeding: Seeding, id: string) => {
  for (const { key, rows } of kinds) {
    const found = rows(seeding)
    const index = found.indexOf(id)
    if (index !== undefined) return { index, record: found.at(index), key: seeding.key(key) }
  }
  return undefined
}
