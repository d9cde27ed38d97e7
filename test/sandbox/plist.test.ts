import { describe, expect, it } from "vitest"
import * as Either from "effect/Either"
import { parseXml, rewrite } from "../../src/sandbox/files/plist.js"

describe("property lists", () => {
  it("only the outermost dictionary is changed, for any content around it and in it", () => {
    const text = `<?xml version="1.0"?><!-- <plist><dict><key>A</key> --><plist>
<dict>
  <key>Inner</key><dict><key>A</key><string>inner</string></dict>
  <key>Data</key><string><![CDATA[<key>A</key><string>no</string>]]></string>
  <key>A</key><!-- > --><string/>
  <key>On</key><true/>
  <key>A</key><string>second</string>
</dict></plist>`
    expect(rewrite(Either.getOrThrow(parseXml(text)), { A: "<&>" })).toBe(
      text.replace("<string/>", "<string>&lt;&amp;&gt;</string>")
    )
  })

  it("anything else than a property list with a dictionary is refused", () => {
    for (const text of ["", "text", "<plist>", "<plist><array/></plist>", "<dict></dict>", "<plist><dict></plist>"]) {
      expect(Either.isLeft(parseXml(text))).toBe(true)
    }
  })
})
