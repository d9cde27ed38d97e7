/**
 * What a tenant remembers, as entries: every change is one, and what the entries say, done again in order, is the tenant.
 */
import { createHash } from "node:crypto"
import { basename, join } from "node:path"
import type { BlueprintRecord } from "../api/blueprints.js"
import type { AppRecord } from "../api/customApps.js"
import type { ProfileRecord } from "../api/customProfiles.js"
import type { ScriptRecord } from "../api/customScripts.js"
import type { InHouseAppRecord } from "../api/inHouseApps.js"
import type { Category } from "../api/selfService.js"
import type { Credentials } from "../storage/sigv4.js"
import type { StoredObject } from "../storage/StoredObject.js"
import * as Collection from "./collection.js"
import { type Activity, type History, makeHistory } from "./history.js"
import { type SeedCounts, type Seeded, seeded } from "./seed.js"

/** What a tenant is from its first day on. */
export interface Identity {
  readonly apiToken: string
  readonly companyId: string
  readonly categories: ReadonlyArray<Category>
  readonly credentials: Credentials
}

/** A place in storage that was given out. */
export interface Reservation {
  readonly key: string
  /** The id of the upload, where it has one. */
  readonly id?: string | undefined
  /** Milliseconds. */
  readonly expires: number
  /** When nobody asks for it any more. Milliseconds. */
  readonly forgotten: number
}

/** What there is to remember of the objects in storage. */
export interface ObjectStore {
  readonly get: (key: string) => StoredObject | undefined
  readonly set: (key: string, object: StoredObject) => void
  readonly delete: (key: string) => void
  /** What was uploaded or put. */
  readonly entries: () => Iterable<readonly [key: string, object: StoredObject]>
  /** Whether something lies under this key, or a place was given out under it not too long ago. */
  readonly isReserved: (key: string) => boolean
  /** Forgets the places whose time has come, too, and gives their keys. */
  readonly reserve: (reservation: Reservation, now: number) => ReadonlyArray<string>
  /** The place of an upload. */
  readonly reservation: (id: string) => Reservation | undefined
}

/** Library items of which an assignment node can have only one of a type. */
export interface ExclusiveTypes {
  readonly get: (id: string) => string | undefined
  readonly set: (id: string, type: string) => void
}

/** A device, which only a seed makes: nothing is ever enrolled here. */
export interface Computer {
  readonly id: string
  readonly name: string
}

/** The devices of a tenant. */
export interface Computers {
  /** Those on a Blueprint. */
  readonly on: (blueprintId: string) => Pick<Collection.Rows<Computer>, "at" | "size">
  /** A device, and the Blueprint that it is on. */
  readonly find: (id: string) => { readonly computer: Computer; readonly blueprintId: string } | undefined
  /** Whether an item lay on a Blueprint from the beginning: then devices have had it for long. */
  readonly hadBefore: (blueprintId: string, itemId: string) => boolean
}

interface RecordTypes {
  readonly customProfiles: ProfileRecord
  readonly customScripts: ScriptRecord
  readonly customApps: AppRecord
  readonly inHouseApps: InHouseAppRecord
  readonly blueprints: BlueprintRecord
}
type Kind = keyof RecordTypes
type Put<K extends Kind = Kind> = {
  [P in K]: { readonly op: "put"; readonly kind: P; readonly record: RecordTypes[P] }
}[K]
type Collections = { readonly [K in Kind]: Collection.RowCollection<RecordTypes[K]> }

/** The kinds of records that are library items. */
export const libraryKinds = ["customProfiles", "customScripts", "customApps", "inHouseApps"] as const
const kinds = [...libraryKinds, "blueprints"] as const

/** A change. */
export type Entry =
  | ({ readonly op: "tenant"; readonly version: number } & Identity)
  | { readonly op: "seed"; readonly counts: SeedCounts; readonly seed: number }
  | Put
  | { readonly op: "remove"; readonly kind: Kind; readonly id: string }
  | { readonly op: "activity"; readonly activity: Activity }
  | ({ readonly op: "reserve" } & Reservation)
  | { readonly op: "object"; readonly key: string; readonly object: KeptObject }
  | { readonly op: "discard"; readonly key: string }
  | { readonly op: "exclusive"; readonly id: string; readonly type: string }

/** An object as the journal has it: the folder may be moved, so its file goes by its name alone. */
type KeptObject = Omit<StoredObject, "source"> & { readonly file: string }

const putOf: { readonly [K in Kind]: (record: RecordTypes[K]) => Entry } = {
  customProfiles: (record) => ({ op: "put", kind: "customProfiles", record }),
  customScripts: (record) => ({ op: "put", kind: "customScripts", record }),
  customApps: (record) => ({ op: "put", kind: "customApps", record }),
  inHouseApps: (record) => ({ op: "put", kind: "inHouseApps", record }),
  blueprints: (record) => ({ op: "put", kind: "blueprints", record })
}

const objectEntry = (key: string, { source, ...rest }: StoredObject): ReadonlyArray<Entry> =>
  source._tag === "File" ? [{ op: "object", key, object: { ...rest, file: basename(source.path) } }] : []

