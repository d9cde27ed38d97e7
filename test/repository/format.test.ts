import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { isDeepStrictEqual } from "node:util"
import { describe, expect, test } from "vitest"
import {
  edit,
  formatOf,
  lineOf,
  parse,
  render,
  type Format,
  type Record
} from "../../src/repository/format/InfoDocument.js"
import { changedRecords, handWritten, layouts, order, records } from "./infoFiles.js"

const formats = ["plist", "json", "yaml"] as const

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
const valueOf = (file: Uint8Array | string, format: Format): Record =>
  Either.getOrThrowWith(
    parse(typeof file === "string" ? bytes(file) : file, format),
    (problems) => new Error(JSON.stringify(problems))
  )
const problemsOf = (file: Uint8Array | string, format: Format) =>
  Option.getOrThrow(Either.getLeft(parse(typeof file === "string" ? bytes(file) : file, format)))

describe.each(formats)("%s", (format) => {
  test("a written file is read with the same values", () => {
    FastCheck.assert(
      FastCheck.property(records(format), (value) => {
        expect(valueOf(render(value, format, order), format)).toEqual(value)
      })
    )
  })

  test("a file without changes keeps its bytes, in any layout", () => {
    FastCheck.assert(
      FastCheck.property(records(format), layouts, (value, layout) => {
        const file = bytes(handWritten(value, format, layout).text)
        expect(valueOf(file, format)).toEqual(value)
        expect(edit(file, format, valueOf(file, format), order)).toEqual(file)
      })
    )
  })

  test("a file can be edited to any other values, and keeps the lines of unchanged keys and the comments between them", () => {
    FastCheck.assert(
      FastCheck.property(changedRecords(format), layouts, ({ one, next }, layout) => {
        const file = handWritten(one, format, layout)
        const result = text(edit(bytes(file.text), format, next, order))
        expect(valueOf(result, format)).toEqual(next)
        // Braces with nothing in them lose the comments in them.
        const isEmptied = layout.braces && format === "yaml" && Object.keys(next).length === 0
        for (const comment of isEmptied ? [] : file.comments) expect(result).toContain(comment)
        for (const [key, lines] of file.lines) {
          if (Object.hasOwn(next, key) && isDeepStrictEqual(one[key], next[key])) expect(result).toContain(lines)
        }
        expect(result.startsWith("\ufeff")).toBe(layout.mark !== "")
        expect(result.endsWith("\n")).toBe(layout.end)
        if (file.text.includes("\r\n")) expect(result).not.toMatch(/[^\r]\n/)
        else expect(result).not.toContain("\r")
      })
    )
  })
})

const profile: Record = {
  runs_on_mac: true,
  id: "3b0c7a52-6f1e-4d0c-9a77-51c2de8f0b14",
  name: "Büro <Wi-Fi>",
  active: false,
  created_at: "2026-05-04T08:11:02.120000Z",
  ensure_blueprints: ["Berlin Macs", { blueprint: "yes", node: "1.0" }],
  file: { name: "Plotter_9f2c61aa.pkg", sha256: "9f2c" },
  restart: null
}

