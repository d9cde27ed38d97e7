/**
 * Writes files atomically: readers see the old or the new file, never a part. Permissions are kept.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { randomUUID } from "node:crypto"
import { basename, dirname, join } from "node:path"
import { RepositoryError } from "../../errors/RepositoryError.js"

/** The failure of a file that cannot be read or written. */
export const io =
  (what: string) =>
  (cause: PlatformError): RepositoryError =>
    new RepositoryError({ reason: "Io", detail: `${what}: ${cause.message}`, cause })

/** The folder for unfinished files. It is below the root, so that a rename can move them to their place. */
const workshop = (root: string): string => join(root, ".effect-iru", ".new")

/** A path for an unfinished file or folder. If the process dies before the rename, the next `apply` removes it. */
export const unfinished = (root: string, name: string): string =>
  join(workshop(root), `${randomUUID()}-${name.slice(0, 100)}`)

/** Runs an effect that needs a folder. If the folder is missing, creates it and runs the effect again. */
const inFolder = <A, R>(
  folder: string,
  effect: Effect.Effect<A, PlatformError, R>
): Effect.Effect<A, PlatformError, FileSystem.FileSystem | R> =>
  Effect.catchIf(
    effect,
    (error) => error._tag === "SystemError" && error.reason === "NotFound",
    () =>
      Effect.flatMap(FileSystem.FileSystem, (fs) =>
        Effect.zipRight(fs.makeDirectory(folder, { recursive: true }), effect)
      )
  )

/** Writes an unfinished file. Creates its folder if it is missing. */
export const writeNew = (
  path: string,
  bytes: Uint8Array,
  mode: number
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => inFolder(dirname(path), fs.writeFile(path, bytes, { mode })))

/** Removes unfinished files of processes that were killed. */
export const clearUnfinished = (root: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.remove(workshop(root), { recursive: true, force: true }))

/**
 * Writes a file atomically: it appears complete or not at all. An existing file keeps its permissions, and also gets
 * the execute bits of `mode`.
 */
export const writeWhole = (
  root: string,
  path: string,
  bytes: Uint8Array,
  mode = 0o644
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const before = yield* Effect.option(fs.stat(path))
    const temporary = unfinished(root, basename(path))
    const keepMode = Option.match(before, {
      onNone: () => Effect.void,
      onSome: (info) => fs.chmod(temporary, (info.mode & 0o777) | (mode & 0o111))
    })
    yield* writeNew(temporary, bytes, mode).pipe(
      Effect.zipRight(keepMode),
      Effect.zipRight(inFolder(dirname(path), fs.rename(temporary, path))),
      Effect.onError(() => Effect.ignore(fs.remove(temporary, { force: true })))
    )
  })

/** Removes a file, if it is there. */
export const removeFile = (path: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.remove(path, { force: true }))

/** Removes a folder if it is empty. */
export const removeIfEmpty = (path: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if ((yield* fs.readDirectory(path)).length === 0) yield* fs.remove(path, { recursive: true })
  })