/** A memory without a past. `note` hears of every change. */
export const makeMemory = (note: (entry: Entry) => void) => {
  const collectionOf = <K extends Kind>(kind: K) =>
    Collection.make<RecordTypes[K]>((id, record) => {
      note(record === undefined ? { op: "remove", kind, id } : putOf[kind](record))
    })
  const records: Collections = {
    customProfiles: collectionOf("customProfiles"),
    customScripts: collectionOf("customScripts"),
    customApps: collectionOf("customApps"),
    inHouseApps: collectionOf("inHouseApps"),
    blueprints: collectionOf("blueprints")
  }
  const seeds: Array<Seeded & { readonly counts: SeedCounts; readonly seed: number }> = []
  /** By key, the oldest first. */
  const reserved = new Map<string, Reservation>()
  const uploads = new Map<string, Reservation>()
  const stored = new Map<string, StoredObject>()
  const exclusive = new Map<string, string>()
  const history: History = makeHistory({
    before: (itemId) => firstOf((seed) => seed.activity(itemId)) ?? [],
    note: (activity) => note({ op: "activity", activity })
  })

  const firstOf = <A>(look: (seed: Seeded) => A | undefined): A | undefined => {
    for (const seed of seeds) {
      const found = look(seed)
      if (found !== undefined) return found
    }
    return undefined
  }
  const seededInstaller = (key: string): Uint8Array | undefined => firstOf(({ installer }) => installer(key))

  const objects: ObjectStore = {
    get: (key) => {
      const object = stored.get(key)
      if (object !== undefined) return object
      const bytes = seededInstaller(key)
      return bytes === undefined ? undefined : seededObject(key, bytes)
    },
    set: (key, object) => {
      stored.set(key, object)
      for (const entry of objectEntry(key, object)) note(entry)
    },
    delete: (key) => {
      if (stored.delete(key)) note({ op: "discard", key })
    },
    entries: () => stored.entries(),
    isReserved: (key) => reserved.has(key) || stored.has(key) || seededInstaller(key) !== undefined,
    reserve: (reservation, now) => {
      const over: Array<string> = []
      for (const { forgotten, id, key } of reserved.values()) {
        if (forgotten > now) break
        reserved.delete(key)
        if (id !== undefined) uploads.delete(id)
        over.push(key)
      }
      reserved.set(reservation.key, reservation)
      if (reservation.id !== undefined) uploads.set(reservation.id, reservation)
      note({ op: "reserve", ...reservation })
      return over
    },
    reservation: (id) => uploads.get(id.toLowerCase())
  }

  const seed = (counts: SeedCounts, number: number, categories: ReadonlyArray<Category>): void => {
    const rows = seeded(counts, number, seeds.length, categories)
    seeds.push({ ...rows, counts, seed: number })
    records.customProfiles.extend(rows.customProfiles)
    records.customScripts.extend(rows.customScripts)
    records.customApps.extend(rows.customApps)
    records.inHouseApps.extend(rows.inHouseApps)
    records.blueprints.extend(rows.blueprints)
    note({ op: "seed", counts, seed: number })
  }

  const computers: Computers = {
    on: (blueprintId) => firstOf((seed) => seed.computersOn(blueprintId)) ?? { size: 0, at: () => noComputer },
    find: (id) => firstOf((seed) => seed.computer(id.toLowerCase())),
    hadBefore: (blueprintId, itemId) => firstOf((seed) => seed.itemsOn(blueprintId)?.includes(itemId)) ?? false
  }

  const exclusiveTypes: ExclusiveTypes = {
    get: (id) => exclusive.get(id),
    set: (id, type) => {
      exclusive.set(id, type)
      note({ op: "exclusive", id, type })
    }
  }

  const putsOf = function* <K extends Kind>(kind: K): Generator<Entry> {
    const collection: Collection.RowCollection<RecordTypes[K]> = records[kind]
    for (const record of collection.touched()) yield putOf[kind](record)
    for (const id of collection.gone()) yield { op: "remove", kind, id }
  }

  /** What it takes to come to this memory from an empty one. */
  const entries = function* (): Generator<Entry> {
    for (const { counts, seed } of seeds) yield { op: "seed", counts, seed }
    for (const kind of kinds) yield* putsOf(kind)
    for (const activity of history.kept()) yield { op: "activity", activity }
    for (const reservation of reserved.values()) yield { op: "reserve", ...reservation }
    for (const [key, object] of stored) yield* objectEntry(key, object)
    for (const [id, type] of exclusive) yield { op: "exclusive", id, type }
  }

  return { records, history, objects, computers, exclusiveTypes, seed, stored, entries }
}

const noComputer: Computer = { id: "", name: "" }

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

const putAgain = <K extends Kind>(records: Collections, { kind, record }: Put<K>): void =>
  records[kind].put(record.id, record)

/** Does again what an entry says. */
export const redo = (
  { exclusiveTypes, history, objects, records, seed }: Memory,
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
      return putAgain(records, entry)
    case "remove":
      return void records[entry.kind].remove(entry.id)
    case "activity":
      return history.add(entry.activity)
    case "reserve":
      return void objects.reserve(entry, 0)
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
