/**
 * A file of JSON lines that are only added to it, until it is written anew. A line counts once it is on the disk, and what
 * was told to a caller is there: `flushed` waits for it. Several callers who wait at once share one write.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { constants, createReadStream } from "node:fs"
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { SandboxError } from "../SandboxError.js"
import type { Entry, Keeper } from "./entry.js"

/** A journal that is open for more lines. */
export interface Journal {
  readonly append: (line: unknown) => void
  /** Done when every line so far is on the disk. Dies when the disk takes no more. */
  readonly flushed: Effect.Effect<void>
}

const refuse = (folder: string) => (cause: unknown) =>
  cause instanceof SandboxError
    ? cause
    : new SandboxError({
        reason: "Folder",
        detail: `Cannot keep a tenant in ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause
      })

/** What was made, renamed or removed in a folder is on the disk. */
export const syncFolder = async (folder: string): Promise<void> => {
  // Windows knows no such thing.
  if (process.platform === "win32") return
  const handle = await open(folder, "r")
  await handle.sync().finally(() => handle.close())
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined)

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

const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === "EPERM"
  }
}

const held = new Set<string>()

/** Only one sandbox at a time writes to a folder. A lock whose process is gone does not count. */
const lock = (folder: string): Effect.Effect<void, SandboxError, Scope.Scope> => {
  const path = join(folder, "lock")
  const take = async (): Promise<void> => {
    const owner = Number(await readFile(path, "utf8").catch(() => "NaN"))
    if (isAlive(owner) || held.has(path)) {
      const detail = `Another sandbox (process ${owner}) uses ${folder}. Stop it, or remove ${path} if there is none.`
      throw new SandboxError({ reason: "Folder", detail, cause: undefined })
    }
    const handle = await open(path, "w")
    await handle.writeFile(String(process.pid)).finally(() => handle.close())
    held.add(path)
  }
  return Effect.asVoid(
    Effect.acquireRelease(Effect.tryPromise({ try: take, catch: refuse(folder) }), () =>
      Effect.promise(async () => {
        held.delete(path)
        await rm(path, { force: true })
      })
    )
  )
}

const endsWithNewline = async (path: string): Promise<boolean> => {
  const handle = await open(path, "r")
  try {
    const { size } = await handle.stat()
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    return size === 0 || buffer[0] === 0x0a
  } finally {
    await handle.close()
  }
}

/** Reads a journal line by line. A last one that a crash cut short is passed over: nobody was told of it. */
const readLines = async (path: string, onLine: (line: unknown) => void): Promise<void> => {
  const whole = await endsWithNewline(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (whole === undefined) return
  let number = 0
  let problem: { readonly line: number; readonly cause: unknown } | undefined
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (problem !== undefined) break
    number += 1
    try {
      onLine(JSON.parse(text))
    } catch (cause) {
      if (cause instanceof SandboxError) throw cause
      problem = { line: number, cause }
    }
  }
  if (problem !== undefined && (whole || problem.line < number)) {
    const detail = `Line ${problem.line} of ${path} is not JSON: something else has written to it.`
    throw new SandboxError({ reason: "Folder", detail, cause: problem.cause })
  }
}

/** A file that lines are added to. */
interface Open {
  readonly file: FileHandle
  /** How much of it counts, in bytes: what a failed write left behind it does not. */
  readonly size: number
}

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants

const linesOf = function* (lines: Iterable<unknown>): Generator<Buffer> {
  let batch: Array<string> = []
  for (const line of lines) {
    batch.push(`${JSON.stringify(line)}\n`)
    if (batch.length < 1000) continue
    yield Buffer.from(batch.join(""))
    batch = []
  }
  yield Buffer.from(batch.join(""))
}

/**
 * Writes the lines beside the journal and puts them in its place: whenever the process ends, it is the old one or the new
 * one, never half of it.
 */
const replace = async (path: string, lines: Iterable<unknown>): Promise<Open> => {
  const next = `${path}.next`
  const file = await open(next, O_APPEND | O_CREAT | O_TRUNC | O_WRONLY)
  try {
    let size = 0
    for (const bytes of linesOf(lines)) {
      await file.writeFile(bytes)
      size += bytes.length
    }
    await file.sync()
    await rename(next, path)
    return { file, size }
  } catch (error) {
    await file.close()
    await rm(next, { force: true })
    throw error
  }
}

/** A journal is written anew once it is this many times as long as it has to be, and some. */
const slack = { times: 4, bytes: 1024 * 1024 }

const writer = (folder: string, first: Open, rewrite: () => Promise<Open>) => {
  let { file, size } = first
  let most = size * slack.times + slack.bytes
  let pending: Array<string> = []
  let writing: Promise<void> | undefined

  const write = async (): Promise<void> => {
    const lines = pending
    pending = []
    const bytes = Buffer.from(lines.join(""))
    try {
      await file.writeFile(bytes)
      await file.datasync()
      size += bytes.length
    } catch (error) {
      pending = [...lines, ...pending]
      await file.truncate(size)
      throw error
    }
  }
  /** What is pending is in the new file too: whoever waits for it is told once that is in its place. */
  const compact = async (): Promise<void> => {
    const lines = pending
    pending = []
    try {
      const old = file
      ;({ file, size } = await rewrite())
      await old.close().catch(() => undefined)
    } catch {
      // The old one does as well.
      pending = [...lines, ...pending]
      return write()
    } finally {
      most = size * slack.times + slack.bytes
    }
    await syncFolder(folder)
  }
  /** Waits for the write under way, whatever becomes of it; what is pending then goes with the next one. */
  const flush = async (): Promise<void> => {
    if (writing !== undefined) {
      await writing.catch(() => undefined)
      return flush()
    }
    if (pending.length === 0) return
    writing = (size < most ? write() : compact()).finally(() => {
      writing = undefined
    })
    return writing
  }
  const journal: Journal = {
    append: (line) => void pending.push(`${JSON.stringify(line)}\n`),
    flushed: Effect.suspend(() => (pending.length === 0 && writing === undefined ? Effect.void : Effect.promise(flush)))
  }
  return {
    journal,
    // What cannot be written any more was promised to nobody.
    close: Effect.zipRight(
      Effect.exit(journal.flushed),
      Effect.promise(() => file.close())
    )
  }
}

/** What a journal is read into, and what of it is still needed. */
export interface Reader {
  readonly onLine: (line: unknown) => void
  /** All that it takes to come to where the last line led to. */
  readonly needed: () => Iterable<unknown>
}

/**
 * Opens the journal of a folder, which is made where there is none. The file starts with what is still needed of it, and
 * is written anew whenever it has become much longer than that.
 */
export const openJournal = (
  folder: string,
  { needed, onLine }: Reader
): Effect.Effect<Journal, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const path = join(folder, "journal.jsonl")
    const catchAll = refuse(folder)
    yield* Effect.tryPromise({ try: () => ensureFolder(join(folder, "installers")), catch: catchAll })
    yield* lock(folder)
    yield* Effect.tryPromise({ try: () => readLines(path, onLine), catch: catchAll })
    // What is needed is gathered before anything else can change: the lines that are pending by then are among it.
    const rewrite = () => replace(path, [...needed()])
    const { journal } = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          const first = await rewrite()
          await syncFolder(folder)
          return writer(folder, first, rewrite)
        },
        catch: catchAll
      }),
      ({ close }) => close
    )
    return journal
  })

const isEntry = (line: unknown): line is Entry => Array.isArray(line) && typeof line[0] === "string"

/** The entries of a folder, kept in a journal: a line for each, the last of a key counts. */
export const openFolder = (folder: string): Effect.Effect<Keeper, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const entries = new Map<string, unknown>()
    const put = ([key, value]: Entry): void => {
      // JSON has no `undefined`: an entry that was taken away is a line with a key alone.
      if (value === undefined) entries.delete(key)
      else entries.set(key, value)
    }
    const journal = yield* openJournal(folder, {
      onLine: (line) => {
        if (!isEntry(line)) {
          const detail = `${folder} was written by another version of the sandbox.`
          throw new SandboxError({ reason: "Folder", detail, cause: undefined })
        }
        put(line)
      },
      needed: () => entries
    })
    return {
      kept: [...entries],
      write: (batch) =>
        Effect.suspend(() => {
          for (const entry of batch) {
            put(entry)
            journal.append(entry[1] === undefined ? [entry[0]] : entry)
          }
          return journal.flushed
        })
    }
  })
