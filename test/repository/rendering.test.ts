/**
 * What people are shown of a plan: no secret, nothing that a terminal or a web page would obey.
 */
import { test } from "@effect/vitest"
import { Repository } from "effect-iru/repository"
import * as Either from "effect/Either"
import { describe, expect } from "vitest"
import { parsePlistText } from "../../src/plist/Plist.js"
import { makeMasking } from "../../src/repository/model/masking.js"
import { profileText } from "../../src/repository/model/profileText.js"

const empty: Repository.Plan = {
  version: 1,
  tenant: "accuhive.api.kandji.io",
  actions: [],
  missing: [],
  orphans: [],
  unmanaged: [],
  conflicts: [],
  skipped: [],
  notes: [],
  items: 3
}

const update = (name: string, difference: string): Repository.Action => ({
  _tag: "update",
  side: "tenant",
  item: { kind: "script", id: "1", name, path: `scripts/${name}` },
  tenantId: "1",
  changes: [
    { field: "active", from: true, to: false },
    { field: "script", from: "sha256:1", to: "sha256:2", difference }
  ],
  folderHash: "1",
  tenantHash: "2"
})

describe("a secret in a script", () => {
  test.each([
    ['API_TOKEN="abc def"', "API_TOKEN=<hidden value 1>"],
    ["export password='hunter2'", "export password=<hidden value 1>"],
    ['{"client_secret": "x9y"}', '{"client_secret": <hidden value 1>}'],
    ["curl --api-key k123 https://example.com", "curl --api-key <hidden value 1> https://example.com"],
    ["curl -H 'Authorization: Bearer abcdefgh12345'", "curl -H 'Authorization: Bearer <hidden value 1>'"],
    ["git clone https://me:pw@example.com/x", "git clone https://me:<hidden value 1>@example.com/x"],
    ["key=AKIAABCDEFGHIJKLMNOP", "key=<hidden value 1>"],
    ["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "<hidden value 1>"],
    ["PSK=home; PIN: 1234", "PSK=<hidden value 1>; PIN: <hidden value 2>"],
    // What is none.
    ['TOKEN="$1" PASSWORD=$(security find)', 'TOKEN="$1" PASSWORD=$(security find)'],
    ["spinning=fast; forcePIN=true; tool --token --verbose", "spinning=fast; forcePIN=true; tool --token --verbose"],
    ["id=1b4e28ba-2fa1-11d2-883f-0016d3cca427", "id=1b4e28ba-2fa1-11d2-883f-0016d3cca427"]
  ])("%s is shown as %s", (text, shown) => {
    expect(makeMasking().script(text)).toBe(shown)
  })

  test("has the same number in all places, so that readers see whether it changes", () => {
    const { script } = makeMasking()
    expect(script("TOKEN=one")).toBe("TOKEN=<hidden value 1>")
    expect(script("TOKEN=two PASSWORD=one")).toBe("TOKEN=<hidden value 2> PASSWORD=<hidden value 1>")
  })
})

test("a password in a profile is hidden at any depth, but settings about passwords are shown", () => {
  const profile = Either.getOrThrow(
    parsePlistText(
      "<plist><dict><key>PayloadContent</key><array><dict><key>Password</key><string>hunter2</string><key>SSID_STR</key><string>Office</string><key>Challenge</key><array><string>c1</string></array><key>minPasscodeLength</key><string>12</string></dict></array></dict></plist>"
    )
  )
  expect(profileText(profile, makeMasking().profileValue).split("\n")).toEqual([
    '"PayloadContent":',
    "  -",
    '    "Challenge":',
    '      - "<hidden value 1>"',
    '    "Password": "<hidden value 2>"',
    '    "SSID_STR": "Office"',
    '    "minPasscodeLength": "12"'
  ])
})

describe("a plan as text", () => {
  test("says in one line that there is nothing to do", () => {
    expect(Repository.toText(empty)).toBe("Nothing to do: 3 items in the folder, tenant accuhive.api.kandji.io.")
  })

  test("lists the changes, deletes first, and no name can control the terminal", () => {
    const name = "Evil\u001b]0;title\u0007\u001b[2J\nname\u202e"
    const text = Repository.toText({
      ...empty,
      actions: [
        update(name, "@@ -1 +1 @@\n-old \u001b[31mred\n+new"),
        { _tag: "delete", side: "tenant", item: { kind: "script", id: "2", name: "Gone" }, tenantId: "2", hash: "3" }
      ],
      conflicts: [{ kind: "app", id: "3", name: "Both", why: "was changed in the folder and in the tenant" }]
    })
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/)
    expect(text.split("\n")).toEqual([
      '- delete script "Gone"',
      expect.stringMatching(/^~ update script "Evil.*name " \(scripts\/Evil.*\)$/),
      "    active: true → false",
      "    script:",
      "      @@ -1 +1 @@",
      "      -old red",
      "      +new",
      "In conflict: nothing is done until you decide",
      '    app "Both": was changed in the folder and in the tenant',
      "1 to update, 1 to delete, 1 in conflict. Tenant accuhive.api.kandji.io."
    ])
  })

  test("has colors if they are requested", () => {
    const plan = { ...empty, actions: [update("A", "@@ -1 +1 @@\n-old\n+new")] }
    expect(Repository.toText(plan, { colors: true })).toContain("\u001b[32m  +new\u001b[39m")
    expect(Repository.toText(plan)).not.toContain("\u001b")
  })
})

describe("a plan as Markdown", () => {
  test("shows names and scripts as code that they cannot break out of", () => {
    const markdown = Repository.toMarkdown({
      ...empty,
      actions: [update("</summary><script>", "@@ -1 +1 @@\n+````\n+</details>")]
    })
    expect(markdown).toContain("&lt;/summary&gt;&lt;script&gt;")
    expect(markdown).toContain("`````diff\n")
    expect(markdown.trimEnd().endsWith("</details>")).toBe(true)
  })

  test("fits into a GitHub comment, and says how many changes are left out", () => {
    const actions = Array.from({ length: 200 }, (_, index) =>
      update(`Script ${index}`, `@@ -1 +1 @@\n+${"x".repeat(2000)}`)
    )
    const markdown = Repository.toMarkdown({ ...empty, actions })
    expect(markdown.length).toBeLessThan(65_000)
    const shown = markdown.match(/<details>/g)?.length ?? 0
    expect(shown).toBeGreaterThan(10)
    expect(markdown).toContain(`${200 - shown} more changes are left out here`)
  })
})
