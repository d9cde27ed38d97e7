/**
 * Makes a table of the retry policy from the constants of the code. As a script, it writes the table into
 * docs/reliability.md.
 */
import * as Duration from "effect/Duration"
import { readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import type { Method } from "../src/operation/Operation.js"
import { defaultRetry, longestBackoff, retryRules } from "../src/session/retry.js"

const methods: ReadonlyArray<Method> = ["GET", "DELETE", "POST", "PATCH"]

const header = ["What happened", ...methods.map((method) => `\`${method}\``), "Why"]

const rows = Object.values(retryRules).map(({ failure, retried, why }) => [
  failure,
  ...methods.map((method) => (retried.some((one) => one === method) ? "again" : "–")),
  why
])

const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)))

const line = (cells: ReadonlyArray<string>, fill = " ") =>
  `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`

const long = (duration: Duration.DurationInput) => Duration.format(duration)

/** The table, and the numbers below it. */
export const retryTable = [
  line(header),
  line(
    header.map(() => ""),
    "-"
  ),
  ...rows.map((row) => line(row)),
  "",
  `By default there are ${defaultRetry.times} more tries (\`retry.times\`). The pause before each is random, up to ${long(defaultRetry.base)}`,
  `(\`retry.base\`) before the first; the bound doubles from try to try, up to ${long(longestBackoff)}.`,
  "",
  `If the answer has \`Retry-After\`, the pause is at least that long. If it asks for more than ${long(defaultRetry.maxWait)} (\`retry.maxWait\`),`,
  `there is no other try: the call fails at once with the reason of that answer (\`RateLimited\` for a 429,`,
  `\`Unavailable\` for a 503), and \`retryAfter\` says how long to wait. If the pause would end later than ${long(defaultRetry.within)}`,
  `after the first try began (\`retry.within\`), the call fails at once too. After the pause a try may still have to wait for its turn.`
].join("\n")

const place = /(<!-- retry table: npm run docs:retry -->)[\s\S]*?(<!-- end of the retry table -->)/

/** Replaces the table in a page. */
export const withRetryTable = (page: string): string =>
  page.replace(place, (_, before: string, after: string) => `${before}\n\n${retryTable}\n\n${after}`)

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const file = "docs/reliability.md"
  writeFileSync(file, withRetryTable(readFileSync(file, "utf8")))
}
