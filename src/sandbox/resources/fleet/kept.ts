/**
 * Caches results that are computed from all devices, until a device changes. Without the cache, each page of a listing
 * would build the whole fleet again.
 */
import * as Effect from "effect/Effect"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { tagTable } from "../tags.js"
import { deviceTable, userTable } from "./tables.js"

interface Versions {
  /** Increases when a device is added, is removed or gets another platform. */
  fleet: number
  /** Increases when a device changes, or a user, Blueprint or tag that devices show. */
  values: number
}

const versions = new WeakMap<Tenant, Versions>()

const versionsOf = (tenant: Tenant): Versions => {
  const found = versions.get(tenant)
  if (found !== undefined) return found
  const made = { fleet: 0, values: 0 }
  versions.set(tenant, made)
  return made
}

/** Updates the counters. Called in `setup`. */
export const watchFleet = (tenant: Tenant): void => {
  const changed = Effect.sync(() => void versionsOf(tenant).values++)
  tenant.on(userTable, () => changed)
  tenant.on(blueprintTable, () => changed)
  tenant.on(tagTable, () => changed)
  tenant.on(deviceTable, ({ action, before, record }) =>
    Effect.sync(() => {
      if (action !== "create" && action !== "update" && action !== "delete") return
      const counts = versionsOf(tenant)
      counts.values++
      if (before?.platform !== record.platform) counts.fleet++
    })
  )
}

interface Made<A> {
  readonly version: number
  readonly generation: number
  readonly made: Map<string, A>
}

/** The maximum number of cached results for each function. */
const most = 16

/** Caches results by key: until the fleet has other devices, or until any value of a device changes. */
export const keptUntil = <A>(until: "fleet" | "values") => {
  const all = new WeakMap<Tenant, Made<A>>()
  return (tenant: Tenant, key: string, make: () => A): A => {
    const version = versionsOf(tenant)[until]
    const generation = tenant.generation()
    const before = all.get(tenant)
    const made = before?.version === version && before.generation === generation ? before.made : new Map<string, A>()
    const found = made.get(key)
    if (found !== undefined) return found
    const fresh = make()
    const [oldest] = made.keys()
    if (made.size >= most && oldest !== undefined) made.delete(oldest)
    made.set(key, fresh)
    all.set(tenant, { version, generation, made })
    return fresh
  }
}
