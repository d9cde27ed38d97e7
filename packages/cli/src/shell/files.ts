/**
 * Files that are there whole or not at all.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { open, rename, rm } from "node:fs/promises"
import { Problem } from "./Problem.js"

const reasons: Readonly<Record<string, string>> = {
  EACCES: "you may not write there",
  EISDIR: "it is a folder",
  ENOENT: "its folder is not there",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only"
}

const cannotWrite = (path: string) => (cause: unknown) => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
  return new Problem({ message: `Cannot write ${path}: ${reasons[code] ?? code}.` })
}

/** Writes a file under another name beside it, and gives it its own at the end. */
export const writeWhole = <E, R>(
  path: string,
  content: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<void, E | Problem, R> => {
  const fails = cannotWrite(path)
  const part = `${path}.${process.pid}.part`
  return Effect.acquireUseRelease(
    Effect.tryPromise({ try: () => open(part, "w", 0o600), catch: fails }),
    (file) =>
      Effect.zipRight(
        Stream.runForEach(content, (chunk) => Effect.tryPromise({ try: () => file.appendFile(chunk), catch: fails })),
        Effect.tryPromise({
          try: async () => {
            await file.close()
            await rename(part, path)
          },
          catch: fails
        })
      ),
    (file) =>
      Effect.promise(async () => {
        await file.close().catch(() => undefined)
        await rm(part, { force: true }).catch(() => undefined)
      })
  )
}
