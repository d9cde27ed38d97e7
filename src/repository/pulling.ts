/**
 * Writes the items of a tenant into a new or existing folder.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { join, resolve } from "node:path"
import type { RepositoryError } from "../errors/RepositoryError.js"
import { apply, type ApplyOptions, type Outcome } from "./applying/apply.js"
import type { Failure } from "./applying/Work.js"
import { io } from "./folder/files.js"
import { findRoot } from "./folder/layout.js"
import { open } from "./folder/reading.js"
import type { Needs } from "./planning/actions.js"
import { plan, type PlanOptions } from "./planning/planner.js"

/** The options of `plan` and `apply`, and the format of a new repository. */
export interface PullOptions extends Omit<PlanOptions, "direction" | "recreate">, ApplyOptions {
  /** The format of info files if the folder becomes a repository. Default `plist`, as in the vendor's tool. */
  readonly infoFormat?: "plist" | "json" | "yaml" | undefined
}

/**
 * Writes the tenant's items into a folder and emits the outcome of each item. A missing or empty folder becomes a
 * repository. Items that changed only in the folder stay unchanged. Items that changed on both sides are conflicts,
 * unless `onConflict` chooses a side. With `installers: true`, installers are downloaded too.
 *
 * Fails like `open`, `plan` and `apply`, and with `NotARepository` if the folder holds other files.
 *
 * @example
 * Repository.pull("mdm", { infoFormat: "yaml" }).pipe(Stream.runCount)
 * @see `GET /api/v1/library/custom-profiles`, `custom-scripts`, `custom-apps`
 */
export const pull = (path: string, options: PullOptions = {}): Stream.Stream<Outcome, Failure, Needs> =>
  Stream.unwrap(
    Effect.gen(function* () {
      yield* Effect.catchIf(
        findRoot(path),
        ({ reason }) => reason === "NotARepository",
        (error) => makeRepository(path, options.infoFormat, error)
      )
      const repository = yield* open(path)
      return apply(repository, yield* plan(repository, { ...options, direction: "pull" }), options)
    })
  )

/**
 * Files that a folder may hold before it becomes a repository: hidden files such as `.git`, README, LICENSE and
 * CONTRIBUTING.
 */
const isHarmless = (name: string): boolean => name.startsWith(".") || /^(?:README|LICENSE|CONTRIBUTING)/i.test(name)

const makeRepository = (path: string, infoFormat: PullOptions["infoFormat"], notFound: RepositoryError) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const root = resolve(path)
    const made = Effect.mapError(io("The repository cannot be made"))
    yield* fs.makeDirectory(root, { recursive: true }).pipe(made)
    const names = yield* fs.readDirectory(root).pipe(made)
    if (!names.every(isHarmless)) return yield* notFound
    yield* fs
      .writeFileString(join(root, ".iructl"), infoFormat === undefined ? "" : `info_format: ${infoFormat}\n`)
      .pipe(made)
  })
