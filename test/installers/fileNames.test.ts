import { test } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { isAbsolute, join, normalize } from "node:path"
import { posix, win32 } from "node:path"
import { expect } from "vitest"
import { distinctNames, safeFileName } from "../../src/installers/fileNames.js"

/** Names that a server might send. */
const wild = FastCheck.oneof(
  FastCheck.string({ unit: "binary", maxLength: 300 }),
  FastCheck.array(
    FastCheck.constantFrom(
      "..",
      "/",
      "\\",
      "\0",
      ".",
      " ",
      "C:",
      "~",
      "a",
      "A",
      "é",
      "e\u0301",
      "ß",
      "😀",
      ".pkg",
      "CON",
      "\ud800",
      "\n"
    )
  ).map((parts) => parts.join(""))
)

test("an ordinary name stays as it is", () => {
  for (const name of ["Firefox.pkg", "Büro Vorlagen 2.0 (Süd).dmg", "日本語.zip", "a", ".hidden.pkg"]) {
    expect(safeFileName(name)).toBe(name)
  }
})

test("a name that means another place, or nothing, becomes a plain file name", () => {
  const cases = {
    "": "installer",
    ".": "installer",
    "..": "installer",
    "../../etc/passwd": "passwd",
    "/etc/passwd": "passwd",
    "..\\..\\evil.pkg": "evil.pkg",
    "C:evil.pkg": "C_evil.pkg",
    "evil.pkg\0.txt": "evil.pkg_.txt",
    "evil.pkg:stream": "evil.pkg_stream",
    "folder/": "installer",
    "nul.pkg": "_nul.pkg",
    "Firefox\u202egkp.sh": "Firefox_gkp.sh",
    "Fire\u200bfox.pkg": "Fire_fox.pkg",
    "Firefox.pkg. .": "Firefox.pkg"
  }
  for (const [name, safe] of Object.entries(cases)) expect(safeFileName(name), name).toBe(safe)
})

test("whatever the name, the file is directly in its folder, on every system", () => {
  FastCheck.assert(
    FastCheck.property(wild, (name) => {
      const safe = safeFileName(name)
      expect(safe).not.toMatch(/^\.{0,2}$/)
      expect(safe).not.toMatch(/[/\\:\0\n]/)
      expect(isAbsolute(safe)).toBe(false)
      expect(safe.isWellFormed()).toBe(true)
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255)
      for (const { dirname, join } of [posix, win32]) expect(dirname(join("folder", safe))).toBe("folder")
      expect(normalize(join("folder", safe))).toBe(join("folder", safe))
      expect(safeFileName(safe)).toBe(safe)
    })
  )
})

test("apps that share a file name all have their id in it; the others do not", () => {
  const names = distinctNames(
    new Map([
      ["1", "Firefox.pkg"],
      ["2", "Chrome.pkg"],
      ["3", "firefox.PKG"],
      ["4", "Firefox.pkg"]
    ])
  )
  expect([...names]).toEqual([
    ["1", "Firefox (1).pkg"],
    ["2", "Chrome.pkg"],
    ["3", "firefox (3).PKG"],
    ["4", "Firefox (4).pkg"]
  ])
})

test("a very long name keeps its extension", () => {
  const names = distinctNames(
    new Map([
      ["1", `${"ä".repeat(400)}.pkg`],
      ["2", `${"ä".repeat(500)}.pkg`]
    ])
  )
  expect(names.get("1")).toMatch(/^ä+ \(1\)\.pkg$/)
  expect(names.get("2")).toMatch(/^ä+ \(2\)\.pkg$/)
})

test("all names differ, also if case is ignored, and they do not depend on the order", () => {
  const ids = FastCheck.oneof(FastCheck.uuid(), FastCheck.constantFrom("1", "2", "a/1", "b/1", "A", "a", ""))
  const records = FastCheck.uniqueArray(FastCheck.tuple(ids, wild), { selector: ([id]) => id, maxLength: 12 })
  FastCheck.assert(
    FastCheck.property(records, FastCheck.infiniteStream(FastCheck.nat()), (records, random) => {
      const names = distinctNames(new Map(records))
      expect(new Set([...names.values()].map((name) => name.normalize("NFC").toLowerCase())).size).toBe(records.length)
      for (const name of names.values()) expect(posix.dirname(posix.join("folder", name))).toBe("folder")
      const shuffled = records
        .map((record) => [random.next().value, record] as const)
        .sort(([a], [b]) => a - b)
        .map(([, record]) => record)
      for (const [id, name] of distinctNames(new Map(shuffled))) expect(name).toBe(names.get(id))
    })
  )
})

test("names that are made to collide with the changed names of others still differ", () => {
  const names = distinctNames(
    new Map([
      ["1", "a.pkg"],
      ["2", "a.pkg"],
      ["3", "a (1).pkg"],
      ["4", "a (1) (1).pkg"]
    ])
  )
  expect(new Set(names.values()).size).toBe(4)
})
