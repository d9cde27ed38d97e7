/**
 * Copies the programs under examples/ into the README and docs/, into each code block whose first line is
 * `// examples/<name>` or `# examples/<name>`.
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
    /```(ts|sh|python|yaml)\n(\/\/|#) (examples\/\S+)\n[\s\S]*?```/g,
    (_, language, mark, file) => `\`\`\`${language}\n${mark} ${file}\n${readFileSync(file, "utf8").trim()}\n\`\`\``
  )
  if (after !== before) writeFileSync(page, after)
}
