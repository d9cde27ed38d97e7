/**
 * Writes the programs under examples/ into the places of the README and of docs/ that show them:
 * a `ts` block whose first line is `// examples/<name>`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"

const pages = [
  "README.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
]

for (const page of pages) {
  const before = readFileSync(page, "utf8")
  const after = before.replace(
    /```ts\n\/\/ (examples\/\S+)\n[\s\S]*?```/g,
    (_, file) => `\`\`\`ts\n// ${file}\n${readFileSync(file, "utf8").trim()}\n\`\`\``
  )
  if (after !== before) writeFileSync(page, after)
}
