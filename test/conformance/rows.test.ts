import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import rows from "./rows.json" with { type: "json" }

/** The rows whose ids start the titles in a folder: `"HTTP-5 HTTP-6: …"`, `"SRV-24 to SRV-26: …"`. */
const rowsIn = (folder: string): ReadonlySet<string> => {
  const path = fileURLToPath(new URL(folder, import.meta.url))
  const titles = readdirSync(path)
    .filter((name) => name.endsWith(".test.ts"))
    .flatMap((name) => readFileSync(`${path}/${name}`, "utf8").match(/(?<=["'`])[A-Z]{2,4}-\d+[^\n]*/g) ?? [])
  const found = new Set<string>()
  for (const title of titles) {
    for (const [, prefix, first, last = first] of title.matchAll(/\b([A-Z]{2,4})-(\d+)(?: to \1-(\d+))?/g)) {
      for (let row = Number(first); row <= Number(last); row++) found.add(`${prefix}-${row}`)
    }
  }
  return found
}

const idsOf = (table: Readonly<Record<string, ReadonlyArray<number>>>): ReadonlyArray<string> =>
  Object.entries(table).flatMap(([prefix, numbers]) => numbers.map((number) => `${prefix}-${number}`))

test("every row that needs no tenant has a test in this folder", () => {
  const shown = rowsIn(".")
  expect(idsOf(rows.offline).filter((id) => !shown.has(id))).toEqual([])
})

test("every row about the real service has a test of the sandbox", () => {
  const shown = rowsIn("../sandbox")
  expect(idsOf(rows.live).filter((id) => !shown.has(id))).toEqual([])
})
