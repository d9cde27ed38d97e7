/**
 * Reads files with property lists: XML in the usual encodings, and the binary form, which is converted to XML.
 */
import { parseBuffer } from "bplist-parser"
import * as Either from "effect/Either"
import { binarySize } from "./binarySize.js"
import { escaped, parseXml, type Plist } from "./plist.js"

/** No profile or `Info.plist` is as large as this. */
const largest = 64 * 1024 * 1024

const binaryMark = "bplist00"

const elementOf = (value: unknown, indent: string): string => {
  if (typeof value === "string") return `${indent}<string>${escaped(value)}</string>`
  if (typeof value === "boolean") return `${indent}<${value}/>`
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return `${indent}<integer>${String(value)}</integer>`
  if (typeof value === "number") {
    const text = Number.isFinite(value) ? String(value) : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"
    return `${indent}<real>${text}</real>`
  }
  if (value instanceof Date) return `${indent}<date>${value.toISOString().replace(/\.\d+Z$/, "Z")}</date>`
  if (value instanceof Uint8Array) return `${indent}<data>${Buffer.from(value).toString("base64")}</data>`
  if (Array.isArray(value)) {
    return `${indent}<array>\n${value.map((item) => `${elementOf(item, `${indent}\t`)}\n`).join("")}${indent}</array>`
  }
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${indent}\t<key>${escaped(key)}</key>\n${elementOf(item, `${indent}\t`)}\n`
    )
    return `${indent}<dict>\n${entries.join("")}${indent}</dict>`
  }
  throw new Error("a value in it has no XML element")
}

/** Converts a binary property list to XML. The parser returns `1.0` and `1` alike, so both become integers. */
const xmlOfBinary = (bytes: Buffer): string => {
  if (binarySize(bytes) > largest) throw new Error("it is too large")
  const [root]: ReadonlyArray<unknown> = parseBuffer(bytes)
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${elementOf(root, "")}
</plist>
`
}

/** The first bytes of a file, a byte order mark or `<`, and the encoding that they mean. */
const marks = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
  { encoding: "utf-16le", bytes: [0x3c, 0x00] },
  { encoding: "utf-16be", bytes: [0x00, 0x3c] }
] as const

const declaration = /^<\?xml\s[^>]*?encoding\s*=\s*(["'])([A-Za-z0-9._-]+)\1[^>]*\?>/

const names: Readonly<Record<string, string>> = {
  "us-ascii": "ascii",
  ascii: "ascii",
  "utf-8": "utf-8",
  utf8: "utf-8",
  "iso-8859-1": "latin1",
  latin1: "latin1",
  "windows-1252": "windows-1252",
  "utf-16": "utf-16",
  "utf-16le": "utf-16",
  "utf-16be": "utf-16"
}

const fail = (problem: string): never => {
  throw new Error(problem)
}

const decode = (bytes: Buffer, encoding: string): string => {
  switch (encoding) {
    case "ascii":
      return bytes.every((byte) => byte < 0x80)
        ? bytes.toString("latin1")
        : fail("it declares ASCII and has other bytes")
    case "latin1":
      return bytes.toString("latin1")
    case "utf-16":
      return fail("it declares UTF-16 and is not")
    default:
      return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  }
}

/** The encoding that a declaration names; `undefined` if there is no declaration, or if it names no encoding. */
const declaredIn = (head: string): string | undefined => {
  const name = declaration.exec(head)?.[2]?.toLowerCase()
  return name === undefined ? undefined : (names[name] ?? fail(`its encoding ${name} is not supported`))
}

/** The text of an XML file. The sandbox stores the text as UTF-8, so its declaration is changed to that. */
const textOf = (bytes: Buffer): string => {
  const mark = marks.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte))
  const declared = declaredIn(mark === undefined ? bytes.toString("latin1", 0, 1024) : decode(bytes, mark.encoding))
  if (mark !== undefined && declared !== undefined && !mark.encoding.startsWith(declared)) {
    return fail(`it declares ${declared} and has another encoding`)
  }
  return decode(bytes, mark?.encoding ?? declared ?? "utf-8").replace(declaration, (written, _quote, name) =>
    written.replace(name, "UTF-8")
  )
}

/** Parses a file with a property list; on the left, the message says what is wrong with it. */
export const readPlist = (bytes: Uint8Array): Either.Either<Plist, string> => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Either.try({
    try: () => (buffer.toString("latin1", 0, binaryMark.length) === binaryMark ? xmlOfBinary(buffer) : textOf(buffer)),
    catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
  }).pipe(Either.flatMap(parseXml))
}
