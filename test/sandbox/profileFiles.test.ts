/**
 * Profiles as people have them: in several encodings, binary, and broken in many ways.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { binarySize } from "../../src/sandbox/files/binarySize.js"
import { readPlist } from "../../src/sandbox/files/plistBytes.js"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, textAt } from "./support.js"

const file = (name: string) => readFileSync(new URL(`profiles/${name}.mobileconfig`, import.meta.url))

const upload = (bytes: Buffer<ArrayBuffer> | string) => {
  const multipart = new FormData()
  multipart.append("name", "Wi-Fi")
  multipart.append("file", new Blob([bytes]), "x.mobileconfig")
  return call("POST", "/api/v1/library/custom-profiles", { multipart })
}
const sandbox = Effect.provide(Sandbox.layer())

const taken = ["ok", "plain", "crlf", "bom", "utf16", "latin1", "binary"]

live("a profile in any encoding is accepted and keeps its text; it is stored as XML in UTF-8", () =>
  Effect.gen(function* () {
    for (const name of taken) {
      const { json, status } = yield* upload(file(name))
      expect([name, status]).toEqual([name, 201])
      const profile = textAt(json, "profile")
      expect(profile).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>/)
      expect(profile).toContain("<key>PayloadDisplayName</key>")
      expect(profile).not.toContain("\ufffd")
      if (name !== "ok")
        expect(profile, name).toContain(name === "latin1" ? "<string>Büro " : "<string>Büro 🏢</string>")
    }
    const empty = yield* upload(file("ok-empty-dict"))
    expect(empty.status).toBe(201)
    expect(textAt(empty.json, "profile")).toMatch(
      /^<plist version="1.0"><dict>\s*<key>PayloadDisplayName<\/key>\s*<string>Wi-Fi<\/string>[^]*<\/dict><\/plist>$/
    )
    const again = yield* call("PATCH", `/api/v1/library/custom-profiles/${textAt(empty.json, "id")}`, {
      form: { name: "Renamed & more" }
    })
    expect(textAt(again.json, "profile")).toContain("<string>Renamed &amp; more</string>")
  }).pipe(sandbox)
)

const whole = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">${inner}</plist>\n`
const entry = (value: string) => whole(`<dict><key>A</key>${value}</dict>`)

const broken: ReadonlyArray<readonly [what: string, text: string]> = [
  ["nothing", ""],
  ["blanks", " \n"],
  ["text", "hello"],
  ["JSON", '{"PayloadType": "Configuration"}'],
  ["an HTML page", "<!doctype html><html><body>Sign in</body></html>"],
  ["a bare ampersand", entry("<string>R&D</string>")],
  ["an unknown entity", entry("<string>&nbsp;</string>")],
  ["two documents", entry("<true/>").repeat(2)],
  ["two values", whole("<dict/><dict/>")],
  ["text after the end", `${entry("<true/>")}and more`],
  ["an element after the end", `${entry("<true/>")}<junk/>`],
  ["text between elements", whole("<dict>text<key>A</key><true/></dict>")],
  ["a key without a value", whole("<dict><key>A</key></dict>")],
  ["two keys in a row", whole("<dict><key>A</key><key>B</key><true/></dict>")],
  ["a value without a key", whole("<dict><true/></dict>")],
  ["a key in an array", whole("<dict><key>A</key><array><key>B</key></array></dict>")],
  ["an unknown element", entry("<text>x</text>")],
  ["an element in a string", entry("<string><b>x</b></string>")],
  ["a number that is none", entry("<integer>one</integer>")],
  ["an integer with a fraction", entry("<integer>1.5</integer>")],
  ["a real number that is none", entry("<real>1,5</real>")],
  ["a date that is none", entry("<date>tomorrow</date>")],
  ["data that is not base64", entry("<data>###</data>")],
  ["true with content", entry("<true>no</true>")],
  ["an element that is not closed", "<plist><dict><key>A</key><string>x</dict></plist>"],
  ["a wrong order of ends", entry("<array><dict></array></dict>")],
  ["no plist around it", "<dict><key>A</key><true/></dict>"],
  ["an array in place of a dictionary", whole("<array/>")],
  ["no value", whole("")],
  ["a control character", entry("<string>\u0001</string>")],
  ["an attribute without quotes", "<plist version=1.0><dict/></plist>"],
  ["a comment that does not end", entry("<!-- <true/>")],
  [
    "an entity that doubles itself",
    `<!DOCTYPE plist [<!ENTITY a "&b;&b;">]>${entry("<string>&a;</string>").slice(39)}`
  ],
  ["an encoding that nobody knows", entry("<true/>").replace("UTF-8", "KLINGON")],
  ["UTF-16 that is none", entry("<true/>").replace("UTF-8", "UTF-16")]
]

live("a broken profile is refused, whatever is broken in it, and the tenant is unchanged", () =>
  Effect.gen(function* () {
    for (const [what, text] of broken) {
      const { json, status } = yield* upload(text)
      expect([what, status]).toEqual([what, 400])
      expect(at(json, "file", 0), what).toMatch(/^The submitted file is (?:empty|not a valid configuration profile)\.$/)
    }
    for (const name of [
      "signed",
      "dict-only",
      "truncated",
      "malformed-ampersand",
      "malformed-key-without-value-outer",
      "malformed-trailing-junk"
    ]) {
      expect([name, (yield* upload(file(name))).status]).toEqual([name, 400])
    }
    expect((yield* call("GET", "/api/v1/library/custom-profiles")).json).toMatchObject({ count: 0 })
  }).pipe(sandbox)
)

describe("bytes in another encoding than declared are refused", () => {
  const latin1 = Buffer.from(entry("<string>Büro</string>"), "latin1")
  const utf8 = Buffer.from(entry("<string>Büro</string>"))
  test.each([
    ["Latin-1 that says UTF-8", latin1],
    ["Latin-1 that says nothing", latin1.subarray(39)],
    ["UTF-8 that says ASCII", Buffer.from(utf8.toString().replace("UTF-8", "US-ASCII"))],
    ["UTF-16 that says UTF-8", Buffer.from(`\ufeff${utf8.toString()}`, "utf16le")],
    ["UTF-8 with a mark that says Latin-1", Buffer.from(`\ufeff${utf8.toString().replace("UTF-8", "ISO-8859-1")}`)]
  ])("%s", (_, bytes) => expect(Either.isLeft(readPlist(bytes))).toBe(true))

  test("and the same bytes are accepted with the right declaration", () => {
    const right = Buffer.from(entry("<string>Büro</string>").replace("UTF-8", "ISO-8859-1"), "latin1")
    expect(Either.getOrThrow(readPlist(right)).values.get("A")).toBe("Büro")
  })
})

describe("a binary property list", () => {
  /** One whose objects are these, each used by its number in one byte. */
  const binary = (...objects: ReadonlyArray<ReadonlyArray<number>>) => {
    const offsets: Array<number> = []
    const body = [...Buffer.from("bplist00")]
    for (const object of objects) {
      offsets.push(body.length)
      body.push(...object)
    }
    const trailer = Buffer.alloc(32)
    trailer.writeUInt8(2, 6)
    trailer.writeUInt8(1, 7)
    trailer.writeBigUInt64BE(BigInt(objects.length), 8)
    trailer.writeBigUInt64BE(BigInt(body.length), 24)
    return Buffer.concat([Buffer.from([...body, ...offsets.flatMap((at) => [at >> 8, at & 0xff])]), trailer])
  }

  test("becomes XML with every kind of value", () => {
    const key = [0x51, 0x41]
    const values = [
      [[0x09], true],
      [[0x08], false],
      [[0x10, 0xff], 255],
      [[0x13, ...Array<number>(8).fill(0xff)], -1],
      [[0x23, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
      [[0x33, 0, 0, 0, 0, 0, 0, 0, 0], new Date("2001-01-01T00:00:00Z")],
      [[0x42, 1, 2], Buffer.from([1, 2])],
      [[0x51, 0x26], "&"],
      [[0x62, 0xd8, 0x3d, 0xde, 0x80], "🚀"],
      [[0xa0], []]
    ] as const
    for (const [object, value] of values) {
      const { values } = Either.getOrThrow(readPlist(binary([0xd1, 1, 2], key, object)))
      expect(values.get("A")).toEqual(value)
    }
  })

  test("that contains itself, expands to more than fits into memory, or points outside of the file is refused", () => {
    const doubling = Array.from({ length: 60 }, (_, index) => [0xa2, index + 3, index + 3])
    const hostile = [
      binary([0xd1, 1, 0], [0x51, 0x41]),
      binary([0xd1, 1, 2], [0x51, 0x41], ...doubling, [0x09]),
      binary([0xd1, 1, 9], [0x51, 0x41]),
      binary([0xd1, 1, 2], [0x51, 0x41], [0x4f, 0x12, 0x7f, 0xff, 0xff, 0xff]),
      binary([0xd1, 1, 2], [0x51, 0x41], [0x00]),
      binary([0xd1, 1, 1], [0x09]),
      binary([0x51, 0x41]),
      file("binary").subarray(0, 200),
      Buffer.from("bplist00")
    ]
    for (const bytes of hostile) expect(Either.isLeft(readPlist(bytes))).toBe(true)
    expect(binarySize(file("binary"))).toBeLessThan(file("binary").length)
  })

  test("with any byte changed is read or refused, and causes no other error", () => {
    const bytes = file("binary")
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0x00, 0x0f, 0x5f, 0xaf, 0xdf, 0xff]) {
        const changed = Buffer.from(bytes)
        changed[at] = value
        expect(["Left", "Right"]).toContain(readPlist(changed)._tag)
      }
    }
  })
})
