/**
 * The devices of each Blueprint and user. They are computed from all devices on demand, and cached until a device
 * changes.
 */
import * as Effect from "effect/Effect"
import type { Listing } from "../../tenant/collection.js"
import type { Tenant } from "../../tenant/tenant.js"
import { type DeviceRecord, deviceTable } from "./tables.js"

interface Relations {
  readonly generation: number
  readonly byBlueprint: ReadonlyMap<string, ReadonlyArray<string>>
  readonly byUser: ReadonlyMap<string, ReadonlyArray<string>>
}

const known = new WeakMap<Tenant, Relations>()

/** Clears the cache when a device is added, is removed, or gets another user or Blueprint. Called in `setup`. */
export const watchRelations = (tenant: Tenant): void =>
  tenant.on(deviceTable, ({ action, before, record }) =>
    Effect.sync(() => {
      const stays = before?.blueprint_id === record.blueprint_id && before.user === record.user
      if (action === "create" || action === "delete" || (action === "update" && !stays)) known.delete(tenant)
    })
  )

const relationsOf = (tenant: Tenant): Relations => {
  const found = known.get(tenant)
  if (found !== undefined && found.generation === tenant.generation()) return found
  const [byBlueprint, byUser] = [new Map<string, Array<string>>(), new Map<string, Array<string>>()]
  const add = (ids: Map<string, Array<string>>, key: string, id: string) => {
    const there = ids.get(key)
    if (there === undefined) ids.set(key, [id])
    else there.push(id)
  }
  for (const { blueprint_id, id, user } of tenant.records(deviceTable).values()) {
    add(byBlueprint, blueprint_id, id)
    if (user !== null) add(byUser, user, id)
  }
  const made = { generation: tenant.generation(), byBlueprint, byUser }
  known.set(tenant, made)
  return made
}

/** The ids of a user's devices. */
export const devicesOfUser = (tenant: Tenant, userId: string): ReadonlyArray<string> =>
  relationsOf(tenant).byUser.get(userId) ?? []

/** The devices on a Blueprint. */
export const devicesOn = (tenant: Tenant, blueprintId: string): Listing<DeviceRecord> => {
  const ids = relationsOf(tenant).byBlueprint.get(blueprintId) ?? []
  const records = tenant.records(deviceTable)
  return {
    size: ids.length,
    slice: (offset, limit) => ids.slice(offset, offset + limit).flatMap((id) => records.get(id) ?? [])
  }
}
