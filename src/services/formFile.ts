/**
 * Reads a small file of the caller as a part of a form.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { baseName, readSmallFile } from "../installers/files.js"
import { invalidArgument } from "../operation/arguments.js"
import { FormFile } from "../operation/body.js"
import type { InputFile } from "../schemas/InputFile.js"

/** Reads the file. Fails with `InvalidArgument`, field `file`, if it cannot be read or is empty. */
export const formFile = (
  fs: FileSystem.FileSystem,
  operation: string,
  file: InputFile,
  defaultName: string
): Effect.Effect<FormFile, ApiClientError> => {
  const make = (filename: string, bytes: Uint8Array) =>
    new FormFile({ filename, contentType: "application/octet-stream", bytes })
  if ("path" in file) {
    return Effect.map(readSmallFile(fs, operation, "file", file.path), (bytes) => make(baseName(file.path), bytes))
  }
  const bytes = typeof file.content === "string" ? new TextEncoder().encode(file.content) : file.content
  return bytes.length === 0
    ? Effect.fail(invalidArgument(operation, { file: ["is empty"] }))
    : Effect.succeed(make(file.name ?? defaultName, bytes))
}
