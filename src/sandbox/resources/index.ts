/**
 * All resources of the sandbox. The state, the snapshot, the seeds, the stored data and the page are derived from this
 * list.
 */
import * as Effect from "effect/Effect"
import type { AnyResource } from "../tenant/resource.js"
import type { Tenant } from "../tenant/tenant.js"
import { audit } from "./audit/audit.js"
import { blueprints } from "./blueprints/blueprints.js"
import { customApps } from "./library/customApps.js"
import { customProfiles } from "./library/customProfiles.js"
import { customScripts } from "./library/customScripts.js"
import { inHouseApps } from "./library/inHouseApps.js"
import { libraryItems } from "./library/libraryItems.js"
import { selfServiceCategories } from "./library/selfService.js"
import { deviceActions } from "./fleet/actions.js"
import { deviceContents } from "./fleet/contents.js"
import { deviceDetails } from "./fleet/details.js"
import { devices } from "./fleet/devices.js"
import { lostMode } from "./fleet/lostMode.js"
import { settings } from "./fleet/licensing.js"
import { users } from "./fleet/users.js"
import { ade } from "./enrollment/ade.js"
import { blueprintRouting } from "./enrollment/routing.js"
import { prismExports } from "./prism/exports.js"
import { prism } from "./prism/prism.js"
import { detections } from "./security/detections.js"
import { threats } from "./security/threats.js"
import { vulnerabilities } from "./security/vulnerabilities.js"
import { tags } from "./tags.js"

/** A new resource needs its file and a line here. The page shows the resources in this order. */
export const resources = [
  blueprints,
  customApps,
  inHouseApps,
  customScripts,
  customProfiles,
  libraryItems,
  selfServiceCategories,
  devices,
  users,
  tags,
  deviceActions,
  deviceContents,
  deviceDetails,
  lostMode,
  settings,
  audit,
  blueprintRouting,
  ade,
  prism,
  prismExports,
  vulnerabilities,
  threats,
  detections
] as const

/** Turns the union `A | B` into `A & B`. */
type Merged<A> = (A extends unknown ? (value: A) => void : never) extends (value: infer B) => void ? B : never

/** Merges the parts of all resources into one object. The caller gives its type, which is derived from the list. */
const merged = <A extends object>(parts: ReadonlyArray<object>): A => Object.assign({}, ...parts)

type Resources = (typeof resources)[number]
type StateOf<R> = R extends { readonly state?: ((tenant: Tenant) => infer State) | undefined } ? State : never
type WebAppOf<R> = R extends { readonly webApp?: ((tenant: Tenant) => infer WebApp) | undefined } ? WebApp : never
type SnapshotOf<R> = R extends {
  readonly snapshot?: ((tenant: Tenant, limit: number) => Effect.Effect<infer Snapshot>) | undefined
}
  ? Snapshot
  : never
type CountsOf<R> = R extends { readonly counts?: (infer Counts) | undefined } ? Counts : never

/** A summary of a tenant. It is JSON without secrets. */
export interface Snapshot extends Merged<SnapshotOf<Resources>> {}

type Records = Merged<StateOf<Resources>>

/** Reads and puts the records of a tenant. */
export interface State extends Records {
  /** A summary of the tenant: the newest records of each kind (default 100), with names in place of ids. */
  readonly snapshot: (options?: { readonly limit?: number }) => Effect.Effect<Snapshot>
}

/** Actions that the API does not have, only the vendor's web app. */
export interface WebApp extends Merged<WebAppOf<Resources>> {}

type Counts = { readonly [K in keyof Merged<CountsOf<Resources>>]?: number | undefined }

/** The number of records of each kind. */
export interface SeedCounts extends Counts {}

const all: ReadonlyArray<AnyResource> = resources

/** All tables. */
export const tables = all.flatMap((resource) => resource.tables ?? [])

/** The files of all resources in storage. */
export const files = all.flatMap((resource) => resource.files ?? [])

/** The counts of a company with a few hundred devices. */
export const usualCounts: SeedCounts = merged(resources.map(({ counts }) => counts ?? {}))

export const stateOf = (tenant: Tenant): State => {
  const snapshot: State["snapshot"] = ({ limit = 100 } = {}) =>
    Effect.zipRight(
      tenant.settle,
      Effect.map(
        Effect.forEach(
          resources,
          ({ snapshot }): Effect.Effect<object> => snapshot?.(tenant, limit) ?? Effect.succeed({})
        ),
        (parts) => merged<Snapshot>(parts)
      )
    )
  return { ...merged<Records>(resources.map(({ state }) => state?.(tenant) ?? {})), snapshot }
}

export const webAppOf = (tenant: Tenant): WebApp => merged(resources.map(({ webApp }) => webApp?.(tenant) ?? {}))
