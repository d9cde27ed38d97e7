/**
 * docs/cli.md: its table of commands is up to date, and its ten jobs work as they are written.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { commandTable, shownTable } from "../../../scripts/cli-table.js"
import { writes } from "../../../test/support/sandbox.js"
import { onTenant, prepareIru, runProcess } from "./support/run.js"

const { command, folder, usual } = prepareIru()

test("docs/cli.md lists the commands of the program (if not: npm run docs:cli)", () => {
  expect(shownTable()).toBe(commandTable)
})

const page = readFileSync("docs/cli.md", "utf8")
const jobs = (/\n## Ten jobs\n(.*?)\n## /s.exec(page)?.[1] ?? "")
  .split(/\n(?=\d+\. )/)
  .slice(1)
  .map((job) => ({ title: job.split(".", 2).join("."), line: (/```bash\n(.*?)\n *```/s.exec(job)?.[1] ?? "").trim() }))

describe("the one-line jobs of docs/cli.md", () => {
  test("are ten in number", () => expect(jobs).toHaveLength(10))

  /** The number of write requests that a job sends. Jobs that are not listed send none. */
  const changes: Readonly<Record<number, number>> = { 0: 6, 7: 2, 8: 1 }

  for (const [index, { line, title }] of jobs.entries()) {
    scopedLive(`work as written, on a seeded sandbox: ${title}`, () =>
      onTenant(
        Effect.gen(function* () {
          const { apiToken, tenantUrl } = yield* Sandbox
          const place = join(folder(), String(index))
          mkdirSync(place)
          writeFileSync(join(place, "iru"), `#!/bin/sh\nexec '${process.execPath}' '${command()}' "$@"\n`)
          chmodSync(join(place, "iru"), 0o755)
          writeFileSync(join(place, "tags.csv"), "C02933B00000,A-1\nFVF444B00005,A-2\n")
          writeFileSync(join(place, "macs.csv"), "serial_number,name\nC02933B00000,a\nFVF444B00005,b\n")
          expect(line.split("\n")).toHaveLength(1)
          const { PATH, ...env } = usual()
          const { code, stderr, stdout } = yield* Effect.promise(() =>
            runProcess("bash", ["-o", "pipefail", "-c", `cd '${place}' && ${line}`], {
              env: { ...env, PATH: `${place}:${PATH}`, IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken }
            })
          )
          expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
          const file = / > (\S+)$/.exec(line)?.[1]
          const printed = file === undefined ? stdout : readFileSync(join(place, file), "utf8")
          expect(printed.trimEnd().split("\n").length).toBeGreaterThan(1)
          expect(yield* writes).toHaveLength(changes[index] ?? 0)
        })
      )
    )
  }
})
