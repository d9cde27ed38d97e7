/**
 * A tenant in a folder: its entries in LevelDB, its installers beside it. The folder is taken only if it is empty, new, or
 * marked by a file that a sandbox wrote; nothing else in it is ever touched.
 *
 * Every batch also writes how many entries there are and the sum of their versions. A start that finds others is refused,
 * and the folder put back as it was: LevelDB itself does not notice every flipped byte.
 */
import type { ClassicLevel } from "classic-level"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { cp, lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { SandboxError } from "../SandboxError.js"
import type { Entry, Keeper } from "./entry.js"

/** The file that says whose folder it is. */
const markName = "iru-sandbox.json"
const storeName = "records"
const installersName = "installers"
const version = 1

const Mark = Schema.parseJson(Schema.Struct({ "iru-sandbox": Schema.Int }))
/** A value, and how often its key was written. */
const Kept = Schema.parseJson(Schema.Struct({ version: Schema.Int, value: Schema.Unknown }))
const Tally = Schema.parseJson(Schema.Struct({ count: Schema.Int, sum: Schema.Int }))

/** Sorts before every key of an entry. */
const tallyKey = "!tally"

const refuse = (detail: string, cause?: unknown) => new SandboxError({ reason: "Folder", detail, cause })

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined)

/** What was made, renamed or removed in a folder is on the disk. */
export const syncFolder = async (folder: string): Promise<void> => {
  // Windows knows no such thing.
  if (process.platform === "win32") return
  const handle = await open(folder, "r")
  await handle.sync().finally(() => handle.close())
}

/**
 * A folder, with those that it lies in. Node's own way to make them all never comes to an end where a system will not make
 * one in a folder that is there, such as /proc.
 */
const ensureFolder = async (folder: string): Promise<void> => {
  const make = (): Promise<void> =>
    mkdir(folder).catch(async (error: unknown) => {
      if (codeOf(error) !== "EEXIST" || !(await stat(folder)).isDirectory()) throw error
    })
  const parent = dirname(folder)
  await make().catch(async (error: unknown) => {
    if (codeOf(error) !== "ENOENT" || parent === folder) throw error
    await ensureFolder(parent)
    await make()
  })
}

/** What is at a path itself: a link is not followed. */
const look = (path: string) =>
  lstat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined
    throw error
  })

const mark = async (folder: string): Promise<void> => {
  const path = join(folder, markName)
  const handle = await open(`${path}.next`, "wx")
  await handle.writeFile(`${JSON.stringify({ "iru-sandbox": version })}\n`)
  await handle.sync().finally(() => handle.close())
  await rename(`${path}.next`, path)
  await syncFolder(folder)
}

/** Takes a folder, or refuses it as it is. */
const take = async (folder: string): Promise<void> => {
  const there = await look(folder)
  if (there?.isSymbolicLink() === true)
    throw refuse(`${folder} is a symbolic link. Give the path of the folder itself.`)
  if (there === undefined) await ensureFolder(folder)
  const names = await readdir(folder)
  if (names.length === 0) return mark(folder)
  if (!names.includes(markName)) {
    throw names.includes("journal.jsonl")
      ? refuse(`${folder} was written by a version of the sandbox that this one cannot read. Use another folder.`)
      : refuse(`${folder} is not empty, and no sandbox wrote it. Use a folder that is empty or new.`)
  }
  const path = join(folder, markName)
  if ((await look(path))?.isFile() !== true) throw refuse(`${path} is not a file.`)
  const found = Schema.decodeUnknownEither(Mark)(await readFile(path, "utf8"))
  if (Either.isLeft(found)) throw refuse(`${path} is damaged.`)
  if (found.right["iru-sandbox"] !== version) throw refuse(`${folder} was written by another version of the sandbox.`)
  for (const name of [storeName, installersName]) {
    const inside = await look(join(folder, name))
    if (inside !== undefined && !inside.isDirectory()) throw refuse(`${join(folder, name)} is not a folder.`)
  }
  if (names.includes(installersName) && !names.includes(storeName)) {
    throw refuse(`${folder} has installers and no records: ${join(folder, storeName)} is missing.`)
  }
}

