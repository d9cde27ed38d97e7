/**
 * What an .ipa file says of the app in it: the few keys of its `Info.plist` that the service shows.
 */
import type { StoredObject } from "../storage/StoredObject.js"
import { elements } from "./plist.js"
import { readEntry } from "./zip.js"

/** An app for iPhone, iPad or Apple TV. */
export interface IpaFacts {
  readonly identifier: string
  readonly name: string
  readonly version: string
  readonly minimumOs: string
  readonly families: ReadonlyArray<string>
}

type Value = string | number | ReadonlyArray<Value> | undefined
type Values = ReadonlyMap<string, Value>

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&")

const xmlValue = (element: string): Value => {
  const [, name, inner = ""] = /^<(\w+)[^>]*>([^]*)<\/\w+>$/.exec(element) ?? []
  if (name === "string") return unescaped(inner)
  if (name === "integer") return Number(inner)
  return name === "array" ? (inner.match(/<(string|integer)>[^]*?<\/\1>/g) ?? []).map(xmlValue) : undefined
}

/**
 * The outermost dictionary of a binary property list: its texts, its whole numbers and lists of them.
 *
 * @see https://opensource.apple.com/source/CF/CF-1153.18/CFBinaryPList.c.auto.html
 */
const binaryValues = (bytes: Buffer): Values => {
  const trailer = bytes.subarray(-32)
  const [offsetSize, refSize] = [trailer.readUInt8(6), trailer.readUInt8(7)]
  const [top, table] = [Number(trailer.readBigUInt64BE(16)), Number(trailer.readBigUInt64BE(24))]
  const offsetOf = (object: number) => bytes.readUIntBE(table + object * offsetSize, offsetSize)

  /** How long an object is, and where what it holds begins. */
  const sized = (at: number): readonly [length: number, start: number] => {
    const short = bytes.readUInt8(at) & 0x0f
    if (short < 0x0f) return [short, at + 1]
    const width = 2 ** (bytes.readUInt8(at + 1) & 0x0f)
    return [bytes.readUIntBE(at + 2, width), at + 2 + width]
  }
  const refsFrom = (start: number, count: number) => {
    if (start + count * refSize > bytes.length) throw new RangeError("A list that is longer than its file")
    return Array.from({ length: count }, (_, place) => bytes.readUIntBE(start + place * refSize, refSize))
  }
  const valueOf = (object: number, depth: number): Value => {
    const at = offsetOf(object)
    const kind = bytes.readUInt8(at) >> 4
    if (kind === 1) return Number(bytes.readUIntBE(at + 1, Math.min(6, 2 ** (bytes.readUInt8(at) & 0x0f))))
    const [length, start] = sized(at)
    if (kind === 5) return bytes.toString("latin1", start, start + length)
    if (kind === 6)
      return Buffer.from(bytes.subarray(start, start + 2 * length))
        .swap16()
        .toString("utf16le")
    return kind === 10 && depth === 0 ? refsFrom(start, length).map((ref) => valueOf(ref, 1)) : undefined
  }

  const at = offsetOf(top)
  if (bytes.readUInt8(at) >> 4 !== 13) return new Map()
  const [count, start] = sized(at)
  const keys = refsFrom(start, count)
  const values = refsFrom(start + count * refSize, count)
  return new Map(keys.map((key, place) => [String(valueOf(key, 1)), valueOf(values[place] ?? top, 0)]))
}

const valuesOf = (bytes: Buffer): Values =>
  bytes.toString("latin1", 0, 6) === "bplist"
    ? binaryValues(bytes)
    : new Map([...(elements(bytes.toString("utf8")) ?? [])].map(([key, element]) => [key, xmlValue(element)]))

const families: Readonly<Record<string, string>> = { 1: "iPhone", 2: "iPad", 3: "Apple TV" }

/** What the file says; nothing when it is no .ipa, or when one of the keys that every app has is not in it. */
export const readIpa = (stored: StoredObject): IpaFacts | undefined => {
  try {
    const info = readEntry(stored, /^Payload\/[^/]+\.app\/Info\.plist$/)
    if (info === undefined) return undefined
    const values = valuesOf(info)
    const text = (...keys: ReadonlyArray<string>): string => {
      const found = keys.map((key) => values.get(key)).find((value) => typeof value === "string" && value !== "")
      return typeof found === "string" ? found : ""
    }
    const identifier = text("CFBundleIdentifier")
    const name = text("CFBundleDisplayName", "CFBundleName", "CFBundleExecutable")
    const version = text("CFBundleShortVersionString", "CFBundleVersion")
    if (identifier === "" || name === "" || version === "") return undefined
    const given = values.get("UIDeviceFamily")
    const numbers = Array.isArray(given) ? given : [given ?? 1]
    return {
      identifier,
      name,
      version,
      minimumOs: text("MinimumOSVersion"),
      families: numbers.flatMap((number) => families[String(number)] ?? [])
    }
  } catch {
    // A file that promises more than it holds, or holds what cannot be unpacked.
    return undefined
  }
}
