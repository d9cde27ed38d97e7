/**
 * Where an installer's bytes come from.
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { stat } from "node:fs/promises"
import type { Readable } from "node:stream"
import { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { invalidArgument } from "../../internal/arguments.js"
import { baseName, fileSize } from "../../internal/files.js"
import { describeCause } from "../../internal/transport.js"
import type { Installer } from "../../schemas/Installer.js"
import type { InstallerTransfer } from "../../services/InstallerTransfer.js"

/** What one POST to S3 can hold: 5 GiB. */
export const maxInstallerSize = 5 * 1024 ** 3

/** Reads in pieces of this size; the 64 KiB that Node proposes cost more than twice the time. */
export const pieceSize = 1024 * 1024

export const nameOf = (installer: Installer): string =>
  "path" in installer ? (installer.name ?? baseName(installer.path)) : installer.name

/** Name and size, checked before anything is sent. */
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
      if (!/.\.[^./\\]+$/.test(name))
        return yield* refuse(`${name} has no file extension, which Iru tells installers by.`)
      return { name, size }
    })

/** The bytes do not add up to what was announced. */
export class SourceChanged extends Error {}

/**
 * The installer's bytes, `size` of them: more, fewer, or a file that is written while it is read, end in a
 * `SourceChanged` before the last piece is given away.
 */
export async function* readInstaller(installer: Installer, size: number): AsyncGenerator<Uint8Array, void> {
  const before = "path" in installer ? await stat(installer.path) : undefined
  let read = 0
  let last: Uint8Array | undefined
  for await (const piece of piecesOf(installer)) {
    if (last !== undefined) yield last
    read += piece.length
    if (read > size) throw new SourceChanged(`it has more than the ${size} bytes that were announced`)
    last = piece
  }
  if (read < size) throw new SourceChanged(`it has ${read} bytes where ${size} were announced`)
  if ("path" in installer) {
    const after = await stat(installer.path)
    if (after.size !== size || after.mtimeMs !== before?.mtimeMs)
      throw new SourceChanged("it was changed while it was read")
  }
  if (last !== undefined) yield last
}

/** The sha256 of all that would be uploaded. */
export const sha256: InstallerTransfer.Service["sha256"] = (installer) =>
  Effect.tryPromise({
    try: async (signal) => {
      const hash = createHash("sha256")
      for await (const piece of piecesOf(installer)) {
        signal.throwIfAborted()
        hash.update(piece)
      }
      return hash.digest("hex")
    },
    catch: (cause) =>
      new PayloadTransferError({
        reason: "Source",
        direction: "upload",
        name: nameOf(installer),
        detail: describeCause(cause),
        cause
      })
  })

const piecesOf = (installer: Installer): Iterable<Uint8Array> | AsyncIterable<Uint8Array> | Readable => {
  if ("path" in installer) return createReadStream(installer.path, { highWaterMark: pieceSize })
  if ("bytes" in installer) return slices(installer.bytes)
  return Effect.runSync(NodeStream.toReadable(installer.stream))
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceSize) yield bytes.subarray(start, start + pieceSize)
}
