/**
 * What is in the tarball: `node contents.mjs effect-iru-1.0.0.tgz`. Fails on a file that a user has no use for, and on
 * one that is missing.
 */
import { execFileSync } from "node:child_process"
import { posix } from "node:path"

const [tarball] = process.argv.slice(2)
const tar = (...options) => execFileSync("tar", [...options], { encoding: "utf8", maxBuffer: 2 ** 28 })
const files = tar("-tzf", tarball)
  .trim()
  .split("\n")
  .map((file) => file.replace(/^package\//, ""))
const packed = new Set(files)
const manifest = JSON.parse(tar("-xzOf", tarball, "package/package.json"))

const problems = []
const mustHold = (file, why) => packed.has(file) || problems.push(`${file} is missing: ${why}`)

for (const file of ["package.json", "README.md", "CHANGELOG.md", "LICENSE"]) mustHold(file, "every package has it")
for (const [path, entry] of Object.entries(manifest.exports)) {
  for (const target of typeof entry === "string" ? [entry] : Object.values(entry)) {
    mustHold(target.replace("./", ""), `"${path}" of exports`)
  }
}
// On the registry's site and in node_modules, there is nothing but what is packed.
for (const page of files.filter((file) => file.endsWith(".md"))) {
  for (const [, target] of tar("-xzOf", tarball, `package/${page}`).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
    mustHold(posix.join(posix.dirname(page), target), `${page} links to it`)
  }
}
for (const [name, target] of Object.entries(manifest.bin ?? {})) mustHold(target.replace("./", ""), `command ${name}`)

// A module has its declarations, and both have a map into the source, which is there too.
const modules = files.filter((file) => /^dist\/.*\.js$/.test(file))
for (const file of modules) {
  const source = file.replace("dist/", "src/").replace(/\.js$/, ".ts")
  for (const beside of [`${file}.map`, file.replace(/\.js$/, ".d.ts"), file.replace(/\.js$/, ".d.ts.map"), source]) {
    mustHold(beside, `it belongs to ${file}`)
  }
}

const wanted = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/.*\.(js|d\.ts)(\.map)?$/,
  /^src\/.*\.ts$/,
  // The pages that the README links to.
  /^docs\/[\w-]+\.md$/,
  /^docs\/images\/[\w-]+\.(png|svg)$/,
  // What a page is made of, beside the module that serves it.
  /^(dist|src)\/.*\.(html|css|svg)$/
]
for (const file of files) {
  if (!wanted.some((pattern) => pattern.test(file))) problems.push(`${file} is of no use to a user`)
  if (/\.test\.|(^|\/)\./.test(file)) problems.push(`${file} does not belong into a package`)
  if (file.endsWith(".map")) mustHold(file.slice(0, -".map".length), `${file} is its map`)
}

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exit(1)
console.log(`${files.length} files, ${modules.length} of them modules: all that belongs there, and nothing else`)
