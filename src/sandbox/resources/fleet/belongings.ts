/**
 * What belongs to a device, by the device: to look through all commands for those of one would take long in a fleet.
 */
import * as Effect from "effect/Effect"
import type { Identified } from "../../tenant/collection.js"
import type { Table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"
import { commandTable, noteTable } from "./tables.js"

/** Records that belong to devices, and are not seeded. */
const belongings = <R extends Identified & { readonly device_id: string }>(table: Table<R>) => {
  const tenants = new WeakMap<Tenant, Map<string, Set<string>>>()
  const idsOf = (tenant: Tenant): Map<string, Set<string>> => {
    const found = tenants.get(tenant)
    if (found !== undefined) return found
    const made = new Map<string, Set<string>>()
    for (const record of tenant.records(table).touched()) add(made, record)
    tenants.set(tenant, made)
    return made
  }
  const add = (ids: Map<string, Set<string>>, { device_id, id }: R): void => {
    const own = ids.get(device_id)
    if (own === undefined) ids.set(device_id, new Set([id]))
    else own.add(id)
  }
  return {
    /** Notes what is added and removed. Called in `setup`. */
    watch: (tenant: Tenant): void =>
      tenant.on(table, ({ action, record }) =>
        Effect.sync(() => {
          if (action === "delete") idsOf(tenant).get(record.device_id)?.delete(record.id)
          else add(idsOf(tenant), record)
        })
      ),
    /** Those of a device, the oldest first. */
    of: (tenant: Tenant, deviceId: string): ReadonlyArray<R> =>
      [...(idsOf(tenant).get(deviceId) ?? [])].flatMap((id) => tenant.records(table).get(id) ?? []),
    /** Removes those of a device that is gone. */
    forget: (tenant: Tenant, deviceId: string): Effect.Effect<void> =>
      Effect.sync(() => {
        for (const id of idsOf(tenant).get(deviceId) ?? []) tenant.records(table).remove(id)
        idsOf(tenant).delete(deviceId)
      })
  }
}

/** The commands of devices. */
export const commands = belongings(commandTable)

/** The notes on devices. */
export const notes = belongings(noteTable)