// What Python's plistlib, its json and ruamel.yaml make of the same record; iructl writes with them.
test("a new property list is what plistlib writes, indented by 4 blanks", () => {
  expect(text(render({ ...profile, icon: new Uint8Array(60), none: [] }, "plist", order)))
    .toBe(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
    <key>id</key>
    <string>3b0c7a52-6f1e-4d0c-9a77-51c2de8f0b14</string>
    <key>name</key>
    <string>Büro &lt;Wi-Fi&gt;</string>
    <key>active</key>
    <false/>
    <key>created_at</key>
    <string>2026-05-04T08:11:02.120000Z</string>
    <key>ensure_blueprints</key>
    <array>
        <string>Berlin Macs</string>
        <dict>
            <key>blueprint</key>
            <string>yes</string>
            <key>node</key>
            <string>1.0</string>
        </dict>
    </array>
    <key>file</key>
    <dict>
        <key>name</key>
        <string>Plotter_9f2c61aa.pkg</string>
        <key>sha256</key>
        <string>9f2c</string>
    </dict>
    <key>runs_on_mac</key>
    <true/>
    <key>icon</key>
    <data>
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    AAAAAAAAAAAA
    </data>
    <key>none</key>
    <array/>
</dict>
</plist>
`)
})

test("new JSON is what json.dump writes: in ASCII, without a final line end", () => {
  expect(text(render({ name: "Büro 😀", active: true, none: [], file: { name: "a" } }, "json", order))).toBe(`{
  "name": "B\\u00fcro \\ud83d\\ude00",
  "active": true,
  "file": {
    "name": "a"
  },
  "none": []
}`)
})

test("new YAML is what ruamel.yaml writes, and quotes texts that YAML 1.1 would read as another type", () => {
  expect(text(render(profile, "yaml", order))).toBe(`id: 3b0c7a52-6f1e-4d0c-9a77-51c2de8f0b14
name: Büro <Wi-Fi>
active: false
created_at: '2026-05-04T08:11:02.120000Z'
ensure_blueprints:
  - Berlin Macs
  - blueprint: 'yes'
    node: '1.0'
file:
  name: Plotter_9f2c61aa.pkg
  sha256: 9f2c
runs_on_mac: true
`)
  for (const name of ["null", "~", "on", "1e3", "2026-05-04", "12:30", "0o7", "<<", "=", "---", ""]) {
    expect(text(render({ name }, "yaml", order))).toBe(`name: '${name}'\n`)
  }
})

test("the format depends only on the file name", () => {
  expect(["info.plist", "info.json", "info.yaml", "info.yml"].map((name) => Option.getOrNull(formatOf(name)))).toEqual([
    "plist",
    "json",
    "yaml",
    "yaml"
  ])
  for (const name of ["Info.plist", "info.yaml~", "info", "a/info.json", "toString"]) {
    expect(formatOf(name)).toEqual(Option.none())
  }
})

describe("a problem names its line", () => {
  const cases: ReadonlyArray<readonly [string, Format, string, number, string?]> = [
    ["a key that is there twice", "yaml", "id: a\nfile:\n  name: b\n  name: c\n", 4, "name"],
    ["a key that is there twice", "json", '{\n"id": 1,\n"id": 2}', 3, "id"],
    [
      "a key that is there twice",
      "plist",
      "<plist><dict>\n<key>a</key><true/>\n<key>a</key><true/></dict></plist>",
      3,
      "a"
    ],
    ["an anchor", "yaml", "id: a\nname: &x b\n", 2],
    ["an alias", "yaml", "id: &x a\nname: *x\n", 1],
    ["a tag", "yaml", "id: a\nname: !!str b\n", 2],
    ["a merge key", "yaml", "id: a\n<<: {name: b}\n", 2],
    ["a key behind a question mark", "yaml", "id: a\n? name\n: b\n", 2],
    ["a key that is a list", "yaml", "id: a\n[a, b]: c\n", 2],
    ["a directive", "yaml", "# a\n%YAML 1.1\n---\nid: a\n", 2],
    ["a second document", "yaml", "id: a\n---\nid: b\n", 2],
    ["two colons", "yaml", "id: a\nname: b: c\n", 2],
    ["a comma too many", "json", '{\n"id": 1,\n}', 3],
    ["a comment", "json", '{\n// a\n"id": 1}', 2],
    ["a tag that is not closed", "plist", "<plist>\n<dict>\n<key>a</plist>", 3],
    ["another encoding", "plist", '<?xml version="1.0" encoding="latin1"?>\n<plist><dict/></plist>', 1],
    ["no mapping", "yaml", "- a\n", 1],
    ["no mapping", "json", "[]", 1],
    ["no mapping", "plist", "<plist><array/></plist>", 1],
    ["nothing at all", "yaml", "# only a comment\n", 1],
    ["nothing at all", "json", "", 1]
  ]
  for (const [what, format, file, line, key] of cases) {
    test(`${what}, in ${format}`, () => {
      const [problem] = problemsOf(file, format)
      expect(problem).toMatchObject({ line, ...(key === undefined ? {} : { key }) })
      expect(() => edit(bytes(file), format, {}, order)).toThrow(problem?.message)
    })
  }

  test.each(formats)("bytes that are not UTF-8, in %s", (format) => {
    expect(problemsOf(Uint8Array.of(0x20, 0x0a, 0x0a, 0xff), format)).toEqual([
      { message: "its bytes are not UTF-8", line: 3 }
    ])
  })

  test("is reported together with all others", () => {
    expect(problemsOf("id: a\nid: &x b\nname: !!str b\n", "yaml").map(({ line }) => line)).toEqual([2, 3])
    expect(problemsOf("id: a\nid: b\nname: b\nname: b\n", "yaml").map(({ line }) => line)).toEqual([2, 4])
  })

  test.each([
    ["json", '{"a":'.repeat(100_000)],
    ["yaml", "[".repeat(100_000)],
    ["plist", `<plist>${"<array>".repeat(100_000)}`]
  ] as const)("a file with 100,000 levels, in %s, is refused", (format, file) => {
    expect(problemsOf(file, format)[0]?.message).toMatch(/nested too deeply|not valid/)
  })
})

test("lineOf finds the line of a key or a list item", () => {
  const paths: ReadonlyArray<ReadonlyArray<string | number>> = [
    ["id"],
    ["file", "name"],
    ["list", 1],
    ["missing"],
    ["list", 1, "a"]
  ]
  const lines = (file: string, format: Format) => paths.map((path) => lineOf(bytes(file), format, path))
  expect(lines("\ufeff# a\r\nid:\r\nfile:\r\n  name: b\r\nlist:\r\n  - a\r\n\r\n  - b\r\n", "yaml")).toEqual([
    2,
    4,
    8,
    undefined,
    undefined
  ])
  expect(lines('{\n"id": null, "file": {\n"name": 1}, "list": [1,\n\n2]}', "json")).toEqual([
    2,
    3,
    5,
    undefined,
    undefined
  ])
  expect(
    lines(
      "<plist><dict><key>id</key><true/>\n<key>file</key><dict>\n<key>name</key><true/></dict>\n<key>list</key><array><true/>\n<true/></array></dict></plist>",
      "plist"
    )
  ).toEqual([1, 3, 5, undefined, undefined])
})
