/**
 * A tenant's memory, and how it is kept beyond the process.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { SandboxError } from "../SandboxError.js"
import { makeCredentials } from "../storage/sigv4.js"
import type { Entry, Keeper } from "./entry.js"
import type { Category, Identity } from "./identity.js"
import { idOfText } from "./ids.js"
import { openFolder } from "./journal.js"
import { identityOf, makeMemory, type Memory, tenantEntry, tenantKey } from "./memory.js"
import type { Seeding } from "./seeding.js"
import type { AnyTable } from "./table.js"

/** A tenant's memory, and where it is kept. */
export interface Store {
  readonly identity: Identity
  readonly memory: Memory
  /** Whether it was there before. */
  readonly isOld: boolean
  /** Where installers are kept. */
  readonly folder: string
  /** Whether a file has to be on the disk before it counts. */
  readonly durable: boolean
  /** Done when every change so far is kept. */
  readonly kept: Effect.Effect<void>
}

/** What a store is made of. */
export interface StoreOptions {
  readonly apiToken: string | undefined
  readonly categories: ReadonlyArray<string> | undefined
  readonly tables: ReadonlyArray<AnyTable>
  readonly seededFile: (seeding: Seeding, key: string) => Uint8Array | undefined
}

/** The categories of a new tenant. */
const defaultCategories: ReadonlyArray<string> = ["Apps", "Productivity", "Utilities", "Security"]

/** Categories with the ids that their names always have: seeded records speak of them. */
const makeCategories = (names: ReadonlyArray<string>): ReadonlyArray<Category> =>
  names.map((name) => ({ id: idOfText(`Self Service category ${name}`), name }))

const newIdentity = ({ apiToken, categories = defaultCategories }: StoreOptions): Identity => ({
  apiToken: apiToken ?? randomUUID(),
  companyId: randomUUID(),
  categories: makeCategories(categories),
  credentials: makeCredentials()
})

/** What the caller decides is as the caller wants it; the rest is as it was. */
const sameIdentity = (before: Identity, { apiToken, categories }: StoreOptions): Identity => ({
  ...before,
  apiToken: apiToken ?? before.apiToken,
  categories: categories === undefined ? before.categories : makeCategories(categories)
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
  Effect.map(temporaryFolder, (folder) => {
    const identity = newIdentity(options)
    const memory = makeMemory({ ...options, identity, note: () => undefined })
    return { identity, memory, kept: Effect.void, isOld: false, folder, durable: false }
  })

const broken = (detail: string) => new SandboxError({ reason: "Folder", detail, cause: undefined })

/** The tenant in a folder, as it was when it was left; a new one if the folder has none. */
export const openStore = (data: string, options: StoreOptions): Effect.Effect<Store, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = join(data, "installers")
    const keeper: Keeper = yield* openFolder(data)
    const entries = new Map(keeper.kept)

    const before = entries.get(tenantKey)
    const found = before === undefined ? Option.none() : identityOf(before)
    if (entries.size > 0 && Option.isNone(found)) {
      return yield* broken(`${data} was written by another version of the sandbox.`)
    }
    const identity = Option.match(found, {
      onNone: () => newIdentity(options),
      onSome: ({ identity }) => sameIdentity(identity, options)
    })

    /** What has changed since the last batch; nothing while what was kept is put back. */
    let changes = new Map<string, () => unknown>()
    const memory = makeMemory({ ...options, identity, note: (key, value) => changes.set(key, value) })
    yield* Either.mapLeft(memory.load(entries, folder), (problem) => broken(`${data} cannot be read: ${problem}`))
    changes = new Map()

    const kept = Effect.suspend(() => {
      const batch = Array.from(changes, ([key, value]): Entry => [key, value()])
      changes = new Map()
      return keeper.write(batch)
    })
    yield* keeper.write([tenantEntry(identity)])

    const files = new Set(
      Array.from(memory.objects.entries(), ([, { source }]) => (source._tag === "File" ? basename(source.path) : ""))
    )
    yield* Effect.promise(async () => {
      for (const file of await readdir(folder)) if (!files.has(file)) await rm(join(folder, file))
    })
    return { identity, memory, kept, isOld: Option.isSome(found), folder, durable: true }
  })
