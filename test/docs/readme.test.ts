/** Checks the tables of the README against the code. */
import { scoped } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Effect from "effect/Effect"
import * as core from "effect-iru"
import { Iru } from "effect-iru/node"
import * as operations from "effect-iru/operations"
import { readdirSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { coverage } from "../../scripts/coverage.js"

const readme = readFileSync("README.md", "utf8")

/** The cells of the table with this heading, without code marks. */
const table = (heading: string): ReadonlyArray<ReadonlyArray<string>> =>
  (readme.split(`| ${heading} `)[1] ?? "")
    .split("\n\n")
    .slice(0, 1)
    .flatMap((text) => text.split("\n").slice(2))
    .map((row) => row.split("|").map((cell) => cell.trim()))

const tenant = Iru.layer({ tenantUrl: "example.api.iru.com", apiToken: "00000000-0000-0000-0000-000000000000" })

scoped("each service has the operations that the README lists, and no other", () =>
  Effect.gen(function* () {
    const services = yield* Layer.build(tenant)
    const { tenantUrl: _, ...client } = Context.get(services, core.ApiClient)
    const names = [...Object.keys(operations), "InstallerTransfer"]
    const tags = Object.entries(core).flatMap(([name, exported]) =>
      names.includes(name) && Context.isTag(exported) ? [[name, exported] as const] : []
    )
    const all: Readonly<Record<string, object>> = {
      ApiClient: client,
      ...Object.fromEntries(tags.map(([name, tag]) => [name, Object(Context.unsafeGet(services, tag))]))
    }
    expect(tags).toHaveLength(names.length)
    const rows = table("service").map(
      ([, name = "", operations = ""]) =>
        [name.replaceAll("`", ""), [...operations.matchAll(/`(\w+)`/g)].map(([, text = ""]) => text).sort()] as const
    )
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(all).map(([name, service]) => [name, Object.keys(service).sort()]))
    )
  })
)

test("every entry point is in the README, and every page of docs/ is in its index", () => {
  const { exports }: { readonly exports: Readonly<Record<string, object | string>> } = JSON.parse(
    readFileSync("package.json", "utf8")
  )
  const entryPoints = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [`\`effect-iru${path.slice(1)}\``]
  )
  expect(table("entry point").map(([, name]) => name)).toEqual(entryPoints)
  const pages = readdirSync("docs").filter((name) => name.endsWith(".md"))
  const index = readFileSync("docs/README.md", "utf8")
  expect(pages.filter((name) => name !== "README.md" && !index.includes(`](${name})`))).toEqual([])
  expect(readme).toContain("](docs/README.md)")
})

test("every reason of an error is in the README", () => {
  const reasons = table("tag").flatMap(([, , reasons = ""]) =>
    [...reasons.matchAll(/`(\w+)`/g)].map(([, text]) => text)
  )
  const { ApiClientErrorReason, PayloadTransferErrorReason } = core
  expect(reasons.sort()).toEqual([...ApiClientErrorReason.literals, ...PayloadTransferErrorReason.literals].sort())
})

test("docs/coverage.md is up to date with every operation and its fields (if not: npm run docs:services)", () => {
  const words = (text: string) => text.replaceAll(/\s+/g, " ").trim()
  expect(words(readFileSync("docs/coverage.md", "utf8"))).toBe(words(coverage()))
})

test("the README has at most three screens before its first table", () => {
  const [before = ""] = readme.split(/^\|/m)
  expect(before.split("\n").length).toBeLessThanOrEqual(150)
})
