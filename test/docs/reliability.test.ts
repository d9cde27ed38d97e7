/**
 * The promises of docs/reliability.md are as good as the tests that it names.
 */
import { existsSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"

const page = readFileSync("docs/reliability.md", "utf8")
const promises = page.slice(0, page.indexOf("## Retries"))

const named = [...promises.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[^)]+)\)/g)].map(
  ([, title = "", file = ""]) => [title.replaceAll(/\s+/g, " "), file] as const
)

test("every promise names a test", () => {
  const items = promises.split(/^- /m).slice(1)
  expect(items.length).toBeGreaterThan(20)
  for (const item of items) expect(item).toMatch(/\]\(\.\.\/test\//)
})

for (const [title, file] of named) {
  test(`there is a test "${title}" in ${file}`, () => {
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, "utf8")).toContain(title)
  })
}
