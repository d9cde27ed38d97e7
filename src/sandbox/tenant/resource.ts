/**
 * A resource defines everything about one kind of record in one value. `resources/index.ts` lists all of them. The
 * state, the snapshot, the seeds, the stored data and the page are derived from the list.
 */
import type * as Effect from "effect/Effect"
import type { Route } from "../gateway/router.js"
import type { Listing } from "./collection.js"
import type { Seeding } from "./seeding.js"
import type { AnyTable } from "./table.js"
import type { Tenant } from "./tenant.js"

/** A record on the page, as plain text. */
export interface PageRow {
  readonly id: string
  readonly name: string
  readonly facts?: ReadonlyArray<PageFact> | undefined
  readonly tags?: ReadonlyArray<PageTag> | undefined
  /** Records that belong to it, in a second line. If the list is empty, the page shows `none`. */
  readonly chips?: ReadonlyArray<{ readonly kind: string; readonly name: string }> | undefined
  readonly none?: string | undefined
}

/** A short text, or a checksum, which is shortened and shown in full on hover. */
export type PageFact = string | { readonly sha256: string }

/** A tag on a record. */
export interface PageTag {
  readonly text: string
  readonly kind?: "good" | "warn" | "bad" | undefined
}

/** A field of a form that makes a record. */
export interface PageField {
  readonly name: string
  readonly label: string
  /** The values to choose from. Default: any text. */
  readonly options?: ReadonlyArray<string> | undefined
  /** Whether the text may have several lines. */
  readonly isLong?: boolean | undefined
}

/** A form that makes a record. Every field must be filled in. */
export interface PageForm {
  /** `New tag` */
  readonly title: string
  readonly fields: ReadonlyArray<PageField>
}

/** A list on the page. */
export interface PagePart {
  /** As its records are called in `Sandbox.state`, if they are there. */
  readonly id: string
  readonly place: "fleet" | "library" | "blueprints" | "security" | "audit"
  readonly title: string
  /** The plural of its records in a sentence: `in-house apps`. */
  readonly noun: string
  /** The path of the API, for a fault that only affects these records. */
  readonly path?: string | undefined
  /** Whether its rows show related items, and so differ in height. */
  readonly hasChips?: boolean | undefined
  /** Its rows, in the order in which the page shows them. */
  readonly rows: (tenant: Tenant) => Effect.Effect<Listing<PageRow>>
  /** One record. Default: the one in `Sandbox.state`. `undefined`: there is none. */
  readonly open?: ((tenant: Tenant, id: string) => object | undefined) | undefined
  /** What belongs to a record, shown when it is opened. */
  readonly belongings?: ((tenant: Tenant, id: string) => ReadonlyArray<PageBelongings>) | undefined
  /** The form that makes a record. Default: none can be made by hand. */
  readonly form?: PageForm | undefined
}

/** What belongs to a record: the commands of a device. */
export interface PageBelongings {
  readonly title: string
  readonly rows: ReadonlyArray<PageRow>
}

/** A resource without the types of its parts. */
export interface AnyResource {
  readonly tables?: ReadonlyArray<AnyTable> | undefined
  /** Adds listeners (`tenant.on`, `tenant.onAny`) and timers (`tenant.timer`). Runs once for each tenant. */
  readonly setup?: ((tenant: Tenant) => void) | undefined
  readonly routes?: ((tenant: Tenant) => ReadonlyArray<Route>) | undefined
  /** Its files in storage. */
  readonly files?:
    | {
        /** The bytes of the seeded file with this key; `undefined` if the key belongs to another resource. */
        readonly seeded: (seeding: Seeding, key: string) => Uint8Array | undefined
        /** Whether a record uses the object with this key. */
        readonly isUsed: (tenant: Tenant, key: string) => boolean
      }
    | undefined
  /** Its lists on the page. */
  readonly page?: ReadonlyArray<PagePart> | undefined
}

/** A resource. */
export interface Resource<
  State extends object,
  Snapshot extends object,
  WebApp extends object,
  Counts extends { readonly [K in keyof Counts]: number }
> extends AnyResource {
  /** The kinds of records that a seed can count, with their numbers for a small company. */
  readonly counts?: Counts | undefined
  /** Its part of `Sandbox.state`. */
  readonly state?: ((tenant: Tenant) => State) | undefined
  /** Its part of the snapshot, with at most `limit` records of each kind. It must be JSON without secrets. */
  readonly snapshot?: ((tenant: Tenant, limit: number) => Effect.Effect<Snapshot>) | undefined
  /** Its part of `Sandbox.webApp`: actions that only the vendor's web app has. */
  readonly webApp?: ((tenant: Tenant) => WebApp) | undefined
}

/** The type of a missing part. */
export interface Nothing {}

/** Defines a resource. */
export const resource = <
  State extends object = Nothing,
  Snapshot extends object = Nothing,
  WebApp extends object = Nothing,
  Counts extends { readonly [K in keyof Counts]: number } = Nothing
>(
  value: Resource<State, Snapshot, WebApp, Counts>
): Resource<State, Snapshot, WebApp, Counts> => value
