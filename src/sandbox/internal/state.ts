/**
 * The records of a tenant as a test or a page sees them: read and put, past the API and its rules.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Struct from "effect/Struct"
import { randomUUID } from "node:crypto"
import { type AssignmentNode, type BlueprintRecord, makeNode } from "../api/blueprints.js"
import { appKey, type AppRecord } from "../api/customApps.js"
import { profileIdentifier, type ProfileRecord, stamped } from "../api/customProfiles.js"
import type { ScriptRecord } from "../api/customScripts.js"
import { type Category, hidden } from "../api/selfService.js"
import type { Storage } from "../storage/Storage.js"
import type { Collection } from "./collection.js"
import { timestamp } from "./time.js"

/** All records of a tenant. */
export interface Records {
  readonly customProfiles: Collection<ProfileRecord>
  readonly customScripts: Collection<ScriptRecord>
  readonly customApps: Collection<AppRecord>
  readonly blueprints: Collection<BlueprintRecord>
}

/** The records of one kind. */
export interface RecordsOf<R, New> {
  readonly count: Effect.Effect<number>
  /** One record, where it exists. */
  readonly get: (id: string) => Effect.Effect<R | undefined>
  /** In the order of the API's listing. Default: from the first, 300 of them. */
  readonly list: (range?: { readonly offset?: number; readonly limit?: number }) => Effect.Effect<ReadonlyArray<R>>
  /** A new record, or, with the id of one that is there, what is given over what it had. No rule of the API is checked. */
  readonly put: (record: New) => Effect.Effect<R>
  /** Whether it was there. What else the API does when a record is deleted is done too. */
  readonly remove: (id: string) => Effect.Effect<boolean>
}

/** A profile to put. */
export type NewProfile = Partial<ProfileRecord> & Pick<ProfileRecord, "name">
/** A script to put. */
export type NewScript = Partial<ScriptRecord> & Pick<ScriptRecord, "name">
/** An app to put, and what its installer holds. */
export type NewApp = Partial<AppRecord> &
  Pick<AppRecord, "name"> & { readonly installer?: string | Uint8Array | undefined }
/** A Blueprint to put, and the ids of the library items on its root node. */
export type NewBlueprint = Partial<BlueprintRecord> &
  Pick<BlueprintRecord, "name"> & { readonly items?: ReadonlyArray<string> | undefined }

/** The records of a tenant. */
export interface State {
  readonly customProfiles: RecordsOf<ProfileRecord, NewProfile>
  readonly customScripts: RecordsOf<ScriptRecord, NewScript>
  readonly customApps: RecordsOf<AppRecord, NewApp>
  readonly blueprints: RecordsOf<BlueprintRecord, NewBlueprint>
  /** The Self Service categories. */
  readonly categories: Effect.Effect<ReadonlyArray<Category>>
  /** The tenant at a glance: the newest records of each kind (default 100) with what lies behind the ids. */
  readonly snapshot: (options?: { readonly limit?: number }) => Effect.Effect<Snapshot>
}

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
  /** Installers that are still looked at: no app can be made of them yet. */
  readonly uploads: ReadonlyArray<UploadAtAGlance>
  readonly categories: ReadonlyArray<Category>
}

/** A library item on a Blueprint. */
export interface ItemAtAGlance {
  readonly id: string
  readonly name: string
  readonly kind: "customProfiles" | "customScripts" | "customApps"
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
  for (const kind of ["customProfiles", "customScripts", "customApps"] as const) {
    const record = records[kind].get(id)
    if (record !== undefined) return { id: record.id, name: record.name, kind }
  }
  return undefined
}

const emptyProfile = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array/>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

