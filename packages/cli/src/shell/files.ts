/**
 * Writes files atomically: a file has its full content, or it is not changed.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import type { Stats } from "node:fs"
import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises"
import { exitCodes } from "./exitCodes.js"
import { Problem } from "./Problem.js"

const reasons: Readonly<Record<string, string>> = {
  EACCES: "you may not write there",
  EISDIR: "it is a folder",
  ENOENT: "its folder does not exist",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only"
}

const cannotWrite = (path: string) => (cause: unknown) => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
  return new Problem({ message: `Cannot write ${path}: ${reasons[code] ?? code}.` })
}

const kindOf = (stats: Stats): string | undefined =>
  stats.isFile()
    ? undefined
    : stats.isDirectory()
      ? reasons["EISDIR"]
      : stats.isSymbolicLink()
        ? "it is a symbolic link. Give the path of the file itself"
        : "it is a device, a FIFO or a socket, which a file would replace"

/** The mode of the existing file, without setuid and setgid. Fails if the path is not a plain file. */
export const replaceable = (path: string): Effect.Effect<number, Problem> =>
  Effect.flatMap(
    Effect.promise(() => lstat(path).catch(() => undefined)),
    (there) => {
      const kind = there === undefined ? undefined : kindOf(there)
      return kind === undefined
        ? Effect.succeed(there === undefined ? 0o600 : there.mode & 0o777)
        : new Problem({ message: `Cannot write ${path}: ${kind}.`, code: exitCodes.usage })
    }
  )

interface Part {
  readonly path: string
  readonly mode: number
  readonly file: FileHandle
}

/** Creates a temporary file next to a path. Its name must be unused, so that no other file is overwritten. */
const openPart = (path: string): Effect.Effect<Part, Problem> =>
  Effect.flatMap(replaceable(path), (mode) => {
    const part = `${path}.${randomUUID().slice(0, 8)}.part`
    return Effect.tryPromise({
      try: async () => ({ path: part, mode, file: await open(part, "wx", 0o600) }),
      catch: cannotWrite(path)
    })
  })

/**
 * Writes a temporary file next to the path and renames it at the end. An existing file must be a plain one, and keeps
 * its mode.
 */
export const writeWhole = <E, R>(
  path: string,
  content: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<void, E | Problem, R> => {
  const fails = cannotWrite(path)
  return Effect.acquireUseRelease(
    openPart(path),
    ({ file, mode, path: part }) =>
      Effect.zipRight(
        Stream.runForEach(content, (chunk) => Effect.tryPromise({ try: () => file.appendFile(chunk), catch: fails })),
        Effect.tryPromise({
          try: async () => {
            await file.chmod(mode)
            await file.sync()
            await file.close()
            await rename(part, path)
          },
          catch: fails
        })
      ),
    ({ file, path: part }) =>
      Effect.promise(async () => {
        await file.close().catch(() => undefined)
        await rm(part, { force: true }).catch(() => undefined)
      })
  )
}
