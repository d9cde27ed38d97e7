/**
 * The sha256 of a file that is written at several positions at once. Bytes that arrive in order are hashed as they
 * arrive. Bytes that were written ahead are read back once all bytes before them are written. Usually they are then
 * still in the system's memory.
 */
import { createHash } from "node:crypto"
import type { FileHandle } from "node:fs/promises"

/** How many bytes are read back at a time. */
const pieceSize = 1024 * 1024

export interface FileDigest {
  /** Hashes a piece if it is the next one in order. */
  readonly offer: (position: number, piece: Buffer) => void
  /** Reads back and hashes the bytes before a position. Does nothing while an earlier call still reads. */
  readonly follow: (upTo: number, signal: AbortSignal) => Promise<void>
  readonly hex: () => string
}

export const fileDigest = (file: FileHandle): FileDigest => {
  const hash = createHash("sha256")
  let at = 0
  let isReading = false
  return {
    offer: (position, piece) => {
      if (isReading || position !== at) return
      hash.update(piece)
      at += piece.length
    },
    follow: async (upTo, signal) => {
      if (isReading || at >= upTo) return
      isReading = true
      try {
        const buffer = Buffer.allocUnsafe(Math.min(pieceSize, upTo - at))
        while (at < upTo && !signal.aborted) {
          const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, upTo - at), at)
          if (bytesRead === 0) throw new Error("The partial file was cut short by somebody else.")
          hash.update(buffer.subarray(0, bytesRead))
          at += bytesRead
        }
      } finally {
        isReading = false
      }
    },
    hex: () => hash.digest("hex")
  }
}
