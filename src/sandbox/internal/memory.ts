/**
 * What a tenant remembers, as entries: every change is one, and what the entries say, done again in order, is the tenant.
 */
import { createHash } from "node:crypto"
import { basename, join } from "node:path"
import type { BlueprintRecord } from "../api/blueprints.js"
import type { AppRecord } from "../api/customApps.js"
import type { ProfileRecord } from "../api/customProfiles.js"
import type { ScriptRecord } from "../api/customScripts.js"
import type { Category } from "../api/selfService.js"
import type { Credentials } from "../storage/sigv4.js"
import type { StoredObject } from "../storage/StoredObject.js"
import * as Collection from "./collection.js"
import { type SeedCounts, type Seeded, seeded } from "./seed.js"

/** What a tenant is from its first day on. */
export interface Identity {
  readonly apiToken: string
  readonly companyId: string
  readonly categories: ReadonlyArray<Category>
  readonly credentials: Credentials
}

/** What there is to remember of the objects in storage. */
export interface ObjectStore {
  readonly get: (key: string) => StoredObject | undefined
  readonly set: (key: string, object: StoredObject) => void
  readonly delete: (key: string) => void
  /** What was uploaded or put. */
  readonly entries: () => Iterable<readonly [key: string, object: StoredObject]>
  /** Whether a place was ever given out under this key. */
  readonly isReserved: (key: string) => boolean
  readonly reserve: (key: string) => void
}

/** Library items of which an assignment node can have only one of a type. */
export interface ExclusiveTypes {
  readonly get: (id: string) => string | undefined
  readonly set: (id: string, type: string) => void
}

interface RecordTypes {
  readonly customProfiles: ProfileRecord
  readonly customScripts: ScriptRecord
  readonly customApps: AppRecord
  readonly blueprints: BlueprintRecord
}
type Kind = keyof RecordTypes
type Put = { [K in Kind]: { readonly op: "put"; readonly kind: K; readonly record: RecordTypes[K] } }[Kind]

/** A change. */
export type Entry =
  | ({ readonly op: "tenant"; readonly version: number } & Identity)
  | { readonly op: "seed"; readonly counts: SeedCounts; readonly seed: number }
  | Put
  | { readonly op: "remove"; readonly kind: Kind; readonly id: string }
  | { readonly op: "reserve"; readonly key: string }
  | { readonly op: "object"; readonly key: string; readonly object: KeptObject }
  | { readonly op: "discard"; readonly key: string }
  | { readonly op: "exclusive"; readonly id: string; readonly type: string }

/** An object as the journal has it: the folder may be moved, so its file goes by its name alone. */
type KeptObject = Omit<StoredObject, "source"> & { readonly file: string }

/** A memory without a past. `note` hears of every change. */
export const makeMemory = (note: (entry: Entry) => void) => {
  const customProfiles = Collection.make<ProfileRecord>((id, record) =>
    note(
      record === undefined
        ? { op: "remove", kind: "customProfiles", id }
        : { op: "put", kind: "customProfiles", record }
    )
  )
  const customScripts = Collection.make<ScriptRecord>((id, record) =>
    note(
      record === undefined ? { op: "remove", kind: "customScripts", id } : { op: "put", kind: "customScripts", record }
    )
  )
  const customApps = Collection.make<AppRecord>((id, record) =>
    note(record === undefined ? { op: "remove", kind: "customApps", id } : { op: "put", kind: "customApps", record })
  )
  const blueprints = Collection.make<BlueprintRecord>((id, record) =>
    note(record === undefined ? { op: "remove", kind: "blueprints", id } : { op: "put", kind: "blueprints", record })
  )
  const seeds: Array<Seeded> = []
  const reserved = new Set<string>()
  const stored = new Map<string, StoredObject>()
  const exclusive = new Map<string, string>()

  const seededInstaller = (key: string): Uint8Array | undefined => {
    for (const { installer } of seeds) {
      const bytes = installer(key)
      if (bytes !== undefined) return bytes
    }
    return undefined
  }

  const objects: ObjectStore = {
    get: (key) => {
      const object = stored.get(key)
      if (object !== undefined) return object
      const bytes = seededInstaller(key)
      return bytes === undefined ? undefined : seededObject(key, bytes)
    },
    set: (key, object) => {
      stored.set(key, object)
      if (object.source._tag === "File") {
        const { source, ...rest } = object
        note({ op: "object", key, object: { ...rest, file: basename(source.path) } })
      }
    },
    delete: (key) => {
      if (stored.delete(key)) note({ op: "discard", key })
    },
    entries: () => stored.entries(),
    isReserved: (key) => reserved.has(key) || seededInstaller(key) !== undefined,
    reserve: (key) => {
      reserved.add(key)
      note({ op: "reserve", key })
    }
  }

  const seed = (counts: SeedCounts, number: number, categories: ReadonlyArray<Category>): void => {
    const rows = seeded(counts, number, seeds.length, categories)
    seeds.push(rows)
    customProfiles.extend(rows.customProfiles)
    customScripts.extend(rows.customScripts)
    customApps.extend(rows.customApps)
    blueprints.extend(rows.blueprints)
    note({ op: "seed", counts, seed: number })
  }

  const exclusiveTypes: ExclusiveTypes = {
    get: (id) => exclusive.get(id),
    set: (id, type) => {
      exclusive.set(id, type)
      note({ op: "exclusive", id, type })
    }
  }

  return { records: { customProfiles, customScripts, customApps, blueprints }, objects, exclusiveTypes, seed, stored }
}

/** What a tenant remembers. */
export type Memory = ReturnType<typeof makeMemory>

const seededObject = (key: string, bytes: Uint8Array): StoredObject => {
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  return {
    source: { _tag: "Bytes", bytes },
    size: bytes.length,
    sha256,
    etag: `"${sha256.slice(0, 32)}"`,
    versionId: createHash("sha256").update(key).digest("base64url").slice(0, 32),
    storedAt: 0,
    readyAt: 0
  }
}

/** Does again what an entry says. */
export const redo = (
  { exclusiveTypes, objects, records, seed }: Memory,
  identity: Identity,
  folder: string,
  entry: Entry
): void => {
  switch (entry.op) {
    case "tenant":
      return
    case "seed":
      return seed(entry.counts, entry.seed, identity.categories)
    case "put":
      switch (entry.kind) {
        case "customProfiles":
          return records.customProfiles.put(entry.record.id, entry.record)
        case "customScripts":
          return records.customScripts.put(entry.record.id, entry.record)
        case "customApps":
          return records.customApps.put(entry.record.id, entry.record)
        case "blueprints":
          return records.blueprints.put(entry.record.id, entry.record)
      }
    case "remove":
      return void records[entry.kind].remove(entry.id)
    case "reserve":
      return objects.reserve(entry.key)
    case "object": {
      const { file, ...object } = entry.object
      return objects.set(entry.key, { ...object, source: { _tag: "File", path: join(folder, file) } })
    }
    case "discard":
      return objects.delete(entry.key)
    case "exclusive":
      return exclusiveTypes.set(entry.id, entry.type)
  }
}
