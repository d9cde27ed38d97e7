/**
 * What is known of each item from the last time when folder and tenant were in step: one small file for each item and
 * tenant, `.effect-iru/<host of the tenant>/scripts/<id in the folder>.json`.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { RepositoryError, type RepositoryProblem } from "../../errors/RepositoryError.js"
import { Id } from "../../schemas/internal.js"
import { isFileId } from "../model/Info.js"
import { type Kind, kinds } from "../model/kinds.js"
import { io, removeFile, writeWhole } from "./files.js"

/** What is known of one item in one tenant. */
export const ItemState = Schema.Struct({
  version: Schema.Literal(1),
  /** The tenant's id of it. It can differ from the folder's: a folder can be used with several tenants. */
  id: Schema.optional(Id),
  /** Whether it came into the tenant from the folder, or into the folder from the tenant. Only then is it ever deleted. */
  managed: Schema.Boolean,
  /** The hash of its levelled fields when folder and tenant were last in step. */
  hash: Schema.optional(Schema.String),
  /** A create whose answer was not seen: what was sent, and when. */
  creating: Schema.optional(Schema.Struct({ name: Schema.String, hash: Schema.String, at: Schema.String })),
  /**
   * A change of the tenant that is being written into the folder: the hashes of the folder's fields that it replaces. If
   * it is cut off, these are not taken for changes of the folder.
   */
  pulling: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
})
export interface ItemState extends Schema.Schema.Type<typeof ItemState> {}

const StateJson = Schema.parseJson(ItemState, { space: 2 })
const decode = Schema.decodeUnknownEither(StateJson)
const encode = Schema.encodeSync(StateJson)

/** What is known, by kind and by the id in the folder. */
export type States = Readonly<Record<Kind, ReadonlyMap<string, ItemState>>>

export const folderOf = (root: string, host: string): string =>
  join(root, ".effect-iru", host.toLowerCase().replace(/[^\w.-]/g, "_"))

const fileOf = (root: string, host: string, kind: Kind, id: string): string =>
  join(folderOf(root, host), kinds[kind].folder, `${id}.json`)

/** A copy that a program for syncing files has made (`… (1).json`) is not known of any item. */
const isStateFile = (name: string): boolean => name.endsWith(".json") && isFileId(name.slice(0, -5))

/** What is known of one item in a tenant, or `undefined`. */
export const readState = (
  root: string,
  host: string,
  kind: Kind,
  id: string
): Effect.Effect<ItemState | undefined, RepositoryError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const text = yield* Effect.option(fs.readFileString(fileOf(root, host, kind, id)))
    return Option.getOrUndefined(Option.flatMap(text, (text) => Either.getRight(decode(text))))
  })

/** Reads everything that is known of a tenant's items. */
export const readStates = (root: string, host: string): Effect.Effect<States, RepositoryError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const problems: Array<RepositoryProblem> = []
    const read = (kind: Kind) =>
      Effect.gen(function* () {
        const folder = join(folderOf(root, host), kinds[kind].folder)
        if (!(yield* fs.exists(folder))) return new Map<string, ItemState>()
        const names = (yield* fs.readDirectory(folder)).filter(isStateFile)
        const states = yield* Effect.forEach(
          names,
          (name) => Effect.map(fs.readFileString(join(folder, name)), (text) => ({ name, state: decode(text) })),
          { concurrency: 16 }
        )
        return new Map(
          states.flatMap(({ name, state }) => {
            if (Either.isRight(state)) return [[name.replace(/\.json$/, ""), state.right] as const]
            problems.push({
              file: [".effect-iru", host, kinds[kind].folder, name].join("/"),
              message:
                "cannot be read as what is known of an item: solve a merge conflict in it, or restore it from git"
            })
            return []
          })
        )
      }).pipe(Effect.mapError(io("What is known of the items cannot be read")))
    const [profile, script, app] = yield* Effect.all([read("profile"), read("script"), read("app")])
    return problems.length === 0
      ? { profile, script, app }
      : yield* new RepositoryError({
          reason: "InvalidItem",
          detail: "What is known of some items cannot be read.",
          problems
        })
  })

/** Writes what is known of an item. */
export const writeState = (root: string, host: string, kind: Kind, id: string, state: ItemState) =>
  writeWhole(root, fileOf(root, host, kind, id), new TextEncoder().encode(`${encode(state)}\n`))

/** Forgets an item. */
export const removeState = (root: string, host: string, kind: Kind, id: string) =>
  removeFile(fileOf(root, host, kind, id))

/** The ids in the folder by which other tenants know items of a kind. Such an id stays in its info file. */
export const idsElsewhere = (root: string, host: string, kind: Kind) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const all = join(root, ".effect-iru")
    if (!(yield* fs.exists(all))) return new Set<string>()
    const own = folderOf(root, host)
    const others = (yield* fs.readDirectory(all)).map((name) => join(all, name)).filter((folder) => folder !== own)
    const names = yield* Effect.forEach(others, (folder) =>
      Effect.orElseSucceed(fs.readDirectory(join(folder, kinds[kind].folder)), () => [])
    )
    return new Set(names.flat().map((name) => name.replace(/\.json$/, "")))
  }).pipe(Effect.mapError(io("What is known of the items cannot be read")))
