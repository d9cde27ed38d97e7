/**
 * Records a first session with `iru` on a sandbox in a real terminal, and draws its output: docs/images/cli.svg. Needs
 * Python 3 for the terminal. `npm run docs:recording`
 */
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { bundle } from "../packages/cli/build.js"

const columns = 100

/** The typed commands, and the answers to their questions. */
const session: ReadonlyArray<{ readonly typed: string; readonly answers?: ReadonlyArray<readonly [string, string]> }> =
  [
    { typed: "iru devices list --platform Mac --limit 4" },
    { typed: "iru devices restart C02933B00000", answers: [["[y/N] ", "y\r"]] },
    { typed: "iru devices erase C02933B00000", answers: [["to continue: ", "no\r"]] },
    { typed: "iru prism filevault --filter key_escrowed=false" },
    { typed: "iru devcies list" }
  ]

/** Turns bold text into SVG, and removes all other escape sequences. */
const spans = (line: string): string =>
  line
    // oxlint-disable-next-line no-control-regex
    .split(/(\u001b\[1m.*?\u001b\[22m)/)
    .map((part) => {
      const text = stripVTControlCharacters(part).replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`)
      return part.startsWith("\u001b[1m") ? `<tspan font-weight="bold" fill="#fff">${text}</tspan>` : text
    })
    .join("")

const draw = (lines: ReadonlyArray<string>): string => {
  const [height, left, top] = [19, 20, 30]
  const texts = lines.map((line, index) => {
    const fill = line.startsWith("$ ") ? "#7ee787" : "#d0d7de"
    return `<text x="${left}" y="${top + index * height}" fill="${fill}" xml:space="preserve">${spans(line)}</text>`
  })
  const [width, total] = [left * 2 + columns * 8.43, top * 2 + (lines.length - 1) * height]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" role="img" aria-label="A first session with iru in a terminal">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...texts,
    "</g>",
    "</svg>",
    ""
  ].join("\n")
}

const folder = mkdtempSync(join(tmpdir(), "iru-recording-"))
await bundle(join(folder, "dist"))
const command = join(folder, "dist", "iru.js")

const shown = (terminal: ReadonlyArray<string>, env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn("python3", terminal, { env, stdio: ["ignore", "pipe", "inherit"] })
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (more: string) => (text += more))
    child.on("close", () => resolve(text))
  })

const lines = await Effect.flatMap(Sandbox, ({ apiToken, tenantUrl }) => {
  const env = { ...process.env, IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken, XDG_CONFIG_HOME: folder }
  return Effect.forEach(session, ({ answers = [], typed }) => {
    const program = [process.execPath, command, ...typed.split(" ").slice(1)]
    const terminal = ["packages/cli/test/support/terminal.py", String(columns), JSON.stringify(answers), ...program]
    return Effect.map(
      Effect.promise(() => shown(terminal, env)),
      (text) => [`$ ${typed}`, ...text.replaceAll("\r", "").trimEnd().split("\n"), ""]
    )
  })
}).pipe(Effect.provide(Sandbox.layer({ port: 8080, seed: 42 })), Effect.runPromise)

rmSync(folder, { recursive: true, force: true })
writeFileSync("docs/images/cli.svg", draw(lines.flat().slice(0, -1)))