/** The records of a tenant, to be read and put. */
export const makeState = (options: {
  readonly records: Records
  readonly categories: ReadonlyArray<Category>
  readonly storage: Storage
  readonly companyId: string
  readonly onDelete: (record: { readonly id: string }) => Effect.Effect<void>
  readonly onDeleteApp: (record: AppRecord) => Effect.Effect<void>
  /** Done when everything that was put so far is kept. */
  readonly kept: Effect.Effect<void>
}): State => {
  const { categories, kept, records, storage } = options

  const recordsOf = <R extends { readonly id: string }, New extends { readonly id?: string | undefined }>(
    collection: Collection<R>,
    fill: (given: New, before: R | undefined, id: string, now: string) => Effect.Effect<R>,
    onDelete: (record: R) => Effect.Effect<void>
  ): RecordsOf<R, New> => ({
    count: Effect.sync(() => collection.size),
    get: (id) => Effect.sync(() => collection.get(id)),
    list: (range) => Effect.sync(() => collection.slice(range?.offset ?? 0, range?.limit ?? 300)),
    put: (given) =>
      Effect.gen(function* () {
        const id = given.id?.toLowerCase() ?? randomUUID()
        const record = yield* fill(given, collection.get(id), id, yield* timestamp)
        collection.put(id, record)
        yield* kept
        return record
      }),
    remove: (id) =>
      Effect.suspend(() => {
        const record = collection.get(id)
        if (record === undefined) return Effect.succeed(false)
        collection.remove(id)
        return onDelete(record).pipe(Effect.zipRight(kept), Effect.as(true))
      })
  })

  const dates = (now: string) => ({ created_at: now, updated_at: now })

  const customProfiles = recordsOf<ProfileRecord, NewProfile>(
    records.customProfiles,
    (given, before, id, now) =>
      Effect.sync(() => {
        const record: ProfileRecord = {
          active: true,
          profile: emptyProfile,
          runs_on_mac: true,
          runs_on_iphone: false,
          runs_on_ipad: false,
          runs_on_tv: false,
          runs_on_vision: false,
          mdm_identifier: profileIdentifier(id),
          ...dates(now),
          ...before,
          ...given,
          id
        }
        return { ...record, profile: stamped(record.profile, record.name, record.mdm_identifier) ?? record.profile }
      }),
    options.onDelete
  )

  const customScripts = recordsOf<ScriptRecord, NewScript>(
    records.customScripts,
    (given, before, id, now) =>
      Effect.succeed({
        active: true,
        execution_frequency: "once",
        restart: false,
        script: "#!/bin/zsh\nexit 0",
        remediation_script: "",
        ...hidden,
        ...dates(now),
        ...before,
        ...given,
        id
      }),
    options.onDelete
  )

  const customApps = recordsOf<AppRecord, NewApp>(
    records.customApps,
    ({ installer, ...given }, before, id, now) =>
      Effect.gen(function* () {
        const file_key = given.file_key ?? before?.file_key ?? appKey(options.companyId, `${given.name}.pkg`)
        if (installer !== undefined) yield* storage.put(file_key, Buffer.from(installer))
        return {
          install_type: "package",
          install_enforcement: "install_once",
          audit_script: "",
          unzip_location: "",
          active: true,
          restart: false,
          preinstall_script: "",
          postinstall_script: "",
          fileUpdated: yield* Clock.currentTimeMillis,
          ...hidden,
          ...dates(now),
          ...before,
          ...given,
          file_key,
          id
        } satisfies AppRecord
      }),
    options.onDeleteApp
  )

  const blueprints = recordsOf<BlueprintRecord, NewBlueprint>(
    records.blueprints,
    ({ items, ...given }, before, id) =>
      Effect.sync(() => {
        const nodes: BlueprintRecord["nodes"] = given.nodes ?? before?.nodes ?? [makeNode()]
        const [root, ...rest] = nodes
        return {
          icon: "ss-files",
          color: "aqua-800",
          description: "",
          params: {},
          enrollment_code: { code: "123456", is_active: true },
          type: "classic",
          ...before,
          ...given,
          nodes: [items === undefined ? root : { ...root, items }, ...rest],
          id
        }
      }),
    () => Effect.void
  )

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

  const lookAtNode = (node: AssignmentNode) => ({
    id: node.id,
    items: node.items.flatMap((id) => findItem(records, id) ?? [])
  })

  return {
    customProfiles,
    customScripts,
    customApps,
    blueprints,
    categories: Effect.succeed(categories),
    snapshot: ({ limit = 100 } = {}) =>
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
        customApps: glance(records.customApps, limit, (record) => {
          const stored = storage.find(record.file_key)
          return {
            ...record,
            ...inSelfService(record.self_service_category_id),
            installer: stored === undefined ? "missing" : now < stored.readyAt ? "processing" : "ready",
            file_size: stored?.size ?? 0,
            sha256: stored?.sha256 ?? ""
          }
        }),
        uploads: uploads(now),
        categories
      }))
  }
}
