/**
 * Folders of library items, and programs on them.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Repository } from "effect-iru/repository"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** Writes files below a folder. */
export const write = (root: string, files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

/** Every file below a folder, by its path, as text. */
export const contents = (root: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true, encoding: "utf8" })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(root.length + 1), readFileSync(path, "utf8")])
  )

/** Pulls a tenant, and gives what became of each item. */
export const pull = (root: string, options: Repository.PullOptions = {}) =>
  Effect.map(Stream.runCollect(Repository.pull(root, options)), Chunk.toReadonlyArray)

/** Reads a folder and plans it. */
export const plan = (root: string, options: Repository.PlanOptions = {}) =>
  Effect.flatMap(Repository.open(root), (repository) => Repository.plan(repository, options))

/** Reads a folder, and applies a plan to it. */
export const apply = (root: string, plan: Repository.Plan, options: Repository.ApplyOptions = {}) =>
  Effect.flatMap(Repository.open(root), (repository) =>
    Effect.map(Stream.runCollect(Repository.apply(repository, plan, options)), Chunk.toReadonlyArray)
  )

/** Plans a folder and applies it. */
export const sync = (root: string, options: Repository.PlanOptions = {}) =>
  Effect.flatMap(plan(root, options), (plan) => apply(root, plan))

/** What became of actions, as `create tenant script Name: done`. */
export const told = (outcomes: ReadonlyArray<Repository.Outcome>): ReadonlyArray<string> =>
  outcomes
    .map(({ action, item, outcome }) => {
      const side = action !== undefined && "side" in action ? ` ${action.side}` : ""
      return `${action?._tag ?? "conflict"}${side} ${item.kind} ${item.name}: ${outcome}`
    })
    .sort()

/** What a plan does, as `update tenant script Name: field, field`. */
export const planned = ({ actions }: Repository.Plan): ReadonlyArray<string> =>
  actions
    .filter(Repository.isChange)
    .map((action) => {
      const side = "side" in action ? ` ${action.side}` : ""
      const fields = "changes" in action ? `: ${action.changes.map(({ field }) => field).join(", ")}` : ""
      return `${action._tag}${side} ${action.item.kind} ${action.item.name}${fields}`
    })
    .sort()

/** The platform's files. */
export const withFiles = <A, E, R>(program: Effect.Effect<A, E, R>) => Effect.provide(program, NodeContext.layer)

/** The items of a folder, by kind, in the order of their folders. */
export const itemsOf = (root: string, kind: Repository.Kind) =>
  Effect.map(Repository.open(root), ({ items }) => items.filter((item) => item.kind === kind))

/** Sets a key of an info file in any format, as a person with an editor does. */
export const setKey = (root: string, item: Repository.LocalItem, key: string, value: string | boolean): void => {
  const path = join(root, item.path, item.infoFile.name)
  const text = readFileSync(path, "utf8")
  const plist = typeof value === "string" ? `<string>${value}</string>` : `<${value}/>`
  const next = text
    .replace(new RegExp(`(<key>${key}</key>\\s*)<.*?(?:/>|</string>)`), `$1${plist}`)
    .replace(new RegExp(`("${key}": )(?:"[^"]*"|true|false)`), `$1${JSON.stringify(value)}`)
    .replace(new RegExp(`^(${key}: ).*$`, "m"), `$1${typeof value === "string" ? `"${value}"` : value}`)
  if (next === text) throw new Error(`${path} has no ${key}`)
  writeFileSync(path, next)
}

/** Changes a text of an item. */
export const setText = (
  root: string,
  item: Repository.LocalItem,
  field: string,
  change: (text: string) => string
): void => {
  const file = item.files.get(field)
  if (file === undefined) throw new Error(`${item.path} has no ${field}`)
  const path = join(root, item.path, file.name)
  writeFileSync(path, change(readFileSync(path, "utf8")))
}
