/**
 * Files that a caller names, checked before anything is sent.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { invalidArgument } from "../operation/arguments.js"

/** The last part of a path. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)

/** Why an installer cannot have this name, if it cannot. */
export const nameProblem = (name: string): string | undefined =>
  /.\.[^./\\]+$/.test(name) ? undefined : `${name} has no file extension, which Iru tells installers by.`

const installTypes: Readonly<Record<string, string>> = {
  pkg: "package",
  mpkg: "package",
  zip: "zip",
  dmg: "image"
}

/** Why an installer of this name is none of an install type, if its extension belongs to another. */
export const installTypeProblem = (name: string, installType: string): string | undefined => {
  const fitting = installTypes[name.slice(name.lastIndexOf(".") + 1).toLowerCase()]
  return fitting === undefined || fitting === installType
    ? undefined
    : `${name} is not for install_type "${installType}": "${fitting}" fits. With the option anyKind: true it is sent as it is.`
}

/** The size in bytes of a file that exists, is a file and is not empty. */
export const fileSize = (
  fs: FileSystem.FileSystem,
  operation: string,
  field: string,
  path: string
): Effect.Effect<number, ApiClientError> => {
  const refuse = (why: string, cause?: unknown) => Effect.fail(invalidArgument(operation, { [field]: [why] }, cause))
  return fs.stat(path).pipe(
    Effect.catchAll((error) => refuse(`The file ${path} does not exist or is not readable.`, error)),
    Effect.flatMap((info) => {
      if (info.type !== "File")
        return refuse(`The file ${path} does not exist or is not readable: it is a ${info.type}.`)
      return info.size === FileSystem.Size(0) ? refuse(`The file ${path} is empty.`) : Effect.succeed(Number(info.size))
    })
  )
}

/** The bytes of a small file. */
export const readSmallFile = (
  fs: FileSystem.FileSystem,
  operation: string,
  field: string,
  path: string
): Effect.Effect<Uint8Array, ApiClientError> =>
  Effect.zipRight(
    fileSize(fs, operation, field, path),
    Effect.mapError(fs.readFile(path), (error) =>
      invalidArgument(operation, { [field]: [`The file ${path} does not exist or is not readable.`] }, error)
    )
  )
