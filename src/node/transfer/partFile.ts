/**
 * The file beside the target that a download fills. It becomes the target when it is whole, and goes with the scope
 * otherwise, unless a later download may continue it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import type { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { causeFacts, type Fail } from "./failures.js"
import type { Batch } from "./storage.js"

export interface PartFile {
  readonly handle: FileHandle
  /** Bytes from the beginning that an earlier download left. */
  readonly written: number
  readonly write: (position: number, batch: Batch) => Effect.Effect<void, PayloadTransferError>
  /** Notes down how far it is complete from the beginning, for a later download. */
  readonly mark: (written: number) => Effect.Effect<void, PayloadTransferError>
  /** Nobody shall continue it. */
  readonly discard: Effect.Effect<void>
  /** Makes it the target, all of it on the disk. */
  readonly finish: (size: number) => Effect.Effect<void, PayloadTransferError>
}

/** What can be continued: a part of the object with this digest, and this many bytes in all. */
export interface Identity {
  readonly sha256: string
  readonly size: number
}

/** Stands behind the last byte of the object while it is not whole. */
const Mark = Schema.parseJson(Schema.Struct({ sha256: Schema.String, size: Schema.Number, written: Schema.Number }))

/** The partial files that downloads of this process are filling. */
const inUse = new Set<string>()

/** Opens one for a target: the one that a download of the same object left, or a new one. */
export const partFile = (
  target: string,
  identity: Identity | undefined,
  fail: Fail
): Effect.Effect<PartFile, PayloadTransferError, Scope.Scope> => {
  const onDisk = <A>(action: () => Promise<A>): Effect.Effect<A, PayloadTransferError> =>
    Effect.uninterruptible(Effect.tryPromise({ try: action, catch: (cause) => fail("Sink", causeFacts(cause)) }))

  const acquire = onDisk(async () => {
    const folder = dirname(target)
    await mkdir(folder, { recursive: true })
    const stem = `.${basename(target).slice(0, 40)}.${identity?.sha256.slice(0, 16) ?? "new"}.`
    const path = join(folder, `${stem}${process.pid}-${randomBytes(8).toString("hex")}.part`)
    inUse.add(path)
    try {
      const taken = identity !== undefined && (await takeOver(folder, stem, path))
      const handle = await open(path, taken ? "r+" : "wx+")
      return { path, handle, written: taken ? await readMark(handle, identity) : 0 }
    } catch (cause) {
      inUse.delete(path)
      throw cause
    }
  })

  return Effect.gen(function* () {
    if ((yield* Effect.promise(() => stat(target).catch(() => undefined)))?.isDirectory() === true) {
      return yield* fail("Sink", { detail: `${target} is a folder` })
    }
    let isKept = false
    const { handle, path, written } = yield* Effect.acquireRelease(acquire, ({ handle, path }) =>
      Effect.promise(async () => {
        await handle.close().catch(() => undefined)
        if (!isKept) await rm(path, { force: true })
        inUse.delete(path)
      })
    )
    return {
      handle,
      written,
      write: (position, { pieces, size }) =>
        onDisk(async () => {
          const { bytesWritten } = await handle.writev(pieces, position)
          if (bytesWritten < size) await writeRest(handle, Buffer.concat(pieces), bytesWritten, position)
        }),
      mark: (written) =>
        identity === undefined
          ? Effect.void
          : onDisk(async () => {
              await handle.write(JSON.stringify({ ...identity, written }).padEnd(markSize), identity.size)
              isKept = true
            }),
      discard: Effect.sync(() => {
        isKept = false
      }),
      finish: (size) =>
        onDisk(async () => {
          await handle.truncate(size)
          await handle.sync()
          await rename(path, target)
          isKept = true
          await syncFolder(dirname(target))
        })
    }
  })
}

/** Longer than any mark, so that a new one covers the one before. */
const markSize = 200

const readMark = async (handle: FileHandle, { sha256, size }: Identity): Promise<number> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(markSize), 0, markSize, size)
  const mark = Schema.decodeUnknownOption(Mark)(buffer.subarray(0, bytesRead).toString("utf8"))
  return Option.match(mark, {
    onNone: () => 0,
    onSome: (mark) => (mark.sha256 === sha256 && mark.size === size && mark.written <= size ? mark.written : 0)
  })
}

/** Makes a partial file that nobody fills any more one's own. Of several who try, one succeeds. */
const takeOver = async (folder: string, stem: string, path: string): Promise<boolean> => {
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(stem) ? /^(\d+)-[0-9a-f]{16}\.part$/.exec(name.slice(stem.length))?.[1] : undefined
    if (owner === undefined || inUse.has(join(folder, name)) || isAlive(Number(owner))) continue
    try {
      await rename(join(folder, name), path)
      return true
    } catch {
      continue
    }
  }
  return false
}

/** A process of another user is alive too. One of this process's own number that is not in use is of a former life. */
const isAlive = (pid: number): boolean => {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return !(cause instanceof Error && "code" in cause && cause.code === "ESRCH")
  }
}

/** The system took less than it was given: a disk that is nearly full, most of the time. */
const writeRest = async (handle: FileHandle, bytes: Buffer, from: number, position: number): Promise<void> => {
  for (let done = from; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** The new name is on the disk too, where the system can say so of a folder. */
const syncFolder = async (folder: string): Promise<void> => {
  try {
    const handle = await open(folder)
    await handle.sync().finally(() => handle.close())
  } catch {
    return
  }
}
