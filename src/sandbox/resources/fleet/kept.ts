/**
 * What is made of all devices: made when somebody asks, and kept until one of them changes. Without that, each page of a
 * listing would build the whole fleet again.
 */
import * as Effect from "effect/Effect"
import type { Seeding } from "../../tenant/seeding.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable } from "../blueprints/table.js"
import { tagTable } from "../tags.js"
import { deviceTable, userTable } from "./tables.js"

interface Versions {
  /** Counts changes of which devices there are. */
  fleet: number
  /** Counts changes of devices, and of what they show of users, Blueprints and tags. */
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

/** Counts the changes. Called in `setup`. */
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
  readonly seeding: Seeding | undefined
  readonly made: Map<string, A>
}

/** How many listings are kept at once, of those that one function makes. */
const most = 16

/** Keeps what is made under a key: until the fleet has other devices, or until anything of them changes. */
export const keptUntil = <A>(until: "fleet" | "values") => {
  const all = new WeakMap<Tenant, Made<A>>()
  return (tenant: Tenant, key: string, make: () => A): A => {
    const version = versionsOf(tenant)[until]
    const seeding = tenant.seeds.at(-1)
    const before = all.get(tenant)
    const made = before?.version === version && before.seeding === seeding ? before.made : new Map<string, A>()
    const found = made.get(key)
    if (found !== undefined) return found
    const fresh = make()
    const [oldest] = made.keys()
    if (made.size >= most && oldest !== undefined) made.delete(oldest)
    made.set(key, fresh)
    all.set(tenant, { version, seeding, made })
    return fresh
  }
}
