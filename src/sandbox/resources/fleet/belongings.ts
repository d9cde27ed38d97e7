/**
 * An index of the records that belong to a device. Without it, finding a device's commands would search all commands of
 * a fleet.
 */
import * as Effect from "effect/Effect"
import type { Identified } from "../../tenant/collection.js"
import type { Table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"
import { commandTable, noteTable } from "./tables.js"

/** Indexes the records of a table by device. The table must not be seeded. */
const belongings = <R extends Identified & { readonly device_id: string }>(table: Table<R>) => {
  const tenants = new WeakMap<Tenant, { readonly generation: number; readonly ids: Map<string, Set<string>> }>()
  const idsOf = (tenant: Tenant): Map<string, Set<string>> => {
    const generation = tenant.generation()
    const found = tenants.get(tenant)
    if (found?.generation === generation) return found.ids
    const ids = new Map<string, Set<string>>()
    for (const record of tenant.records(table).touched()) add(ids, record)
    tenants.set(tenant, { generation, ids })
    return ids
  }
  const add = (ids: Map<string, Set<string>>, { device_id, id }: R): void => {
    const own = ids.get(device_id)
    if (own === undefined) ids.set(device_id, new Set([id]))
    else own.add(id)
  }
  return {
    /** Updates the index when records are added or removed. Called in `setup`. */
    watch: (tenant: Tenant): void =>
      tenant.on(table, ({ action, record }) =>
        Effect.sync(() => {
          if (action === "delete") idsOf(tenant).get(record.device_id)?.delete(record.id)
          else add(idsOf(tenant), record)
        })
      ),
    /** The records of a device, the oldest first. */
    of: (tenant: Tenant, deviceId: string): ReadonlyArray<R> =>
      [...(idsOf(tenant).get(deviceId) ?? [])].flatMap((id) => tenant.records(table).get(id) ?? []),
    /** Removes the records of a device that was deleted. */
    forget: (tenant: Tenant, deviceId: string): Effect.Effect<void> =>
      Effect.sync(() => {
        for (const id of idsOf(tenant).get(deviceId) ?? []) tenant.records(table).remove(id)
        idsOf(tenant).delete(deviceId)
      })
  }
}

export const commands = belongings(commandTable)

export const notes = belongings(noteTable)
