/**
 * Prints every operation of the API, one a line: method, path, name, kind. With `--readme`, writes the table of
 * services into the README, and docs/coverage.md.
 */
import * as core from "effect-iru"
import { Iru } from "effect-iru/node"
import * as operations from "effect-iru/operations"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync, writeFileSync } from "node:fs"
import { coverage } from "./coverage.js"

const rows = Object.values(operations).flatMap((group) => Object.values(group))

/** The longest common beginning of the paths of a service. */
const rootOf = (paths: ReadonlyArray<string>): string => {
  const [first = [], ...others] = paths.map((path) => path.split("/"))
  const end = first.findIndex((part, at) => others.some((other) => other[at] !== part))
  return (end === -1 ? first : first.slice(0, end)).join("/").replace(/\/$/, "")
}

const roots: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(operations).map(([name, group]) => [
      name,
      `\`${rootOf(Object.values(group).map(({ template }) => template))}\``
    ])
  ),
  InstallerTransfer: "presigned storage",
  ApiClient: "any other path"
}

const tenant = Iru.layer({ tenantUrl: "example.api.iru.com", apiToken: "00000000-0000-0000-0000-000000000000" })

const table = Effect.map(Layer.build(tenant), (services) => {
  const lines = Object.entries(core).flatMap(([name, exported]) => {
    if (roots[name] === undefined || !Context.isTag(exported)) return []
    const service = Context.unsafeGet(services, exported)
    const verbs = Object.keys(Object(service)).filter((verb) => verb !== "tenantUrl")
    return [`| \`${name}\` | ${verbs.map((verb) => `\`${verb}\``).join(" ")} | ${roots[name]} |`]
  })
  return ["| service | operations | API path |", "| --- | --- | --- |", ...lines].join("\n")
}).pipe(Effect.scoped, Effect.runPromise)

if (process.argv.includes("--readme")) {
  const readme = readFileSync("README.md", "utf8")
  const written = readme.replace(/(?<=<!-- services -->\n\n)(?:\|[^\n]*\n)+/, `${await table}\n`)
  writeFileSync("README.md", written)
  writeFileSync("docs/coverage.md", `${coverage()}\n`)
} else {
  console.log(rows.map(({ kind, method, name, template }) => `${method} ${template} ${name} ${kind}`).join("\n"))
}
