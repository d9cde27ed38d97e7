/**
 * The targets of downloads: a file, or a folder in which the installer gets a file name.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import type { CustomApp } from "../schemas/CustomApp.js"
import type { InstallerTransfer, TransferOptions } from "../services/InstallerTransfer.js"
import { invalidArgument } from "../operation/arguments.js"
import { baseName, pathProblem } from "./files.js"

/** Fails unless `to` is a path, and `concurrency` (the number of downloads at a time) a whole number above 0. */
export const checkTarget = (operation: string, to: string, concurrency = 1): Effect.Effect<void, ApiClientError> => {
  if (typeof to !== "string" || to === "" || to.includes("\0")) {
    return invalidArgument(operation, { to: ["must be the path of a file or a folder"] })
  }
  // Checked early, because the caller makes a folder with that name.
  const problem = pathProblem(to)
  if (problem !== undefined) return invalidArgument(operation, { to: [problem] })
  return Number.isInteger(concurrency) && concurrency > 0
    ? Effect.void
    : invalidArgument(operation, { concurrency: ["must be a whole number above 0"] })
}

/** Whether a path means a folder: an existing one, or a path that ends in a separator. */
export const isFolder = (fs: FileSystem.FileSystem, path: string): Effect.Effect<boolean> =>
  /[/\\]$/.test(path)
    ? Effect.succeed(true)
    : Effect.match(fs.stat(path), { onFailure: () => false, onSuccess: ({ type }) => type === "Directory" })

/** The path of a file in a folder. */
export const within = (folder: string, name: string): string =>
  /[/\\]$/.test(folder) ? folder + name : `${folder}/${name}`

/** Makes the folder of a file and its missing parents. */
export const makeFolderOf = (fs: FileSystem.FileSystem, file: string): Effect.Effect<void, PayloadTransferError> => {
  const name = baseName(file)
  const folder = file.slice(0, file.length - name.length)
  if (folder === "") return Effect.void
  const failed = (cause: PlatformError) =>
    new PayloadTransferError({ reason: "Sink", direction: "download", name, detail: cause.message, cause })
  return Effect.mapError(makeFolders(fs, folder), failed)
}

/** Makes folders one by one, because a recursive `makeDirectory` never ends in some file systems, such as `/proc`. */
const makeFolders = (fs: FileSystem.FileSystem, folder: string): Effect.Effect<void, PlatformError> =>
  Effect.gen(function* () {
    if (yield* fs.exists(folder)) return
    const parent = folder.replace(/[/\\]+$/, "").replace(/[^/\\]+$/, "")
    if (parent !== "" && parent !== folder) yield* makeFolders(fs, parent)
    yield* Effect.catchIf(
      fs.makeDirectory(folder),
      // Another download may have made it meanwhile.
      (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
      () => Effect.void
    )
  })

/** Whether the file at a path already is an app's installer, by size and sha256. `false` if the tenant has no sha256. */
export const isStored = (
  fs: FileSystem.FileSystem,
  transfer: InstallerTransfer.Service,
  { file_size, sha256 }: CustomApp,
  path: string,
  options: TransferOptions
): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    if (sha256 === undefined) return false
    const { size, type } = yield* fs.stat(path)
    if (type !== "File" || (file_size !== undefined && Number(size) !== file_size)) return false
    return (yield* transfer.sha256({ path }, options)) === sha256
  }).pipe(Effect.orElseSucceed(() => false))
