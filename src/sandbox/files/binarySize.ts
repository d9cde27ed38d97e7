/**
 * How large a binary property list is once it is unpacked. Its objects may refer to one another many times, or to
 * themselves, so a few bytes could unpack to more than the memory holds. This counts the size without unpacking.
 *
 * @see https://opensource.apple.com/source/CF/CF-1153.18/CFBinaryPList.c.auto.html
 */

const deepest = 512

const fail = (problem: string): never => {
  throw new RangeError(problem)
}

/** The bytes of all objects, each counted as often as it is used. Throws if an object is outside the file. */
export const binarySize = (bytes: Buffer): number => {
  const trailer = bytes.subarray(-32)
  const [offsetSize, refSize] = [trailer.readUInt8(6), trailer.readUInt8(7)]
  const [count, top, table] = [8, 16, 24].map((at) => Number(trailer.readBigUInt64BE(at)))
  if (count === undefined || top === undefined || table === undefined) return fail("it has no trailer")
  if (offsetSize < 1 || offsetSize > 6 || refSize < 1 || refSize > 6)
    fail("its offsets or references have an unsupported size")
  if (table + count * offsetSize > bytes.length - 32) fail("its table is outside the file")

  const sizes = new Map<number, number>()
  const within = (start: number, length: number): number =>
    start + length <= table ? length : fail("an object is outside the file")
  /** The length of an object, and where its content begins. */
  const sized = (at: number): readonly [length: number, start: number] => {
    const short = bytes.readUInt8(at) & 0x0f
    if (short < 0x0f) return [short, at + 1]
    const marker = bytes.readUInt8(at + 1)
    const width = 2 ** (marker & 0x0f)
    if (marker >> 4 !== 1 || width > 4) fail("an object has an invalid length")
    return [bytes.readUIntBE(at + 2, width), at + 2 + width]
  }
  const isText = (object: number): boolean =>
    [5, 6].includes(bytes.readUInt8(bytes.readUIntBE(table + object * offsetSize, offsetSize)) >> 4)
  const sizeOf = (object: number, depth: number): number => {
    const known = sizes.get(object)
    if (known !== undefined) return known
    if (object >= count || depth > deepest) return fail("an object is missing, or nested too deeply")
    const at = bytes.readUIntBE(table + object * offsetSize, offsetSize)
    if (at < 8 || at >= table) return fail("an object is outside the file")
    const kind = bytes.readUInt8(at) >> 4
    const info = bytes.readUInt8(at) & 0x0f
    let size = 1
    if (kind === 1 || (kind === 2 && (info === 2 || info === 3))) size += within(at + 1, 2 ** info)
    else if (kind === 3 && info === 3) size += within(at + 1, 8)
    else if (kind === 4 || kind === 5 || kind === 6) {
      const [length, start] = sized(at)
      size += within(start, length * (kind === 6 ? 2 : 1))
    } else if (kind === 10 || kind === 13) {
      const [length, start] = sized(at)
      const refs = length * (kind === 13 ? 2 : 1)
      within(start, refs * refSize)
      for (let index = 0; index < refs; index++) {
        const ref = bytes.readUIntBE(start + index * refSize, refSize)
        size += sizeOf(ref, depth + 1)
        if (kind === 13 && index < length && !isText(ref)) fail("a key is not text")
      }
    } else if (kind !== 0) fail("an object has a type that XML does not have")
    sizes.set(object, size)
    return size
  }
  return sizeOf(top, 0)
}
