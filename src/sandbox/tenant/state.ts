/**
 * The records of a tenant as a test or a page sees them: read and put, past the API and its rules.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { type BlueprintRecord, makeNode } from "../api/blueprints.js"
import { appKey, type AppRecord } from "../api/customApps.js"
import { profileIdentifier, type ProfileRecord, stamped } from "../api/customProfiles.js"
import type { ScriptRecord } from "../api/customScripts.js"
import { type InHouseAppRecord, ipaKey } from "../api/inHouseApps.js"
import { type Category, hidden } from "../api/selfService.js"
import type { Storage } from "../storage/Storage.js"
import type { Collection } from "./collection.js"
import { makeSnapshot, type Snapshot } from "./snapshot.js"
import { timestamp } from "./time.js"

/** All records of a tenant. */
export interface Records {
  readonly customProfiles: Collection<ProfileRecord>
  readonly customScripts: Collection<ScriptRecord>
  readonly customApps: Collection<AppRecord>
  readonly inHouseApps: Collection<InHouseAppRecord>
  readonly blueprints: Collection<BlueprintRecord>
}

/** What every library item has. */
export interface LibraryRecord {
  readonly id: string
  readonly name: string
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
/** An in-house app to put, and what its file holds. */
export type NewInHouseApp = Partial<InHouseAppRecord> &
  Pick<InHouseAppRecord, "name"> & { readonly installer?: string | Uint8Array | undefined }
/** A Blueprint to put, and the ids of the library items on its root node. */
export type NewBlueprint = Partial<BlueprintRecord> &
  Pick<BlueprintRecord, "name"> & { readonly items?: ReadonlyArray<string> | undefined }

/** The records of a tenant. */
export interface State {
  readonly customProfiles: RecordsOf<ProfileRecord, NewProfile>
  readonly customScripts: RecordsOf<ScriptRecord, NewScript>
  readonly customApps: RecordsOf<AppRecord, NewApp>
  readonly inHouseApps: RecordsOf<InHouseAppRecord, NewInHouseApp>
  readonly blueprints: RecordsOf<BlueprintRecord, NewBlueprint>
  /** The Self Service categories. */
  readonly categories: Effect.Effect<ReadonlyArray<Category>>
  /** The tenant at a glance: the newest records of each kind (default 100) with what lies behind the ids. */
  readonly snapshot: (options?: { readonly limit?: number }) => Effect.Effect<Snapshot>
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
  readonly onWrite: <R extends LibraryRecord>(record: R, before: R | undefined) => Effect.Effect<void>
  readonly onDelete: (record: LibraryRecord) => Effect.Effect<void>
  readonly onDeleteApp: (record: LibraryRecord & { readonly file_key: string }) => Effect.Effect<void>
  /** Done when everything that was put so far is kept. */
  readonly kept: Effect.Effect<void>
}): State => {
  const { categories, kept, records, storage } = options

  const recordsOf = <R extends { readonly id: string }, New extends { readonly id?: string | undefined }>(
    collection: Collection<R>,
    fill: (given: New, before: R | undefined, id: string, now: string) => Effect.Effect<R>,
    onWrite: (record: R, before: R | undefined) => Effect.Effect<void>,
    onDelete: (record: R) => Effect.Effect<void>
  ): RecordsOf<R, New> => ({
    count: Effect.sync(() => collection.size),
    get: (id) => Effect.sync(() => collection.get(id)),
    list: (range) => Effect.sync(() => collection.slice(range?.offset ?? 0, range?.limit ?? 300)),
    put: (given) =>
      Effect.gen(function* () {
        const id = given.id?.toLowerCase() ?? randomUUID()
        const before = collection.get(id)
        const record = yield* fill(given, before, id, yield* timestamp)
        collection.put(id, record)
        yield* onWrite(record, before)
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
    options.onWrite,
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
    options.onWrite,
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
    options.onWrite,
    options.onDeleteApp
  )

  const inHouseApps = recordsOf<InHouseAppRecord, NewInHouseApp>(
    records.inHouseApps,
    ({ installer, ...given }, before, id, now) =>
      Effect.gen(function* () {
        const file_key = given.file_key ?? before?.file_key ?? ipaKey(options.companyId, `${given.name}.ipa`)
        if (installer !== undefined) yield* storage.put(file_key, Buffer.from(installer))
        return {
          active: true,
          runs_on_iphone: true,
          runs_on_ipad: true,
          runs_on_tv: false,
          app: {
            identifier: `com.example.${given.name.toLowerCase().replace(/[^a-z0-9]+/g, "")}`,
            name: given.name,
            version: "1.0",
            minimumOs: "17.0",
            families: ["iPhone", "iPad"]
          },
          fileUpdated: yield* Clock.currentTimeMillis,
          ...dates(now),
          ...before,
          ...given,
          file_key,
          id
        } satisfies InHouseAppRecord
      }),
    options.onWrite,
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
    () => Effect.void,
    () => Effect.void
  )

  return {
    customProfiles,
    customScripts,
    customApps,
    inHouseApps,
    blueprints,
    categories: Effect.succeed(categories),
    snapshot: makeSnapshot(options)
  }
}
