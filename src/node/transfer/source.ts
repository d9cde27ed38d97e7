/**
 * Reads the bytes of an installer from a file, from memory or from a stream.
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { constants, type FileHandle, open, stat } from "node:fs/promises"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import type { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { invalidArgument } from "../../operation/arguments.js"
import { byteReader } from "../../installers/byteReader.js"
import { baseName, fileSize, nameProblem, readProblem } from "../../installers/files.js"
import type { Installer } from "../../schemas/Installer.js"
import type { InstallerTransfer } from "../../services/InstallerTransfer.js"
import { contentProblem, headSize } from "./content.js"
import { causeFacts, type Fail, failures } from "./failures.js"

/** The limit of one POST to S3: 5 GiB. */
export const maxInstallerSize = 5 * 1024 ** 3

/** The smallest piece of a file, in bytes. Pieces grow while they are sent quickly. */
const leastPiece = 64 * 1024

/** The largest piece of a file, in bytes. On a fast line, the overhead of a piece takes longer than its bytes. */
const mostPiece = 4 * 1024 * 1024

/** The size of the pieces of a stream or of bytes in memory. */
const streamPiece = 1024 * 1024

/**
 * The size of the next piece, from the milliseconds that the previous one took. Pieces on a slow line are small, so
 * that its progress is visible.
 */
const nextLength = (length: number, milliseconds: number): number => {
  if (milliseconds < 50) return Math.min(2 * length, mostPiece)
  return milliseconds > 500 ? Math.max(length / 2, leastPiece) : length
}

const nameOf = (installer: Installer): string =>
  "path" in installer ? (installer.name ?? baseName(installer.path)) : installer.name

/** The name and size of an installer. Checks them, and the first bytes, before anything is sent. */
export const inspectOn =
  (fs: FileSystem): InstallerTransfer.Service["inspect"] =>
  (installer, operation) =>
    Effect.gen(function* () {
      const size =
        "path" in installer
          ? yield* fileSize(fs, operation, "installer", installer.path)
          : "bytes" in installer
            ? installer.bytes.length
            : installer.size
      const name = nameOf(installer)
      const refuse = (why: string) => invalidArgument(operation, { installer: [why] })
      if (size <= 0) return yield* refuse(`${name} is empty.`)
      if (size > maxInstallerSize) return yield* refuse(`${name} has ${size} bytes: storage takes 5 GiB at most.`)
      if (!Number.isInteger(size)) return yield* refuse(`The size of ${name} is no whole number of bytes.`)
      const problem = nameProblem(name) ?? contentProblem(name, yield* headOf(installer, operation))
      if (problem !== undefined) return yield* refuse(problem)
      return { name, size }
    })

/** The first bytes of an installer. Empty for a stream, which is checked while it is sent. */
const headOf = (installer: Installer, operation: string): Effect.Effect<Uint8Array, ApiClientError> => {
  if ("bytes" in installer) return Effect.succeed(installer.bytes.subarray(0, headSize))
  if ("stream" in installer) return Effect.succeed(new Uint8Array())
  const { path } = installer
  return Effect.acquireUseRelease(
    Effect.tryPromise(() => openFile(path)),
    (file) => Effect.tryPromise(() => readFully(file, Buffer.alloc(headSize), headSize, 0)),
    (file) => Effect.promise(() => file.close())
  ).pipe(Effect.mapError(({ error }) => invalidArgument(operation, { installer: [readProblem(path, error)] }, error)))
}

type Pieces = Stream.Stream<Uint8Array, PayloadTransferError>

/**
 * The bytes of an installer, in pieces. If they are more or fewer than `size`, or if the file changes while it is read,
 * the stream fails before it gives the last piece. The buffer of a piece is reused when the third piece after it is
 * requested.
 */
export const piecesOf = (installer: Installer, size: number, fail: Fail): Pieces => {
  if ("path" in installer) return ofFile(installer.path, size, fail)
  return "bytes" in installer ? Stream.fromIterable(slices(installer.bytes)) : ofStream(installer, size, fail)
}

