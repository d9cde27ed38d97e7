/**
 * Makes the table of the commands of `iru` from the program. As a script, it writes the table into docs/cli.md.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { makeIru } from "../packages/cli/src/root.js"
import { ShellCommand } from "../packages/cli/src/shell/program.js"

const rows = (command: ShellCommand): ReadonlyArray<readonly [name: string, text: string]> => {
  const below = command.commands.flatMap((one) => (one instanceof ShellCommand ? rows(one) : []))
  const args = command.registeredArguments.map((one) => {
    const name = one.variadic ? `${one.name()}...` : one.name()
    return one.required ? `<${name}>` : `[${name}]`
  })
  const isOwn = below.length === 0 || command.options.length > 0
  return [
    ...(isOwn ? [[[command.fullName, ...args].join(" "), command.summary() || command.description()] as const] : []),
    ...below
  ]
}

const program = await makeIru("everything")

/** Makes the table in Markdown. */
export const commandTable = ["| command | what it does |", "| --- | --- |"]
  .concat(
    program.commands
      .flatMap((one) => (one instanceof ShellCommand ? rows(one) : []))
      .map(([name, text]) => `| \`${name}\` | ${text} |`)
  )
  .join("\n")

const marker = /(?<=<!-- commands -->\n\n)(?:\|[^\n]*\n)+/

/** The table in the page, without blanks around the cells. */
export const shownTable = (): string =>
  (marker.exec(readFileSync("docs/cli.md", "utf8"))?.[0] ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ +\|/g, " |").replace(/-{3,}/g, "---"))
    .join("\n")

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const page = readFileSync("docs/cli.md", "utf8")
  writeFileSync("docs/cli.md", page.replace(marker, `${commandTable}\n`))
}
