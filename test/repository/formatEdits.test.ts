import * as Either from "effect/Either"
import { describe, expect, test } from "vitest"
import { edit, lineOf, parse, render, type Format, type Record } from "../../src/repository/format/InfoDocument.js"
import { order } from "./infoFiles.js"

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
const valueOf = (file: Uint8Array | string, format: Format): Record =>
  Either.getOrThrow(parse(typeof file === "string" ? bytes(file) : file, format))
const edited = (file: string, format: Format, next: Record) => text(edit(bytes(file), format, next, order))

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

  test("keeps line ends, the byte order mark and a missing final line end", () => {
    expect(edited("\ufeffname: a\r\nrestart: true", "yaml", { name: "b", active: true })).toBe(
      "\ufeffname: b\r\nactive: true"
    )
  })

  test("rewrites the whole file if its layout does not allow the change", () => {
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

  test("keeps everything on one line if it was on one line", () => {
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

  test("keeps comments, tabs and a missing final line end", () => {
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

  test("in the binary form writes XML, but only if something changes", () => {
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

test("a key that is null counts as absent, and stays in the file", () => {
  expect(valueOf("id: a\nname:\nfile: {name: null, sha256: b}\n", "yaml")).toEqual({ id: "a", file: { sha256: "b" } })
  expect(edited('{"id": null, "name": "a"}', "json", { name: "b" })).toBe('{"id": null, "name": "b"}')
  expect(edited('{"id": "a", "name": "a"}', "json", { id: "a", name: null })).toBe('{"id": "a"}')
})
