/**
 * Symbolic links in a repository. Files are only read and written below its root, so that a link in a commit cannot
 * lead to other files.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isAbsolute, join, relative } from "node:path"
import { RepositoryError } from "../../errors/RepositoryError.js"
import { allKinds, kinds } from "../model/kinds.js"
import { folderOf } from "./state.js"

/** Whether a path is a link. */
export const isLink = (path: string): Effect.Effect<boolean, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.map(Effect.option(fs.readLink(path)), Option.isSome))

/** Whether a path, after following links, is a regular file below the root. */
const leadsToFile = (root: string, path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const [base, target] = yield* Effect.all([fs.realPath(root), fs.realPath(path)])
    const below = relative(base, target)
    return !below.startsWith("..") && !isAbsolute(below) && (yield* fs.stat(target)).type === "File"
  }).pipe(Effect.orElseSucceed(() => false))

/** Why a file of an item cannot be read; `undefined` if it can. */
export const fileProblem = (root: string, path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if ((yield* isLink(path)) && !(yield* leadsToFile(root, path)))
      return "is a link, but not to a file of the repository: replace it with the file itself"
    const type = Option.map(yield* Effect.option(fs.stat(path)), (info) => info.type)
    return Option.contains(type, "File") || Option.isNone(type) ? undefined : "is not a regular file"
  })

/** The first part of a path below the root that is a link. */
export const linkIn = (root: string, path: string) => {
  const parts = path.split("/")
  return Effect.findFirst(
    parts.map((_, index) => parts.slice(0, index + 1).join("/")),
    (part) => isLink(join(root, part))
  )
}

/** Refuses a repository whose own folders are links: writing through them would change files outside the repository. */
export const checkLinks = (root: string, host: string): Effect.Effect<void, RepositoryError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const known = folderOf(root, host)
    const folders = [
      join(root, ".effect-iru"),
      known,
      ...allKinds.flatMap((kind) => [join(root, kinds[kind].folder), join(known, kinds[kind].folder)])
    ]
    const links = yield* Effect.filter(folders, isLink)
    if (links.length === 0) return
    return yield* new RepositoryError({
      reason: "InvalidItem",
      detail: "A folder of the repository is a link, so nothing is written.",
      problems: links.map((path) => ({
        file: relative(root, path).replaceAll("\\", "/"),
        message: "is a link: replace it with the folder itself"
      }))
    })
  })