/** The sha256 of the bytes that an upload would send. */
export const sha256: InstallerTransfer.Service["sha256"] = (installer, { onProgress } = {}) =>
  Effect.gen(function* () {
    const hash = createHash("sha256")
    let bytes = 0
    const name = nameOf(installer)
    const fail = failures("upload", name, () => bytes)
    const size =
      "path" in installer
        ? (yield* reading(fail, () => stat(installer.path))).size
        : "bytes" in installer
          ? installer.bytes.length
          : installer.size
    yield* Stream.runForEach(piecesOf(installer, size, fail), (piece) =>
      Effect.sync(() => {
        hash.update(piece)
        bytes += piece.length
        onProgress?.({ phase: "verifying", name, bytes, total: size })
      })
    )
    return hash.digest("hex")
  })

const reading = <A>(fail: Fail, action: () => Promise<A>): Effect.Effect<A, PayloadTransferError> =>
  Effect.tryPromise({ try: action, catch: (cause) => fail("Source", causeFacts(cause)) })

const ofFile = (path: string, size: number, fail: Fail): Pieces =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const file = yield* Effect.acquireRelease(
        reading(fail, () => openFile(path)),
        (file) => Effect.promise(() => file.close())
      )
      const before = yield* reading(fail, () => file.stat())
      const nextBuffer = inTurn(Math.min(mostPiece, size))
      let at = 0
      let length = leastPiece
      let asked = yield* Clock.currentTimeMillis

      const next = Effect.gen(function* () {
        if (at >= size) return Option.none<Uint8Array>()
        const now = yield* Clock.currentTimeMillis
        length = nextLength(length, now - asked)
        asked = now
        const wanted = Math.min(length, size - at)
        const piece = yield* reading(fail, () => readFully(file, nextBuffer(), wanted, at))
        at += piece.length
        if (piece.length < wanted) {
          return yield* fail("Source", { detail: `it has ${at} bytes where ${size} were announced` })
        }
        if (at === size) {
          const after = yield* reading(fail, () => stat(path))
          if (after.size !== size || after.mtimeMs !== before.mtimeMs || after.ino !== before.ino) {
            return yield* fail("Source", { detail: "it was changed while it was read" })
          }
        }
        return Option.some<Uint8Array>(piece)
      })
      return untilNone(next)
    })
  )

/** Opens a file to read, and refuses anything else. Does not block, as a plain `open` does if the path is a FIFO. */
const openFile = async (path: string): Promise<FileHandle> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is no file`)
    return file
  } catch (cause) {
    await file.close()
    throw cause
  }
}

/** Gives three buffers in turn. */
const inTurn = (size: number): (() => Buffer) => {
  const buffers = Array.from({ length: 3 }, () => Buffer.allocUnsafeSlow(size))
  let turn = 0
  return () => buffers[turn++ % 3] ?? Buffer.alloc(size)
}

const untilNone = (next: Effect.Effect<Option.Option<Uint8Array>, PayloadTransferError>): Pieces =>
  Stream.repeatEffectOption(
    Effect.flatMap(Effect.mapError(next, Option.some), (piece) => Effect.mapError(piece, Option.none))
  )

/** Reads `length` bytes, or fewer if the file ends. */
const readFully = async (file: FileHandle, buffer: Buffer, length: number, position: number): Promise<Buffer> => {
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return buffer.subarray(0, done)
}

/** Collects the bytes of a stream into larger pieces, because small ones cost more to send. */
const ofStream = (
  { name, stream }: Extract<Installer, { readonly stream: unknown }>,
  size: number,
  fail: Fail
): Pieces =>
  Stream.unwrapScoped(
    Effect.map(
      byteReader(Stream.mapError(stream, (cause) => fail("Source", causeFacts(cause)))),
      ({ fill, isAtEnd }) => {
        const nextBuffer = inTurn(Math.min(streamPiece, size))
        let at = 0
        const wrong = (why: string) => fail("Source", { detail: `${why} the ${size} bytes that were announced` })

        return untilNone(
          Effect.gen(function* () {
            if (at >= size) return Option.none<Uint8Array>()
            const [buffer, wanted] = [nextBuffer(), Math.min(streamPiece, size - at)]
            const filled = yield* fill(buffer, wanted)
            at += filled
            if (filled < wanted) return yield* wrong(`it has ${at} bytes of`)
            if (at === size && !(yield* isAtEnd)) return yield* wrong("it has more than")
            const problem = at === filled ? contentProblem(name, buffer.subarray(0, filled)) : undefined
            if (problem !== undefined) return yield* fail("Source", { detail: problem })
            return Option.some<Uint8Array>(buffer.subarray(0, filled))
          })
        )
      }
    )
  )

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += streamPiece) yield bytes.subarray(start, start + streamPiece)
}
