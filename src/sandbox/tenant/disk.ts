/**
 * Stores a tenant in a folder: its entries in LevelDB, its installers as files in a second folder.
 *
 * Every batch also writes a tally: the number of entries and the sum of their versions. If the tally is wrong at the
 * start, the folder is refused and restored to its previous state. This is needed because LevelDB does not notice every
 * changed byte.
 */
import type { ClassicLevel } from "classic-level"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { dirname } from "node:path"
import { SandboxError } from "../SandboxError.js"
import type { Entry, Keeper } from "./entry.js"
import { codeOf, ensureFolder, makeWhole, orPutBack, refuse, syncFolder, take } from "./folder.js"

/** A value, and how many times its key was written. */
const Kept = Schema.parseJson(Schema.Struct({ version: Schema.Int, value: Schema.Unknown }))
const Tally = Schema.parseJson(Schema.Struct({ count: Schema.Int, sum: Schema.Int }))

/** The key of the tally. It sorts before the keys of all entries. */
const tallyKey = "!tally"

/**
 * A key in the form in which LevelDB stores it. It is escaped, since LevelDB would replace every unpaired surrogate by
 * the same character.
 */
const storedKey = (key: string): string => JSON.stringify(key).slice(1, -1)
const keyOf = Schema.decodeUnknownSync(Schema.parseJson(Schema.String))

const loadLevel = async (): Promise<typeof ClassicLevel> => {
  try {
    const { ClassicLevel } = await import("classic-level")
    return ClassicLevel
  } catch (cause) {
    throw refuse("To keep a tenant in a folder takes the package classic-level: npm install classic-level", cause)
  }
}

type Level = ClassicLevel

const tallyOf = (count: number, sum: number): string => JSON.stringify({ count, sum })

/** Creates an empty database whose tally is zero. */
const makeRecords = async (level: Level): Promise<void> => {
  await level.open({ errorIfExists: true })
  await level.put(tallyKey, tallyOf(0, 0), { sync: true }).finally(() => level.close())
}

/** An entry, and how many times its key was written. */
interface Found {
  readonly version: number
  readonly value: unknown
}

/** Reads all entries and compares them with the tally. */
const readAll = async (level: Level): Promise<Map<string, Found>> => {
  const entries = new Map<string, Found>()
  let tally: typeof Tally.Type | undefined
  let sum = 0
  for await (const [key, text] of level.iterator()) {
    if (key === tallyKey) {
      tally = Either.getOrUndefined(Schema.decodeUnknownEither(Tally)(text))
      continue
    }
    const found = Schema.decodeUnknownEither(Kept)(text)
    if (Either.isLeft(found)) throw new Error(`the entry ${key} is damaged`)
    entries.set(keyOf(`"${key}"`), found.right)
    sum += found.right.version
  }
  if (tally === undefined) throw new Error("it does not say how many entries it has")
  if (tally.count !== entries.size || tally.sum !== sum) {
    throw new Error(
      `it has ${entries.size} entries that add up to ${sum}, where it says ${tally.count} and ${tally.sum}`
    )
  }
  return entries
}

const isInUse = (error: unknown): boolean =>
  codeOf(error) === "LEVEL_LOCKED" || (error instanceof Error && isInUseCause(error.cause))
const isInUseCause = (cause: unknown): boolean => codeOf(cause) === "LEVEL_LOCKED"

/** Opens a folder. Fails with one sentence that says what is wrong with it. */
export const openFolder = (
  folder: string
): Effect.Effect<Keeper & { readonly installers: string }, SandboxError, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          const { installers, isNew, records } = await take(folder)
          const Level = await loadLevel()
          if (isNew) await makeWhole(records, (path) => makeRecords(new Level(path)))
          const opened = await orPutBack(records, isInUse, async () => {
            const level = new Level(records)
            await level.open({ createIfMissing: false })
            try {
              return { level, entries: await readAll(level) }
            } catch (error) {
              await level.close()
              throw error
            }
          })
          await ensureFolder(installers)
          await syncFolder(dirname(installers))
          return { ...opened, installers }
        },
        catch: (cause) => {
          if (cause instanceof SandboxError) return cause
          if (isInUse(cause)) return refuse(`Another sandbox uses ${folder}. Stop it first.`, cause)
          const why =
            cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause).message : String(cause)
          return refuse(`Cannot keep a tenant in ${folder}: ${why}`, cause)
        }
      }),
      ({ level }) => Effect.promise(() => level.close().catch(() => undefined))
    ),
    ({ entries, installers, level }) => ({ ...keeperOf(level, entries), installers })
  )

const keeperOf = (level: Level, first: ReadonlyMap<string, Found>): Keeper => {
  /** The texts on the disk, by key. */
  const texts = new Map<string, string>()
  const versions = new Map<string, number>()
  let sum = 0
  for (const [key, { value, version }] of first) {
    texts.set(key, textOf(version, value))
    versions.set(key, version)
    sum += version
  }
  /**
   * Whether a batch has failed. LevelDB accepts no more batches then, and its log may contain a part of the failed one.
   */
  let isBroken = false

  /** Opens the database again and undoes the part of a failed batch that it contains. */
  const recover = async (): Promise<void> => {
    if (level.status === "open") await level.close()
    await level.open({ createIfMissing: false })
    const back = level.batch()
    let isSame = true
    const missing = new Map(Array.from(texts, ([key, text]) => [storedKey(key), text]))
    missing.set(tallyKey, tallyOf(texts.size, sum))
    for await (const [key, text] of level.iterator()) {
      const right = missing.get(key)
      missing.delete(key)
      if (text === right) continue
      isSame = false
      if (right === undefined) back.del(key)
      else back.put(key, right)
    }
    for (const [key, text] of missing) {
      isSame = false
      back.put(key, text)
    }
    await (isSame ? back.close() : back.write({ sync: true }))
    isBroken = false
  }

  const write = async (batch: ReadonlyArray<Entry>): Promise<void> => {
    if (isBroken) await recover()
    const next = new Map<string, readonly [version: number, text: string]>()
    let sumAfter = sum
    let count = versions.size
    const writes = level.batch()
    for (const [key, value] of batch) {
      const before = versions.get(key) ?? 0
      if (value !== undefined) {
        const text = textOf(before + 1, value)
        sumAfter += 1
        if (before === 0) count += 1
        next.set(key, [before + 1, text])
        writes.put(storedKey(key), text)
      } else if (before > 0) {
        sumAfter -= before
        count -= 1
        next.set(key, [0, ""])
        writes.del(storedKey(key))
      }
    }
    if (next.size === 0) return writes.close()
    writes.put(tallyKey, tallyOf(count, sumAfter))
    try {
      await writes.write({ sync: true })
    } catch (error) {
      isBroken = true
      // If there is not enough space for this either, the next batch tries again.
      await recover().catch(() => undefined)
      throw error
    }
    sum = sumAfter
    for (const [key, [version, text]] of next) {
      if (version === 0) {
        versions.delete(key)
        texts.delete(key)
      } else {
        versions.set(key, version)
        texts.set(key, text)
      }
    }
  }

  return {
    kept: Array.from(first, ([key, { value }]): Entry => [key, value]),
    write: (batch) => Effect.promise(() => write(batch))
  }
}

const textOf = (version: number, value: unknown): string => JSON.stringify({ version, value })
