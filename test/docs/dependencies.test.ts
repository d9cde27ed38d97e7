/**
 * Checks docs/dependencies.md against package.json, and package.json against the imports of the sources.
 */
import { readdirSync, readFileSync } from "node:fs"
import { isBuiltin } from "node:module"
import { expect, test } from "vitest"

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
}
interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly license?: string; readonly dev?: boolean; readonly link?: boolean }>
  >
}
const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"))
const { packages }: Lock = JSON.parse(readFileSync("package-lock.json", "utf8"))
const page = readFileSync("docs/dependencies.md", "utf8")

const rows = (heading: string) =>
  (page.split(new RegExp(`^\\| ${heading} .*\\n`, "m"))[1] ?? "")
    .split("\n\n")[0]
    ?.split("\n")
    .slice(1)
    .map((row) => row.split("|").map((cell) => cell.trim().replaceAll("`", "")))
    .map(([, name = ""]) => name) ?? []

/** Very old packages have `licenses` in place of `license`. Lock files do not contain it. */
const licenceOf = (path: string): string | undefined => {
  const { licenses }: { readonly licenses?: ReadonlyArray<{ readonly type: string }> } = JSON.parse(
    readFileSync(`${path}/package.json`, "utf8")
  )
  return packages[path]?.license ?? licenses?.[0]?.type
}

const names = (packages: Readonly<Record<string, string>>) => Object.keys(packages).sort()

test("the page lists every peer and every dependency, and no other", () => {
  expect(rows("peer").sort()).toEqual(names(manifest.peerDependencies))
  expect(rows("dependency").sort()).toEqual(names(manifest.dependencies))
})

test("the pages about dependencies and versions name the ranges of peers from package.json", () => {
  const row = /^\| `([^`]+)` +\| `(\^[^`]+)`/gm
  const ranges = (text: string) => Object.fromEntries([...text.matchAll(row)].map(([, name, range]) => [name, range]))
  expect(ranges(page)).toEqual(manifest.peerDependencies)
  const line = ranges(readFileSync("docs/versions.md", "utf8"))
  expect(Object.keys(line)).toEqual(["effect", "@effect/platform", "@effect/platform-node"])
  expect(manifest.peerDependencies).toMatchObject(line)
})

test("every installed package has a licence that only requires its notice to be kept", () => {
  for (const [path, { dev, license, link }] of Object.entries(packages)) {
    if (path !== "" && dev !== true && link !== true)
      expect(license ?? licenceOf(path), path).toMatch(/^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause(-Clear)?|0BSD)$/)
  }
})

test("each peer is also a development dependency of the same range, so that it is tested", () => {
  for (const [name, range] of Object.entries(manifest.peerDependencies)) {
    expect(manifest.devDependencies[name], name).toBe(range)
  }
})

const imports = (folder: string) =>
  readdirSync(`src/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) =>
      [
        ...readFileSync(`src/${folder}/${file}`, "utf8").matchAll(/^(?:import|export)\s[^"]*?from "([^".][^"]*)"/gms)
      ].map(([, specifier = ""]) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[1] ?? specifier)
    )
const packagesIn = (...folders: ReadonlyArray<string>) =>
  [...new Set(folders.flatMap(imports))].filter((name) => !isBuiltin(name) && !name.startsWith("node:")).sort()

test("the sources import what package.json declares, and nothing else", () => {
  const declared = new Set([...names(manifest.dependencies), ...names(manifest.peerDependencies)])
  expect(packagesIn(".").filter((name) => !declared.has(name))).toEqual([])
})

test("the only optional peer of the sandbox is its store, which is loaded only for a tenant in a folder", () => {
  const optional = Object.keys(manifest.peerDependenciesMeta)
  expect(packagesIn("sandbox").filter((name) => optional.includes(name))).toEqual(["classic-level"])
  const store = readFileSync("src/sandbox/tenant/disk.ts", "utf8")
  expect([...store.matchAll(/^.*"classic-level"/gm)].map(([line]) => line.trim().split(" ")[0])).toEqual([
    "import",
    "const"
  ])
  expect(store).toContain('import type { ClassicLevel } from "classic-level"')
})

test("effect-iru/node loads cli-progress only if progress bars are shown", () => {
  const files = readdirSync("src/node", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
  const imports = (text: RegExp) => files.filter((file) => text.test(readFileSync(`src/node/${file}`, "utf8")))
  expect(imports(/from "cli-progress"/)).toEqual(["progress/bars.ts"])
  expect(imports(/from ".*progress\/bars\.js"/)).toEqual([])
})

test("the command line bundles all dependencies except the sandbox's store", () => {
  const cli: Partial<Manifest> & { readonly optionalDependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync("packages/cli/package.json", "utf8")
  )
  expect(cli.dependencies).toBeUndefined()
  expect(cli.optionalDependencies).toEqual({ "classic-level": manifest.peerDependencies["classic-level"] })
})

test("the core imports no optional package", () => {
  expect(packagesIn("services", "schemas", "errors", "operation", "session", "installers", "plist")).toEqual([
    "@effect/platform",
    "@plist/binary.parse",
    "effect",
    "saxes"
  ])
})
