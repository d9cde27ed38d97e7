/**
 * A resource: everything that the sandbox knows of one kind of thing, as one value. The list of them is in
 * `resources/index.ts`; the state, the snapshot, the seeds, what is kept and the page follow from it.
 */
import type * as Effect from "effect/Effect"
import type { Route } from "../gateway/router.js"
import type { Glance } from "./snapshot.js"
import type { Seeding } from "./seeding.js"
import type { AnyTable } from "./table.js"
import type { Tenant } from "./tenant.js"

/** A record as the page shows it: text alone, whatever the records of the resource are. */
export interface PageRow {
  readonly id: string
  readonly name: string
  readonly facts?: ReadonlyArray<PageFact> | undefined
  readonly tags?: ReadonlyArray<PageTag> | undefined
  /** What belongs to it, in a line below; `[]` shows `none`. */
  readonly chips?: ReadonlyArray<{ readonly kind: string; readonly name: string }> | undefined
  readonly none?: string | undefined
}

/** A few words, or a checksum: shown short, whole under the pointer. */
export type PageFact = string | { readonly sha256: string }

/** A mark. */
export interface PageTag {
  readonly text: string
  readonly kind?: "good" | "warn" | "bad" | undefined
}

/** A list on the page. */
export interface PagePart<Snapshot> {
  readonly id: string
  readonly place: "blueprints" | "library" | "fleet"
  readonly title: string
  /** The name of its records in a sentence: `in-house apps`. */
  readonly noun: string
  /** Where they are served, for a fault that hits them alone. */
  readonly path?: string | undefined
  readonly rows: (snapshot: Snapshot) => Glance<PageRow>
}

/** A resource, whatever it offers to tests and to the page. */
export interface AnyResource {
  /** Its tables. */
  readonly tables?: ReadonlyArray<AnyTable> | undefined
  /** What it listens to (`tenant.on`, `tenant.onAny`), and what happens by itself (`tenant.timer`). Runs once a tenant. */
  readonly setup?: ((tenant: Tenant) => void) | undefined
  readonly routes?: ((tenant: Tenant) => ReadonlyArray<Route>) | undefined
  /** Its files in storage. */
  readonly files?:
    | {
        /** The bytes that a seed put under a key; `undefined` if the key is none of its own. */
        readonly seeded: (seeding: Seeding, key: string) => Uint8Array | undefined
        /** Whether a record needs what lies under a key. */
        readonly isUsed: (tenant: Tenant, key: string) => boolean
      }
    | undefined
}

/** A resource. */
export interface Resource<
  State extends object,
  Snapshot extends object,
  WebApp extends object,
  Counts extends { readonly [K in keyof Counts]: number }
> extends AnyResource {
  /** What can be counted in a seed, and how many of it a tenant of a small company has. */
  readonly counts?: Counts | undefined
  /** What it adds to `Sandbox.state`. */
  readonly state?: ((tenant: Tenant) => State) | undefined
  /** What it adds to the tenant at a glance, with so many of each kind. Made of JSON values alone, without secrets. */
  readonly snapshot?: ((tenant: Tenant, limit: number) => Effect.Effect<Snapshot>) | undefined
  /** What it adds to `Sandbox.webApp`: what only the vendor's web app can do. */
  readonly webApp?: ((tenant: Tenant) => WebApp) | undefined
  /** Its lists on the page. */
  readonly page?: ReadonlyArray<PagePart<Snapshot>> | undefined
}

/** The empty defaults of a resource. */
export interface Nothing {}

/** A resource. */
export const resource = <
  State extends object = Nothing,
  Snapshot extends object = Nothing,
  WebApp extends object = Nothing,
  Counts extends { readonly [K in keyof Counts]: number } = Nothing
>(
  value: Resource<State, Snapshot, WebApp, Counts>
): Resource<State, Snapshot, WebApp, Counts> => value
