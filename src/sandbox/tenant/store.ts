/**
 * A tenant's memory, and how it is kept beyond the process.
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
  /** Notes down that a file in the folder is the sandbox's own, before it is made; or that it is gone. */
  readonly own: (name: string, isThere: boolean) => Effect.Effect<void>
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

/** Options of the caller replace those that were kept. */
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
    return { identity, memory, kept: Effect.void, own: () => Effect.void, isOld: false, folder, durable: false }
  })

const broken = (detail: string, cause?: unknown) => new SandboxError({ reason: "Folder", detail, cause })

const fileKey = (name: string): string => `file/${name}`

/** The names that the sandbox gives to its files: a name like this is never a path. */
const isFileName = (name: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)

/**
 * What has changed and is not kept yet. Changes of requests that come while a batch is written go with the next one. If the
 * disk does not take a batch, all that is not kept is put back: a write that was refused never happened.
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
      // As JSON has it: the memory goes on changing what it gave.
      else kept.set(key, JSON.parse(JSON.stringify(value)))
    }
  }
  /** Waits for the batch that is being written, and writes the next one. */
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
    /** From here on, changes are kept: what there was before came from the disk. */
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

/** The tenant in a folder, as it was when it was left; a new one if the folder has none. */
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
    /** Files that are noted down as the sandbox's own, and that no object has. */
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
