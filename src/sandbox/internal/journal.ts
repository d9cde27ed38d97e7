/**
 * A file of JSON lines that only grows. A line counts once it is on the disk, and what was told to a caller is there:
 * `flushed` waits for it. Several callers who wait at once share one write.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createReadStream } from "node:fs"
import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { SandboxError } from "../SandboxError.js"

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

const isAlive = (pid: number): boolean => {
  if (!Number.isInteger(pid) || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
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

/** Writes the lines beside the journal and puts them in its place: it is the old one or the new one, never half of it. */
const replace = async (folder: string, path: string, lines: Iterable<unknown>): Promise<FileHandle> => {
  const next = `${path}.next`
  const handle = await open(next, "w")
  try {
    let batch: Array<string> = []
    for (const line of lines) {
      batch.push(`${JSON.stringify(line)}\n`)
      if (batch.length < 1000) continue
      await handle.writeFile(batch.join(""))
      batch = []
    }
    await handle.writeFile(batch.join(""))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(next, path)
  await syncFolder(folder)
  return open(path, "a")
}

const writer = (file: FileHandle, size: number): Journal => {
  let pending: Array<string> = []
  let written = size
  let writing: Promise<void> | undefined

  const write = async (): Promise<void> => {
    const lines = pending
    pending = []
    const bytes = Buffer.from(lines.join(""))
    try {
      await file.writeFile(bytes)
      await file.datasync()
      written += bytes.length
    } catch (error) {
      pending = [...lines, ...pending]
      await file.truncate(written)
      throw error
    }
  }
  /** Waits for the write under way, whatever becomes of it; what is pending then goes with the next one. */
  const flush = async (): Promise<void> => {
    if (writing !== undefined) {
      await writing.catch(() => undefined)
      return flush()
    }
    if (pending.length === 0) return
    writing = write().finally(() => {
      writing = undefined
    })
    return writing
  }
  return {
    append: (line) => void pending.push(`${JSON.stringify(line)}\n`),
    flushed: Effect.suspend(() => (pending.length === 0 && writing === undefined ? Effect.void : Effect.promise(flush)))
  }
}

/** What a journal is read into, and what of it is still needed. */
export interface Reader {
  readonly onLine: (line: unknown) => void
  readonly needed: () => Iterable<unknown>
}

/** Opens the journal of a folder, which is made where there is none. The file starts with what is still needed of it. */
export const openJournal = (
  folder: string,
  { needed, onLine }: Reader
): Effect.Effect<Journal, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const path = join(folder, "journal.jsonl")
    const catchAll = refuse(folder)
    yield* Effect.tryPromise({ try: () => mkdir(join(folder, "installers"), { recursive: true }), catch: catchAll })
    yield* lock(folder)
    yield* Effect.tryPromise({ try: () => readLines(path, onLine), catch: catchAll })
    const { file, size } = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: async () => {
          const file = await replace(folder, path, needed())
          return { file, size: (await file.stat()).size }
        },
        catch: catchAll
      }),
      ({ file }) => Effect.promise(() => file.close())
    )
    const journal = writer(file, size)
    yield* Effect.addFinalizer(() => Effect.ignore(journal.flushed))
    return journal
  })
