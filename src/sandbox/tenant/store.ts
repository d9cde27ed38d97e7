/**
 * Creates the data of a tenant: temporary, or stored in a folder.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { lstat, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { SandboxError } from "../SandboxError.js"
import { makeCredentials } from "../storage/sigv4.js"
import { openFolder } from "./disk.js"
import type { Entry, Keeper, Restore } from "./entry.js"
import type { Category, Identity } from "./identity.js"
import { idOfText } from "./ids.js"
import { identityOf, makeMemory, type Memory, tenantEntry, tenantKey } from "./memory.js"
import type { Seeding } from "./seeding.js"
import type { AnyTable } from "./table.js"

/** The data of a tenant, and where it is stored. */
export interface Store {
  readonly identity: Identity
  readonly memory: Memory
  /** Whether the folder already contained the tenant. */
  readonly isOld: boolean
  /** The folder of installers. */
  readonly folder: string
  /** Whether files must be flushed to disk before an upload counts as done. */
  readonly durable: boolean
  /** Ends when all changes so far are stored. */
  readonly kept: Effect.Effect<void>
  /** Records that a file in the folder belongs to the sandbox, before it is created, or that it was removed. */
  readonly own: (name: string, isThere: boolean) => Effect.Effect<void>
}

/** The options for a tenant. */
export interface StoreOptions {
  readonly apiToken: string | undefined
  readonly categories: ReadonlyArray<string> | undefined
  readonly tables: ReadonlyArray<AnyTable>
  readonly seededFile: (seeding: Seeding, key: string) => Uint8Array | undefined
}

const defaultCategories: ReadonlyArray<string> = ["Apps", "Productivity", "Utilities", "Security"]

/** Categories whose ids are derived from their names, since seeded records refer to these ids. */
const makeCategories = (names: ReadonlyArray<string>): ReadonlyArray<Category> =>
  names.map((name) => ({ id: idOfText(`Self Service category ${name}`), name }))

const newIdentity = ({ apiToken, categories = defaultCategories }: StoreOptions): Identity => ({
  apiToken: apiToken ?? randomUUID(),
  companyId: randomUUID(),
  categories: makeCategories(categories),
  credentials: makeCredentials()
})

/** The stored identity, with the options of the caller in place of stored values. */
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

/** A tenant that is deleted when the scope closes. */
export const newStore = (options: StoreOptions): Effect.Effect<Store, SandboxError, Scope.Scope> =>
  Effect.map(temporaryFolder, (folder) => {
    const identity = newIdentity(options)
    const memory = makeMemory({ ...options, identity, note: () => undefined })
    return { identity, memory, kept: Effect.void, own: () => Effect.void, isOld: false, folder, durable: false }
  })

const broken = (detail: string, cause?: unknown) => new SandboxError({ reason: "Folder", detail, cause })

const fileKey = (name: string): string => `file/${name}`

/** Whether a name is one that the sandbox gives to files. Such a name cannot be a path. */
const isFileName = (name: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)

/**
 * Collects changes and writes them in batches. Changes that arrive while a batch is written go into the next one. If
 * the disk refuses a batch, all unsaved changes are undone in memory, as if their requests had never happened.
 */
const makeChanges = (keeper: Keeper, kept: Map<string, unknown>) => {
  let changes = new Map<string, () => unknown>()
  let restore: Restore = () => undefined
  let writing: Promise<void> | undefined

  const putBack = (keys: Iterable<string>): void => {
    for (const key of keys) restore(key, kept.get(key))
  }
  const write = async (): Promise<void> => {
    const batch = Array.from(changes, ([key, value]): Entry => [key, value()])
    changes = new Map()
    try {
      await Effect.runPromise(keeper.write(batch))
    } catch (error) {
      putBack([...batch.map(([key]) => key), ...changes.keys()])
      changes = new Map()
      throw error
    }
    for (const [key, value] of batch) {
      if (value === undefined) kept.delete(key)
      // A copy, since the value in memory may change later.
      else kept.set(key, JSON.parse(JSON.stringify(value)))
    }
  }
  /** Waits for the current batch, and writes the next one. */
  const flush = async (): Promise<void> => {
    if (writing !== undefined) {
      await writing
      return flush()
    }
    if (changes.size === 0) return
    writing = write().finally(() => {
      writing = undefined
    })
    return writing
  }
  const flushed = Effect.suspend(() =>
    changes.size === 0 && writing === undefined ? Effect.void : Effect.promise(flush)
  )
  return {
    note: (key: string, value: () => unknown): void => void changes.set(key, value),
    /** Starts storing changes. All earlier changes came from the disk itself. */
    begin: (how: Restore): Effect.Effect<void> => {
      restore = how
      changes = new Map()
      return flushed
    },
    own: (name: string, isThere: boolean): Effect.Effect<void> =>
      Effect.suspend(() => {
        changes.set(fileKey(name), () => (isThere ? true : undefined))
        return isThere ? flushed : Effect.void
      })
  }
}

/** The tenant in a folder, as it was when the last sandbox ended. If the folder is empty, a new tenant. */
export const openStore = (data: string, options: StoreOptions): Effect.Effect<Store, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const keeper = yield* openFolder(data)
    const folder = keeper.installers
    const write = (batch: ReadonlyArray<Entry>) =>
      Effect.catchAllDefect(keeper.write(batch), (cause) =>
        broken(`${data} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
      )
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

    const changes = makeChanges(keeper, entries)
    const memory = makeMemory({ ...options, identity, note: changes.note })
    yield* Either.mapLeft(memory.load(entries, folder), (problem) => broken(`${data} cannot be read: ${problem}`))
    const kept = changes.begin(memory.restore(folder))
    yield* write([tenantEntry(identity)])

    const files = new Set(
      Array.from(memory.objects.entries(), ([, { source }]) => (source._tag === "File" ? basename(source.path) : ""))
    )
    /** Files that belong to the sandbox but to no object. */
    const ownFiles = [...entries.keys()].flatMap((key) =>
      key.startsWith(fileKey("")) ? [key.slice(fileKey("").length)] : []
    )
    const left = ownFiles.filter((name) => !files.has(name))
    yield* Effect.promise(async () => {
      for (const name of left) {
        const path = join(folder, name)
        const there = await lstat(path).catch(() => undefined)
        if (isFileName(name) && there?.isFile() === true) await rm(path)
      }
    })
    yield* write(left.map((name): Entry => [fileKey(name), undefined]))
    return { identity, memory, kept, own: changes.own, isOld: Option.isSome(found), folder, durable: true }
  })
