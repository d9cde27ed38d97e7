/**
 * Real files for tests.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A folder that is there until the scope closes. */
export const temporaryFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "effect-iru-test-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** A file in a folder of its own. */
export const temporaryFile = (name: string, content: string | Uint8Array): Effect.Effect<string, never, Scope.Scope> =>
  Effect.tap(
    Effect.map(temporaryFolder, (folder) => join(folder, name)),
    (path) => Effect.promise(() => writeFile(path, content))
  )

export const read = (path: string): Effect.Effect<Buffer> => Effect.promise(() => readFile(path))

/** The names of what lies in a folder, hidden files included. */
export const namesIn = (folder: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async () => (await readdir(folder)).sort())
