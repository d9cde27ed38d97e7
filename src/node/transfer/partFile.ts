/**
 * The partial file that a download fills, beside the target. It replaces the target when it is complete. Otherwise it
 * is deleted when the scope closes, unless a later download can continue it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { constants, type FileHandle, lstat, open, rename, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"
import type { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { causeFacts, type Fail } from "./failures.js"
import { clearLeftovers, partNames, takeOver } from "./leftovers.js"
import { isOwnFile, makeFolders, type Target } from "./target.js"

export interface PartFile {
  readonly handle: FileHandle
  /** How many bytes at the beginning an earlier download has written. */
  readonly written: number
  /**
   * Writes pieces in order from a position on, in batches of `batchSize` bytes. While one batch is written, the next
   * one may arrive. After each batch `onWritten` gets the position up to which all is written. The next write waits
   * until `onWritten` is done.
   */
  readonly writer: (
    position: number,
    batchSize: number,
    onWritten: (upTo: number) => Promise<void>
  ) => Effect.Effect<Writer, never, Scope.Scope>
  /** Records how many bytes from the beginning are complete, for a later download. */
  readonly mark: (written: number) => Promise<void>
  /** Lets no later download continue the file. */
  readonly discard: Effect.Effect<void>
  /** Writes the file to disk, moves it to the target, and removes leftover files of earlier downloads to the target. */
  readonly finish: (size: number) => Effect.Effect<void, PayloadTransferError>
}

export interface Writer {
  /** Gives a promise if too many bytes are waiting to be written. The next piece should wait for the promise. */
  readonly add: (piece: Buffer) => Promise<void> | undefined
  /** Waits until all pieces are written. */
  readonly flush: Effect.Effect<void, PayloadTransferError>
}

/** The object that a partial file is a part of: its sha256, and its size in bytes. */
export interface Identity {
  readonly sha256: string
  readonly size: number
}

/** The progress of a download. It is written after the object's last byte, until the file is complete. */
const Mark = Schema.parseJson(
  Schema.Struct({ sha256: Schema.String, size: Schema.Number, written: Schema.NonNegativeInt })
)

/** Opens the partial file for a target: one that an earlier download of the same object left, or a new one. */
export const partFile = (
  { before, path: target }: Target,
  identity: Identity | undefined,
  fail: Fail
): Effect.Effect<PartFile, PayloadTransferError, Scope.Scope> => {
  const onDisk = <A>(action: () => Promise<A>): Effect.Effect<A, PayloadTransferError> =>
    Effect.uninterruptible(Effect.tryPromise({ try: action, catch: (cause) => fail("Sink", causeFacts(cause)) }))

  const acquire = onDisk(async () => {
    await makeFolders(dirname(target))
    if (identity !== undefined) {
      const names = partNames(target, identity.sha256)
      const left = (await takeOver(target, identity.sha256, names.filling))
        ? await goOn(names.filling, identity)
        : undefined
      if (left !== undefined) return { names, ...left }
    }
    const names = partNames(target, identity?.sha256)
    return { names, handle: await open(names.filling, "wx+"), written: 0 }
  })

  return Effect.gen(function* () {
    if ((yield* Effect.promise(() => stat(target).catch(() => undefined)))?.isDirectory() === true) {
      return yield* fail("Sink", { detail: `${target} is a folder` })
    }
    let isKept = false
    let isTarget = false
    const { handle, names, written } = yield* Effect.acquireRelease(acquire, ({ handle, names }) =>
      Effect.promise(async () => {
        await handle.close().catch(() => undefined)
        if (isTarget) return
        await (isKept ? rename(names.filling, names.left) : rm(names.filling, { force: true })).catch(() => undefined)
      })
    )
    return {
      handle,
      written,
      writer: (position, batchSize, onWritten) => {
        const writer = writeBehind(handle, position, batchSize, onWritten)
        return Effect.acquireRelease(
          Effect.succeed({ add: writer.add, flush: onDisk(writer.flush) }),
          // Writes the pieces that have arrived for a later download, before the file is closed.
          () => Effect.promise(() => writer.flush().catch(() => undefined))
        )
      },
      mark: async (written) => {
        if (identity === undefined) return
        await handle.write(JSON.stringify({ ...identity, written }).padEnd(markSize), identity.size)
        isKept = true
      },
      discard: Effect.sync(() => {
        isKept = false
      }),
      finish: (size) =>
        onDisk(async () => {
          await handle.truncate(size)
          if (before !== undefined) {
            // Most users may not change the owner of a file.
            await handle.chown(before.uid, before.gid).catch(() => undefined)
            await handle.chmod(before.mode)
          }
          await handle.sync()
          const there = await lstat(target).catch(() => undefined)
          if (there?.isFile() === false) throw new Error("What is at the target is not a file any more.")
          await rename(names.filling, target)
          isTarget = true
          await syncFolder(dirname(target))
          await clearLeftovers(target)
        })
    }
  })
}