const loadLevel = async (): Promise<typeof ClassicLevel> => {
  try {
    const { ClassicLevel } = await import("classic-level")
    return ClassicLevel
  } catch (cause) {
    throw refuse("To keep a tenant in a folder takes the package classic-level: npm install classic-level", cause)
  }
}

type Level = ClassicLevel

/** An entry, and how often its key was written. */
interface Found {
  readonly version: number
  readonly value: unknown
}

/** Reads all entries, and checks them against what the last batch said. */
const readAll = async (level: Level, isNew: boolean): Promise<Map<string, Found>> => {
  const entries = new Map<string, Found>()
  let tally = isNew ? { count: 0, sum: 0 } : undefined
  let sum = 0
  for await (const [key, text] of level.iterator()) {
    if (key === tallyKey) {
      tally = Either.getOrUndefined(Schema.decodeUnknownEither(Tally)(text))
      continue
    }
    const found = Schema.decodeUnknownEither(Kept)(text)
    if (Either.isLeft(found)) throw new Error(`the entry ${key} is damaged`)
    entries.set(key, found.right)
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

/** Runs an action on a folder, and puts the folder back as it was if that fails because of what is in it. */
const orPutBack = async <A>(folder: string, action: () => Promise<A>): Promise<A> => {
  const isThere = (await look(folder)) !== undefined
  const copy = isThere ? await mkdtemp(join(tmpdir(), "effect-iru-sandbox-copy-")) : undefined
  try {
    if (copy !== undefined) await cp(folder, copy, { recursive: true, preserveTimestamps: true })
    return await action()
  } catch (error) {
    if (copy !== undefined && !isInUse(error)) {
      await rm(folder, { recursive: true })
      await cp(copy, folder, { recursive: true, preserveTimestamps: true })
    }
    throw error
  } finally {
    if (copy !== undefined) await rm(copy, { recursive: true, force: true })
  }
}

const isInUse = (error: unknown): boolean =>
  codeOf(error) === "LEVEL_LOCKED" || (error instanceof Error && isInUseCause(error.cause))
const isInUseCause = (cause: unknown): boolean => codeOf(cause) === "LEVEL_LOCKED"

/** Opens a folder. Fails with what is wrong with it, in one sentence. */
export const openFolder = (folder: string): Effect.Effect<Keeper, SandboxError, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          await take(folder)
          const Level = await loadLevel()
          const path = join(folder, storeName)
          const isNew = (await look(path)) === undefined
          const opened = await orPutBack(path, async () => {
            const level = new Level(path)
            await level.open({ createIfMissing: isNew })
            try {
              return { level, entries: await readAll(level, isNew) }
            } catch (error) {
              await level.close()
              throw error
            }
          })
          await ensureFolder(join(folder, installersName))
          await syncFolder(folder)
          return opened
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
    ({ entries, level }) => keeperOf(level, entries)
  )

const keeperOf = (level: Level, first: ReadonlyMap<string, Found>): Keeper => {
  /** What is on the disk, as it stands there. */
  const texts = new Map<string, string>()
  const versions = new Map<string, number>()
  let sum = 0
  for (const [key, { value, version }] of first) {
    texts.set(key, textOf(version, value))
    versions.set(key, version)
    sum += version
  }
  const tallyOf = (count: number, sum: number): string => JSON.stringify({ count, sum })

  /** Whether a batch has failed: LevelDB takes no more after that, and may have half of it in its log. */
  let isBroken = false

  /** Opens the records again, and takes back what they have of a batch that was refused. */
  const recover = async (): Promise<void> => {
    if (level.status === "open") await level.close()
    await level.open({ createIfMissing: false })
    const back = level.batch()
    let isSame = true
    const missing = new Map([...texts, [tallyKey, tallyOf(texts.size, sum)]])
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
        writes.put(key, text)
      } else if (before > 0) {
        sumAfter -= before
        count -= 1
        next.set(key, [0, ""])
        writes.del(key)
      }
    }
    if (next.size === 0) return writes.close()
    writes.put(tallyKey, tallyOf(count, sumAfter))
    try {
      await writes.write({ sync: true })
    } catch (error) {
      isBroken = true
      // If there is no room for that either, the next batch tries again.
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
