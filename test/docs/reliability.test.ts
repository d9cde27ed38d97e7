/**
 * Checks that test/PROMISES.md names tests for every promise of docs/reliability.md, and that these tests exist.
 */
import { existsSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"

const onOneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim()

const page = readFileSync("docs/reliability.md", "utf8")
const promises = page
  .slice(0, page.indexOf("## Retries"))
  .split(/\n(?=#|- |\n)/)
  .filter((part) => part.startsWith("- "))
  .map((part) => onOneLine(part.slice(2)))

const proofs = readFileSync("test/PROMISES.md", "utf8")
  .split(/^- /m)
  .slice(1)
  .map((entry) => {
    const [sentence = "", ...tests] = entry.split(/^\s+- /m)
    return {
      sentence: onOneLine(sentence),
      tests: tests.flatMap((line) =>
        [...line.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, title = "", file = ""]) => ({
          title: onOneLine(title),
          file: `test/${file}`
        }))
      )
    }
  })

test("every promise has tests, and every listed promise is on the page", () => {
  expect(promises.length).toBeGreaterThan(40)
  expect(proofs.map(({ sentence }) => sentence)).toEqual(promises)
  for (const { sentence, tests } of proofs) expect(tests.length, sentence).toBeGreaterThan(0)
})

for (const { file, title } of proofs.flatMap(({ tests }) => tests)) {
  test(`there is a test "${title}" in ${file}`, () => {
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, "utf8")).toContain(title)
  })
}
