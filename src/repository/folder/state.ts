/**
 * The sync state of items: what folder and tenant had when they were last in sync. It is one small file for each item
 * and tenant: `.effect-iru/<host of the tenant>/scripts/<id in the folder>.json`.
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

/** The sync state of one item with one tenant. */
export const ItemState = Schema.Struct({
  version: Schema.Literal(1),
  /**
   * The tenant's id of the item. It can differ from the id in the folder if the folder is used with several tenants.
   */
  id: Schema.optional(Id),
  /** `false` until the item has been in sync for the first time. A plan only deletes managed items. */
  managed: Schema.Boolean,
  /** The hash of its normalized fields when folder and tenant were last in sync. */
  hash: Schema.optional(Schema.String),
  /** A create whose response has not arrived: what was sent, and when. */
  creating: Schema.optional(Schema.Struct({ name: Schema.String, hash: Schema.String, at: Schema.String })),
  /**
   * A change of the tenant that is being written into the folder: the hashes of the folder's fields that it replaces.
   * If the process dies meanwhile, these old values do not count as changes of the folder.
   */
  pulling: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
})
export interface ItemState extends Schema.Schema.Type<typeof ItemState> {}

const StateJson = Schema.parseJson(ItemState, { space: 2 })
const decode = Schema.decodeUnknownEither(StateJson)
const encode = Schema.encodeSync(StateJson)

/** The sync states of a tenant, by kind and by the id in the folder. */
export type States = Readonly<Record<Kind, ReadonlyMap<string, ItemState>>>

export const folderOf = (root: string, host: string): string =>
  join(root, ".effect-iru", host.toLowerCase().replace(/[^\w.-]/g, "_"))

const fileOf = (root: string, host: string, kind: Kind, id: string): string =>
  join(folderOf(root, host), kinds[kind].folder, `${id}.json`)

/** Ignores copies that file synchronization programs make (`… (1).json`). */
const isStateFile = (name: string): boolean => name.endsWith(".json") && isFileId(name.slice(0, -5))

/** The sync state of one item, or `undefined` if it has none. */
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

/** Reads the sync states of all items of a tenant. */
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
              message: "is not a valid sync state: resolve the merge conflict in it, or restore it from git"
            })
            return []
          })
        )
      }).pipe(Effect.mapError(io("The sync state of the items cannot be read")))
    const [profile, script, app] = yield* Effect.all([read("profile"), read("script"), read("app")])
    return problems.length === 0
      ? { profile, script, app }
      : yield* new RepositoryError({
          reason: "InvalidItem",
          detail: "The sync state of some items cannot be read.",
          problems
        })
  })

export const writeState = (root: string, host: string, kind: Kind, id: string, state: ItemState) =>
  writeWhole(root, fileOf(root, host, kind, id), new TextEncoder().encode(`${encode(state)}\n`))

export const removeState = (root: string, host: string, kind: Kind, id: string) =>
  removeFile(fileOf(root, host, kind, id))

/** The ids of items of a kind that have a sync state with another tenant. Such an id must stay in its info file. */
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
  }).pipe(Effect.mapError(io("The sync state of the items cannot be read")))
