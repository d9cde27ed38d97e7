/**
 * The file beside the target that a download fills. It becomes the target when it is whole, and goes with the scope
 * otherwise, unless a later download may continue it.
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
  /** Bytes from the beginning that an earlier download left. */
  readonly written: number
  /**
   * Writes what comes in order from a place on, `batchSize` bytes at once, while as many more may come. `onWritten` is
   * told up to where, and done before the next write.
   */
  readonly writer: (
    position: number,
    batchSize: number,
    onWritten: (upTo: number) => Promise<void>
  ) => Effect.Effect<Writer, never, Scope.Scope>
  /** Notes down how far it is complete from the beginning, for a later download. */
  readonly mark: (written: number) => Promise<void>
  /** Nobody shall continue it. */
  readonly discard: Effect.Effect<void>
  /** Makes it the target, all of it on the disk, and clears away what others left on their way to it. */
  readonly finish: (size: number) => Effect.Effect<void, PayloadTransferError>
}

export interface Writer {
  /** Gives a promise where so much is waiting to be written that no more should come before some of it is. */
  readonly add: (piece: Buffer) => Promise<void> | undefined
  /** Waits until all is written. */
  readonly flush: Effect.Effect<void, PayloadTransferError>
}

/** What can be continued: a part of the object with this digest, and this many bytes in all. */
export interface Identity {
  readonly sha256: string
  readonly size: number
}

/** Stands behind the last byte of the object while it is not whole. */
const Mark = Schema.parseJson(
  Schema.Struct({ sha256: Schema.String, size: Schema.Number, written: Schema.NonNegativeInt })
)

/** Opens one for a target: the one that a download of the same object left, or a new one. */
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
          // What has come is kept for a later download, and nothing is written to a file that is closed.
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
            // Only the owner may give a file away.
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

/** Longer than any mark, so that a new one covers the one before. */
const markSize = 200

/** Opens what an earlier download left, if it is safe to go on with it: a link or a device is never followed. */
const goOn = async (
  path: string,
  identity: Identity
): Promise<{ readonly handle: FileHandle; readonly written: number } | undefined> => {
  const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    if (isOwnFile(await handle.stat())) return { handle, written: await readMark(handle, identity) }
  } catch {
    // What cannot be read is not continued.
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

/** A file cannot be given more parts than this in one write. */
const mostPieces = 512

/** Writes pieces in order, many at once, while the next ones come. */
const writeBehind = (
  handle: FileHandle,
  start: number,
  batchSize: number,
  onWritten: (upTo: number) => Promise<void>
) => {
  let pieces: Array<Buffer> = []
  let size = 0
  let at = start
  /** Rejects for good when a write fails. */
  let writes = Promise.resolve()
  let underWay = 0

  const write = async (): Promise<void> => {
    const batch = pieces
    const end = at + size
    pieces = []
    size = 0
    const { bytesWritten } = await handle.writev(batch, at)
    // The system takes less than it is given where a disk is nearly full.
    if (at + bytesWritten < end) await writeRest(handle, Buffer.concat(batch), bytesWritten, at)
    // Whatever still points to the batch shall not keep its bytes: they would outlive quick collections.
    batch.length = 0
    at = end
    await onWritten(at)
    underWay -= 1
  }
  const begin = () => {
    underWay += 1
    writes = writes.then(write)
    // The next batch or `flush` tells it.
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

/** The new name is on the disk too, where the system can say so of a folder. */
const syncFolder = async (folder: string): Promise<void> => {
  try {
    const handle = await open(folder)
    await handle.sync().finally(() => handle.close())
  } catch {
    return
  }
}
