/**
 * Reads one file of a ZIP archive without reading the rest.
 */
import { closeSync, constants, openSync, readSync } from "node:fs"
import { inflateRawSync } from "node:zlib"
import type { StoredObject } from "../storage/StoredObject.js"

/** Reads this many bytes, or fewer at the end of the archive. */
type Read = (start: number, length: number) => Buffer

const withReader = <A>({ size, source }: StoredObject, use: (read: Read) => A): A => {
  const within = (start: number, length: number) => Math.max(0, Math.min(length, size - start))
  if (source._tag === "Bytes") return use((start, length) => Buffer.from(source.bytes.subarray(start, start + length)))
  const file = openSync(source.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return use((start, length) => {
      const bytes = Buffer.alloc(within(start, length))
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start))
    })
  } finally {
    closeSync(file)
  }
}

const endSignature = Buffer.from("PK\x05\x06", "latin1")
const entrySignature = 0x02014b50
const largestDirectory = 64 * 1024 * 1024
const largestFile = 4 * 1024 * 1024

/** The first file whose name matches, or `undefined`. Throws if the archive is broken. */
export const readEntry = (stored: StoredObject, name: RegExp): Buffer | undefined =>
  withReader(stored, (read) => {
    const tailStart = Math.max(0, stored.size - 65_557)
    const tail = read(tailStart, 65_557)
    const end = tail.lastIndexOf(endSignature)
    // `readUInt16LE` throws if the end record itself is cut off.
    if (end === -1 || end + 22 + tail.readUInt16LE(end + 20) > tail.length) return undefined
    const length = tail.readUInt32LE(end + 12)
    if (length > largestDirectory) return undefined
    const directory = read(tail.readUInt32LE(end + 16), length)

    for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature;) {
      const nameLength = directory.readUInt16LE(at + 28)
      if (name.test(directory.toString("utf8", at + 46, at + 46 + nameLength))) {
        const method = directory.readUInt16LE(at + 10)
        const compressed = directory.readUInt32LE(at + 20)
        if (compressed > largestFile) return undefined
        const header = directory.readUInt32LE(at + 42)
        const local = read(header, 30)
        const start = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
        const bytes = read(start, compressed)
        return method === 0 ? bytes : inflateRawSync(bytes, { maxOutputLength: largestFile })
      }
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
    }
    return undefined
  })
