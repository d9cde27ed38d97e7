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
const edited = (file: string, format: Format, next: Record) => text(edit(bytes(file), format, next, order))

describe.each(formats)("%s", (format) => {
  test("what is written is read as the same", () => {
    FastCheck.assert(
      FastCheck.property(records(format), (value) => {
        expect(valueOf(render(value, format, order), format)).toEqual(value)
      })
    )
  })

  test("a file that has nothing to change keeps its bytes, in any layout", () => {
    FastCheck.assert(
      FastCheck.property(records(format), layouts, (value, layout) => {
        const file = bytes(handWritten(value, format, layout).text)
        expect(valueOf(file, format)).toEqual(value)
        expect(edit(file, format, valueOf(file, format), order)).toEqual(file)
      })
    )
  })

  test("a file becomes any other, and keeps the lines of keys that stay and the comments between them", () => {
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

test("new JSON is what json.dump writes: in ASCII, without a line end at its end", () => {
  expect(text(render({ name: "Büro 😀", active: true, none: [], file: { name: "a" } }, "json", order))).toBe(`{
  "name": "B\\u00fcro \\ud83d\\ude00",
  "active": true,
  "file": {
    "name": "a"
  },
  "none": []
}`)
})

test("new YAML is what ruamel.yaml writes, and quotes what YAML 1.1 would take for something else", () => {
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

test("a format is told by the name of a file, and by nothing else", () => {
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

describe("an edit of YAML", () => {
  const file = `# Office network
---
name: "Office"   # shown in the app
id: 'a1'

# switched off in May
active: yes and no # beside
sync_hash: |
  7c1d
file: {name: a.pkg,  sha256: 7c1d} # inside
ensure_blueprints:
- Berlin Macs   # the first
# the second
- blueprint: Paris
  node: n1
- Rome
# the end
`
  const value = valueOf(file, "yaml")

  test("keeps quotes, comments, blank lines and the order of keys", () => {
    expect(
      edited(file, "yaml", {
        ...value,
        name: "Office 2",
        id: "it's",
        sync_hash: "9f2c",
        file: { name: "b.pkg", sha256: "1e5", size: 2 },
        ensure_blueprints: ["Berlin Macs", { blueprint: "Lyon", node: "n1" }, "Rome", "Oslo"],
        created_at: "2026-05-04",
        restart: true
      })
    ).toBe(`# Office network
---
name: "Office 2"   # shown in the app
id: 'it''s'

# switched off in May
active: yes and no # beside
created_at: '2026-05-04'
sync_hash: 9f2c
file: {name: b.pkg,  sha256: '1e5', size: 2} # inside
ensure_blueprints:
- Berlin Macs   # the first
# the second
- blueprint: Lyon
  node: n1
- Rome
- Oslo
restart: true
# the end
`)
  })

  test("removes a key with the comment on its line, and leaves other comments", () => {
    expect(
      edited(file, "yaml", {
        name: "Office",
        file: { sha256: "7c1d" },
        ensure_blueprints: ["Berlin Macs", { node: "n1" }]
      })
    ).toBe(`# Office network
---
name: "Office"   # shown in the app

# switched off in May
file: {sha256: 7c1d} # inside
ensure_blueprints:
- Berlin Macs   # the first
# the second
-
  node: n1
# the end
`)
    expect(edited("l:\n  - a # a\n  # b\n  - b\n  - c\n", "yaml", { l: ["b", "c"] })).toBe("l:\n  # b\n  - b\n  - c\n")
  })

  test("empties a list and a mapping on the line of their key", () => {
    expect(edited("a:\n- x\n- y\nb:\n  c: 1 # c\n  d: 2\ne: 3\n", "yaml", { a: [], b: {}, e: 3 })).toBe(
      "a: []\nb: {}\ne: 3\n"
    )
  })

  test("gives a value to a key that had none", () => {
    expect(edited("name:   # none yet\nid: ~\nfile:\n", "yaml", { name: "a", id: "b", file: { name: "c" } })).toBe(
      "name: a   # none yet\nid: b\nfile: {name: c}\n"
    )
  })

  test("keeps line ends, the byte order mark and the missing line end at the end", () => {
    expect(edited("\ufeffname: a\r\nrestart: true", "yaml", { name: "b", active: true })).toBe(
      "\ufeffname: b\r\nactive: true"
    )
  })

  test("writes a file anew if its layout cannot take the change", () => {
    // The reader refuses this comment, in the first column, once there is no comma before it.
    const file = '{\n"id": "a", # one\n# two\n"name": "b"\n}\n'
    expect(edited(file, "yaml", { id: "a" })).toBe("id: a\n")
  })
})

describe("an edit of JSON", () => {
  test("keeps the indentation, the line ends and the order of keys", () => {
    expect(
      edited('{\r\n\t"name": "a",\r\n\t"id" : "b",\r\n\t"file": {"name":"x"}\r\n}\r\n', "json", {
        name: "ö",
        id: "b",
        file: { name: "x", sha256: "y" },
        active: true,
        ensure_blueprints: [{ blueprint: "c" }]
      })
    ).toBe(
      [
        "{",
        '\t"name": "\\u00f6",',
        '\t"id" : "b",',
        '\t"active": true,',
        '\t"ensure_blueprints": [',
        "\t\t{",
        '\t\t\t"blueprint": "c"',
        "\t\t}",
        "\t],",
        '\t"file": {"name":"x", "sha256": "y"}',
        "}",
        ""
      ].join("\r\n")
    )
  })

  test("keeps everything on one line where it is on one line", () => {
    expect(edited('{"id":"a","name":"b"}', "json", { id: "a", active: true, file: { name: "ö", l: [1, 2] } })).toBe(
      '{"id":"a","active":true,"file":{"name":"\\u00f6","l":[1,2]}}'
    )
    expect(edited('{"id": "ä", "name": "b"}', "json", { id: "ä", name: "ö", restart: true })).toBe(
      '{"id": "ä", "name": "ö", "restart": true}'
    )
  })
})

describe("an edit of a property list", () => {
  const file = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
\t<!-- the network -->
\t<key>id</key>  <string>a</string> <!-- never change this -->
\t<key>name</key>
\t<string>b</string> <!-- beside -->
\t<key>ensure_blueprints</key>
\t<array>
\t\t<string>Berlin</string>
\t</array>
</dict>
</plist>`

  test("keeps comments, tabs and the missing line end at the end", () => {
    expect(
      edited(file, "plist", {
        id: "a",
        ensure_blueprints: ["Berlin", { blueprint: "A & B" }],
        active: true,
        restart: false
      })
    ).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
\t<!-- the network -->
\t<key>id</key>  <string>a</string> <!-- never change this -->
\t<key>active</key>
\t<true/>
\t<key>ensure_blueprints</key>
\t<array>
\t\t<string>Berlin</string>
\t\t<dict>
\t\t\t<key>blueprint</key>
\t\t\t<string>A &amp; B</string>
\t\t</dict>
\t</array>
\t<key>restart</key>
\t<false/>
</dict>
</plist>`)
  })

  test("in the binary form writes XML, and only if something changes", () => {
    // plistlib.dumps({"id": "a", "active": True}, fmt=plistlib.FMT_BINARY, sort_keys=False)
    const binary = Buffer.from(
      "YnBsaXN0MDDSAQIDBFJpZFZhY3RpdmVRYQkIDRAXGQAAAAAAAAEBAAAAAAAAAAUAAAAAAAAAAAAAAAAAAAAa",
      "base64"
    )
    const value = valueOf(binary, "plist")
    expect(value).toEqual({ id: "a", active: true })
    expect(edit(binary, "plist", value, order)).toBe(binary)
    expect(lineOf(binary, "plist", ["id"])).toBeUndefined()
    const next = { id: "a", active: false }
    expect(edit(binary, "plist", next, order)).toEqual(render(next, "plist", order))
  })
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

  test("all of them at once", () => {
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

test("the line of a key or an item is known", () => {
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

test("a key that is null counts as absent, and stays where it is", () => {
  expect(valueOf("id: a\nname:\nfile: {name: null, sha256: b}\n", "yaml")).toEqual({ id: "a", file: { sha256: "b" } })
  expect(edited('{"id": null, "name": "a"}', "json", { name: "b" })).toBe('{"id": null, "name": "b"}')
  expect(edited('{"id": "a", "name": "a"}', "json", { id: "a", name: null })).toBe('{"id": "a"}')
})
