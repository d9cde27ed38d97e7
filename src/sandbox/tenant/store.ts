/**
 * A tenant's memory, and the journal that keeps it beyond the process.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { defaultCategories, makeCategories } from "../api/selfService.js"
import { SandboxError } from "../SandboxError.js"
import { makeCredentials } from "../storage/sigv4.js"
import { isRecord } from "../gateway/body.js"
import { openJournal } from "./journal.js"
import type { History } from "./history.js"
import {
  type Computers,
  type Entry,
  type ExclusiveTypes,
  type Identity,
  makeMemory,
  type Memory,
  type ObjectStore,
  redo
} from "./memory.js"
import type { SeedCounts } from "./seed.js"
import type { Records } from "./state.js"

/** All that a tenant remembers. */
export interface Store {
  readonly identity: Identity
  readonly records: Records
  readonly objects: ObjectStore
  readonly exclusiveTypes: ExclusiveTypes
  readonly history: History
  readonly computers: Computers
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

const version = 1

/** The journal is ours alone: an entry that has an `op` is what it says. */
const isEntry = (value: unknown): value is Entry => isRecord(value) && typeof value["op"] === "string"

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
  history: memory.history,
  computers: memory.computers,
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

    const tenant = (): Entry => ({ op: "tenant", version, ...identity })

    const journal = yield* openJournal(data, {
      onLine: (entry) => {
        if (!isEntry(entry)) return
        if (entry.op === "tenant") {
          if (entry.version !== version) {
            const detail = `${data} was written by another version of the sandbox.`
            throw new SandboxError({ reason: "Folder", detail, cause: undefined })
          }
          isOld = true
          identity = sameIdentity(entry, options)
        } else {
          redo(memory, identity, folder, entry)
        }
      },
      needed: function* () {
        yield tenant()
        yield* memory.entries()
      }
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
