/**
 * The tenant at a glance: the newest records of each kind, and what lies behind their ids.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Struct from "effect/Struct"
import type { AssignmentNode, BlueprintRecord } from "../api/blueprints.js"
import type { AppRecord } from "../api/customApps.js"
import type { ProfileRecord } from "../api/customProfiles.js"
import type { ScriptRecord } from "../api/customScripts.js"
import type { InHouseAppRecord } from "../api/inHouseApps.js"
import type { Category } from "../api/selfService.js"
import type { Storage } from "../storage/Storage.js"
import type { Collection } from "./collection.js"
import { libraryKinds } from "./memory.js"
import type { Records } from "./state.js"

/** How many there are, and the newest of them. */
export interface Glance<A> {
  readonly count: number
  /** The newest first. */
  readonly newest: ReadonlyArray<A>
}

/** A tenant at a glance. Made of JSON values alone. */
export interface Snapshot {
  readonly blueprints: Glance<
    Omit<BlueprintRecord, "nodes" | "params"> & {
      readonly nodes: ReadonlyArray<{ readonly id: string; readonly items: ReadonlyArray<ItemAtAGlance> }>
    }
  >
  readonly customProfiles: Glance<Omit<ProfileRecord, "profile">>
  readonly customScripts: Glance<Omit<ScriptRecord, "script" | "remediation_script"> & InSelfService>
  readonly customApps: Glance<AppRecord & InSelfService & InstallerAtAGlance>
  readonly inHouseApps: Glance<InHouseAppRecord & InstallerAtAGlance>
  /** Installers that are still looked at: no app can be made of them yet. */
  readonly uploads: ReadonlyArray<UploadAtAGlance>
  readonly categories: ReadonlyArray<Category>
}

/** A library item on a Blueprint. */
export interface ItemAtAGlance {
  readonly id: string
  readonly name: string
  readonly kind: (typeof libraryKinds)[number]
}

/** Where an item is found in Self Service. */
export interface InSelfService {
  /** The name of its category; nothing where it is not shown. */
  readonly category: string | undefined
}

/** An installer in storage. */
export interface UploadAtAGlance {
  readonly file_key: string
  /** Bytes. */
  readonly file_size: number
  readonly sha256: string
}

/** The file of an app. */
export interface InstallerAtAGlance {
  /** `missing`: nothing was uploaded. */
  readonly installer: "missing" | "processing" | "ready"
  /** Bytes. */
  readonly file_size: number
  readonly sha256: string
}

/** Finds a library item of any kind. */
export const findItem = (records: Records, id: string): ItemAtAGlance | undefined => {
  for (const kind of libraryKinds) {
    const record = records[kind].get(id)
    if (record !== undefined) return { id: record.id, name: record.name, kind }
  }
  return undefined
}

/** What a glance at a tenant is made of. */
export const makeSnapshot = ({
  categories,
  records,
  storage
}: {
  readonly records: Records
  readonly categories: ReadonlyArray<Category>
  readonly storage: Storage
}) => {
  const inSelfService = (id: string): InSelfService => ({
    category: categories.find((category) => category.id === id.toLowerCase())?.name
  })

  const glance = <R, A>(collection: Collection<R>, limit: number, look: (record: R) => A): Glance<A> => ({
    count: collection.size,
    newest: collection
      .slice(Math.max(0, collection.size - limit), limit)
      .map(look)
      .toReversed()
  })

  const uploads = (now: number): ReadonlyArray<UploadAtAGlance> =>
    Array.from(storage.entries()).flatMap(([file_key, { readyAt, sha256, size }]) =>
      now < readyAt ? [{ file_key, file_size: size, sha256 }] : []
    )

  const installerOf = (file_key: string, now: number): InstallerAtAGlance => {
    const stored = storage.find(file_key)
    return {
      installer: stored === undefined ? "missing" : now < stored.readyAt ? "processing" : "ready",
      file_size: stored?.size ?? 0,
      sha256: stored?.sha256 ?? ""
    }
  }

  const lookAtNode = (node: AssignmentNode) => ({
    id: node.id,
    items: node.items.flatMap((id) => findItem(records, id) ?? [])
  })

  return ({ limit = 100 }: { readonly limit?: number } = {}): Effect.Effect<Snapshot> =>
    Effect.map(Clock.currentTimeMillis, (now) => ({
      blueprints: glance(records.blueprints, limit, (record) => ({
        ...Struct.omit(record, "params"),
        nodes: record.nodes.map(lookAtNode)
      })),
      customProfiles: glance(records.customProfiles, limit, Struct.omit("profile")),
      customScripts: glance(records.customScripts, limit, (record) => ({
        ...Struct.omit(record, "script", "remediation_script"),
        ...inSelfService(record.self_service_category_id)
      })),
      customApps: glance(records.customApps, limit, (record) => ({
        ...record,
        ...inSelfService(record.self_service_category_id),
        ...installerOf(record.file_key, now)
      })),
      inHouseApps: glance(records.inHouseApps, limit, (record) => ({
        ...record,
        ...installerOf(record.file_key, now)
      })),
      uploads: uploads(now),
      categories
    }))
}
