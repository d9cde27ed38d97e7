/**
 * All that a tenant remembers, and the journal that remembers it beyond the process. Every change is an entry; what the
 * entries of a journal say, read again in order, is the tenant.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash, randomUUID } from "node:crypto"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import type { BlueprintRecord } from "../api/blueprints.js"
import type { AppRecord } from "../api/customApps.js"
import type { ProfileRecord } from "../api/customProfiles.js"
import type { ScriptRecord } from "../api/customScripts.js"
import { type Category, defaultCategories, makeCategories } from "../api/selfService.js"
import { SandboxError } from "../SandboxError.js"
import { type Credentials, makeCredentials } from "../storage/sigv4.js"
import type { StoredObject } from "../storage/StoredObject.js"
import { isRecord } from "./body.js"
import * as Collection from "./collection.js"
import { openJournal } from "./journal.js"
import { type SeedCounts, type Seeded, seeded } from "./seed.js"
import type { Records } from "./state.js"

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

/** All that a tenant remembers. */
export interface Store {
  readonly identity: Identity
  readonly records: Records
  readonly objects: ObjectStore
  readonly exclusiveTypes: {
    readonly get: (id: string) => string | undefined
    readonly set: (id: string, type: string) => void
  }
  readonly seed: (counts: SeedCounts, seed: number) => void
  /** Whether it was there before. */
  readonly isOld: boolean
  /** Where installers are kept. */
  readonly folder: string
  /** Whether a file has to be on the disk before it counts. */
  readonly durable: boolean
  /** Done when every change so far is kept. */
  readonly kept: Effect.Effect<void>
}

interface RecordTypes {
  readonly customProfiles: ProfileRecord
  readonly customScripts: ScriptRecord
  readonly customApps: AppRecord
  readonly blueprints: BlueprintRecord
}
type Kind = keyof RecordTypes
type Put = { [K in Kind]: { readonly op: "put"; readonly kind: K; readonly record: RecordTypes[K] } }[Kind]

type Entry =
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

const version = 1

/** The journal is ours alone: an entry that has an `op` is what it says. */
const isEntry = (value: unknown): value is Entry => isRecord(value) && typeof value["op"] === "string"

/** What an entry is about: of two that are about the same, the later one counts. */
const subjectOf = (entry: Entry, place: number): string => {
  switch (entry.op) {
    case "tenant":
      return "tenant"
    case "seed":
      return `seed ${place}`
    case "put":
      return `${entry.kind} ${entry.record.id}`
    case "remove":
      return `${entry.kind} ${entry.id}`
    case "reserve":
      return `place ${entry.key}`
    case "object":
    case "discard":
      return `object ${entry.key}`
    case "exclusive":
      return `exclusive ${entry.id}`
  }
}

/** A memory without a past. `note` hears of every change. */
const makeMemory = (note: (entry: Entry) => void) => {
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

  const exclusiveTypes: Store["exclusiveTypes"] = {
    get: (id) => exclusive.get(id),
    set: (id, type) => {
      exclusive.set(id, type)
      note({ op: "exclusive", id, type })
    }
  }

  return { records: { customProfiles, customScripts, customApps, blueprints }, objects, exclusiveTypes, seed, stored }
}

type Memory = ReturnType<typeof makeMemory>

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
const redo = (
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

/** What of the past a new journal has to start with. */
const stillNeeded = ({ records }: Memory, entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => {
  const needed = new Map<string, Entry>()
  for (const [place, entry] of entries.entries()) {
    const subject = subjectOf(entry, place)
    const leavesNothing = entry.op === "discard" || (entry.op === "remove" && !records[entry.kind].isRow(entry.id))
    if (leavesNothing) needed.delete(subject)
    else needed.set(subject, entry)
  }
  return [...needed.values()]
}

/** What the caller decides; the rest is as it was, or new. */
export interface StoreOptions {
  readonly apiToken: string | undefined
  readonly categories: ReadonlyArray<string> | undefined
}

const newIdentity = (options: StoreOptions): Identity => ({
  apiToken: options.apiToken ?? randomUUID(),
  companyId: randomUUID(),
  categories: makeCategories(options.categories ?? defaultCategories),
  credentials: makeCredentials()
})

const sameIdentity = (before: Identity, options: StoreOptions): Identity => ({
  apiToken: options.apiToken ?? before.apiToken,
  companyId: before.companyId,
  categories: options.categories === undefined ? before.categories : makeCategories(options.categories),
  credentials: before.credentials
})

const storeOf = (
  memory: Memory,
  identity: Identity,
  kept: Effect.Effect<void>,
  rest: Pick<Store, "durable" | "folder" | "isOld">
): Store => ({
  ...rest,
  identity,
  records: memory.records,
  objects: memory.objects,
  exclusiveTypes: memory.exclusiveTypes,
  seed: (counts, seed) => memory.seed(counts, seed, identity.categories),
  kept
})

const temporaryFolder: Effect.Effect<string, SandboxError, Scope.Scope> = Effect.acquireRelease(
  Effect.tryPromise({
    try: () => mkdtemp(join(tmpdir(), "effect-iru-sandbox-")),
    catch: (cause) =>
      new SandboxError({ reason: "Folder", detail: `Cannot make a folder for installers in ${tmpdir()}`, cause })
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
)

/** A tenant that is forgotten when the scope closes. */
export const newStore = (options: StoreOptions): Effect.Effect<Store, SandboxError, Scope.Scope> =>
  Effect.map(temporaryFolder, (folder) =>
    storeOf(
      makeMemory(() => undefined),
      newIdentity(options),
      Effect.void,
      { isOld: false, folder, durable: false }
    )
  )

/** The tenant in a folder, as it was when it was left; a new one where there is none. */
export const openStore = (data: string, options: StoreOptions): Effect.Effect<Store, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = join(data, "installers")
    let note: (entry: Entry) => void = () => undefined
    const memory = makeMemory((entry) => note(entry))
    let identity = newIdentity(options)
    let isOld = false

    const journal = yield* openJournal(data, (lines) => {
      const entries = lines.filter(isEntry)
      const past = entries.findLast((entry) => entry.op === "tenant")
      if (past !== undefined && past.version !== version) {
        const detail = `${data} was written by another version of the sandbox.`
        throw new SandboxError({ reason: "Folder", detail, cause: undefined })
      }
      if (past !== undefined) {
        isOld = true
        identity = sameIdentity(past, options)
      }
      for (const entry of entries) redo(memory, identity, folder, entry)
      const needed = stillNeeded(memory, entries).filter((entry) => entry.op !== "tenant")
      return [{ op: "tenant", version, ...identity }, ...needed]
    })
    note = journal.append

    const files = new Set(
      [...memory.stored.values()].flatMap(({ source }) => (source._tag === "File" ? [basename(source.path)] : []))
    )
    yield* Effect.promise(async () => {
      for (const file of await readdir(folder)) if (!files.has(file)) await rm(join(folder, file))
    })
    return storeOf(memory, identity, journal.flushed, { isOld, folder, durable: true })
  })
