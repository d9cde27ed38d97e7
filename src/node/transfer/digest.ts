/**
 * The sha256 of a file that is written at several places at once: what comes in order is hashed as it comes; what was
 * written ahead is read back once everything before it is there, while it is still in the system's memory.
 */
import { createHash } from "node:crypto"
import type { FileHandle } from "node:fs/promises"

/** What is read back at once. */
const pieceSize = 1024 * 1024

export interface FileDigest {
  /** Takes what has come, if its turn has come. */
  readonly offer: (position: number, piece: Buffer) => void
  /** Reads back what was written up to a place, unless that is being done. */
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