/** In bytes. Longer than any mark, so that a new mark overwrites the previous one. */
const markSize = 200

/** Opens the file that an earlier download left, if it is safe to continue it: never a link or a device. */
const goOn = async (
  path: string,
  identity: Identity
): Promise<{ readonly handle: FileHandle; readonly written: number } | undefined> => {
  const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    if (isOwnFile(await handle.stat())) return { handle, written: await readMark(handle, identity) }
  } catch {
    // A file that cannot be read is not continued.
  }
  await handle.close()
  return undefined
}

const readMark = async (handle: FileHandle, { sha256, size }: Identity): Promise<number> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(markSize), 0, markSize, size)
  const mark = Schema.decodeUnknownOption(Mark)(buffer.subarray(0, bytesRead).toString("utf8"))
  return Option.match(mark, {
    onNone: () => 0,
    onSome: (mark) => (mark.sha256 === sha256 && mark.size === size && mark.written <= size ? mark.written : 0)
  })
}

/** The most pieces in one write, because operating systems limit their number. */
const mostPieces = 512

/** Writes pieces in order and in batches, while the next pieces arrive. */
const writeBehind = (
  handle: FileHandle,
  start: number,
  batchSize: number,
  onWritten: (upTo: number) => Promise<void>
) => {
  let pieces: Array<Buffer> = []
  let size = 0
  let at = start
  /** Rejects from the first failed write on. */
  let writes = Promise.resolve()
  let underWay = 0

  const write = async (): Promise<void> => {
    const batch = pieces
    const end = at + size
    pieces = []
    size = 0
    const { bytesWritten } = await handle.writev(batch, at)
    // The system may write only a part of the bytes if the disk is nearly full.
    if (at + bytesWritten < end) await writeRest(handle, Buffer.concat(batch), bytesWritten, at)
    // Frees the bytes even if something still refers to the batch: otherwise they outlive quick garbage collections.
    batch.length = 0
    at = end
    await onWritten(at)
    underWay -= 1
  }
  const begin = () => {
    underWay += 1
    writes = writes.then(write)
    // The next batch or `flush` reports the failure.
    writes.catch(() => undefined)
  }
  return {
    add: (piece: Buffer): Promise<void> | undefined => {
      pieces.push(piece)
      size += piece.length
      if (size < batchSize && pieces.length < mostPieces) return undefined
      const before = underWay > 0 ? writes : undefined
      begin()
      return before
    },
    flush: (): Promise<void> => {
      if (size > 0) begin()
      return writes
    }
  }
}

const writeRest = async (handle: FileHandle, bytes: Buffer, from: number, position: number): Promise<void> => {
  for (let done = from; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Writes the new name of a file in a folder to disk, if the system can do that for a folder. */
const syncFolder = async (folder: string): Promise<void> => {
  try {
    const handle = await open(folder)
    await handle.sync().finally(() => handle.close())
  } catch {
    return
  }
}
