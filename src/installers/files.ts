/**
 * Checks the files that a caller names, before anything is sent.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { invalidArgument } from "../operation/arguments.js"

/** The last part of a path. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)

/** The reason why an installer cannot have this name, or `undefined` if it can. */
export const nameProblem = (name: string): string | undefined =>
  /.\.[^./\\]+$/.test(name) ? undefined : `${name} has no file extension, which Iru tells installers by.`

const installTypes = new Map([
  ["pkg", "package"],
  ["mpkg", "package"],
  ["zip", "zip"],
  ["dmg", "image"]
])

/** The reason why a name does not fit the install type: its extension belongs to another type. */
export const installTypeProblem = (name: string, installType: string): string | undefined => {
  const fitting = installTypes.get(name.slice(name.lastIndexOf(".") + 1).toLowerCase())
  return fitting === undefined || fitting === installType
    ? undefined
    : `${name} is not for install_type "${installType}": "${fitting}" fits. With the option anyKind: true it is sent as it is.`
}

/** The reason why a text is not a path: only a shell or a URL parser would accept it as one. */
export const pathProblem = (path: string): string | undefined => {
  if (/^~[^/\\]*(?:[/\\]|$)/.test(path))
    return `The path ${path} begins with ~, which only a shell understands. Write the whole path.`
  return /^file:/i.test(path)
    ? `The path ${path} is a URL. Make a path of it with fileURLToPath of node:url.`
    : undefined
}

/** The reason why a file cannot be read, from the `reason` of an Effect error or the `code` of a Node error. */
export const readProblem = (path: string, cause: unknown): string => {
  const why = Predicate.hasProperty(cause, "reason")
    ? cause.reason
    : Predicate.hasProperty(cause, "code")
      ? cause.code
      : undefined
  if (why === "NotFound" || why === "ENOENT") return `The file ${path} does not exist.`
  if (why === "PermissionDenied" || why === "EACCES" || why === "EPERM")
    return `The file ${path} may not be read by this user.`
  return `The file ${path} cannot be read${typeof why === "string" ? ` (${why})` : ""}.`
}

/** The reason why a path that exists is not a file. */
const kindProblem = (path: string, type: FileSystem.File.Type): string => {
  if (type !== "Directory") return `The path ${path} is no file: it is a ${type}.`
  return /\.(?:m?pkg|app|bundle|framework)[/\\]*$/i.test(path)
    ? `The path ${path} is a bundle, which is a folder. Make a zip of it, and send that with install_type "zip".`
    : `The path ${path} is a folder, not a file.`
}

/** The size of a file in bytes. Fails if the path is not a file or the file is empty. */
export const fileSize = (
  fs: FileSystem.FileSystem,
  operation: string,
  field: string,
  path: string
): Effect.Effect<number, ApiClientError> => {
  const refuse = (why: string, cause?: unknown) => Effect.fail(invalidArgument(operation, { [field]: [why] }, cause))
  const problem = pathProblem(path)
  return problem === undefined
    ? fs.stat(path).pipe(
        Effect.catchAll((error) => refuse(readProblem(path, error), error)),
        Effect.flatMap(({ size, type }) => {
          if (type !== "File") return refuse(kindProblem(path, type))
          return size === FileSystem.Size(0) ? refuse(`The file ${path} is empty.`) : Effect.succeed(Number(size))
        })
      )
    : refuse(problem)
}

/** The size limit of files that are sent from memory. Profiles and scripts are much smaller. */
const largestSmallFile = 64 * 1024 * 1024

/** Reads a small file. Fails if it is larger than 64 MiB. */
export const readSmallFile = (
  fs: FileSystem.FileSystem,
  operation: string,
  field: string,
  path: string
): Effect.Effect<Uint8Array, ApiClientError> => {
  const refuse = (why: string, cause?: unknown) => invalidArgument(operation, { [field]: [why] }, cause)
  return Effect.flatMap(fileSize(fs, operation, field, path), (size) =>
    size > largestSmallFile
      ? Effect.fail(refuse(`The file ${path} has ${size} bytes, which is too large to be a profile: 64 MiB at most.`))
      : Effect.mapError(fs.readFile(path), (error) => refuse(readProblem(path, error), error))
  )
}
