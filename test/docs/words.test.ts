/** Checks that comments and pages have no phrases that readers stumbled over, and no long sentences. */
import { readdirSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"

const below = (folder: string, extension: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .map((name) => `${folder}/${name}`)

const pages = [...readdirSync(".").filter((name) => name.endsWith(".md")), ...below("docs", ".md"), "bench/README.md"]
const sources = [...below("src", ".ts"), ...below("examples", ".ts")]

/** Phrases that readers had to read twice, each with a replacement. */
const turns: ReadonlyArray<readonly [turn: RegExp, instead: string]> = [
  [/\bwhoever\b/i, "name the reader, the caller, the client or the process"],
  [/\bnothing where\b/i, "`undefined` if …"],
  [/\b(if|that|where) (it )?is none\b/i, "say what is not the case"],
  [/\bcomes between what\b/i, "runs without yielding, so no other request …"],
  [/\bnobody touched\b/i, "untouched"],
  [/\banswers beside\b/i, "the routes of …"],
  [/\bbut questions\b/i, "only read requests"],
  [/\bmakes the tenant have\b/i, "creates it, or updates it if it exists"],
  [/\btold as what\b/i, "is reported as …"],
  [/\btakes orders\b/i, "accepts requests"],
  [/\b(what|as) [\w' ]{1,30} makes of\b/i, "how … answers, or what … does with it"],
  [/\bas long again\b/i, "for the same time again, with the number"],
  [/\bsees to it\b/i, "makes sure, ensures"],
  [/\bwithout a word\b/i, "without a message, without telling …"],
  [/\bis told of\b/i, "is reported"],
  [/\bfor ever\b/i, "never ends, stays …"],
  [/\bthat do(es)? not hold\b/i, "invalid"]
]

const oneLine = (text: string) => text.replaceAll(/\s+(\*\s|\/\/\s)?\s*/g, " ")

const turnsIn = (text: string) => turns.flatMap(([turn]) => turn.exec(oneLine(text))?.[0] ?? [])

/** The sentences of a page: no code, no tables, no headings; names in a row count as one word. A colon before a capital ends one, as a full stop does. */
const sentences = (page: string): ReadonlyArray<string> =>
  page
    .replaceAll(/^```[^]*?^```/gm, "\n")
    .replaceAll(/<!--[^]*?-->/g, "\n")
    .replaceAll(/(`[^`]+`\s)+(?=`)/g, "")
    .replaceAll(/^\s*\|.*$|^#.*$/gm, "\n")
    .replaceAll(/^\s*([-*]|\d+\.) /gm, "\n\n")
    .split(/\n\s*\n/)
    .map((paragraph) => oneLine(paragraph.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")).trim())
    .flatMap((paragraph) => paragraph.split(/(?<=[.!?:]\)?) (?=[A-Z`"[(*])/))

const longIn = (page: string) => sentences(page).filter((sentence) => sentence.split(" ").length > 40)

test.each([...pages, ...sources])("%s has no phrase that readers stumble over", (file) => {
  expect(turnsIn(readFileSync(file, "utf8"))).toEqual([])
})

test.each(pages)("no sentence of %s has more than 40 words", (file) => {
  expect(longIn(readFileSync(file, "utf8"))).toEqual([])
})

test("a phrase is also found across two lines of a comment", () => {
  expect(turnsIn("/**\n * Tells whoever\n * listens; nothing\n * where nobody does. */")).toEqual([
    "whoever",
    "nothing where"
  ])
  expect(turnsIn("  // It sees\n  // to it.")).toEqual(["sees to it"])
})

test("a sentence of 41 words is found in lists and paragraphs, but not in code and tables", () => {
  const words = (count: number) => `${"word ".repeat(count - 1)}word.`
  expect(longIn(`A.\n\n${words(41)} B.\n\n- C\n- ${words(41)}`)).toEqual([words(41), words(41)])
  expect(longIn(`${words(40)} ${words(40).replace("w", "W")}`)).toEqual([])
  expect(longIn(`\`\`\`ts\n${words(41)}\n\`\`\`\n\n| ${words(41)} |`)).toEqual([])
})
