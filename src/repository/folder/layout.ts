/**
 * Where a repository begins, and how its folders are named.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { dirname, join, resolve } from "node:path"
import { parse } from "yaml"
import { RepositoryError } from "../../errors/RepositoryError.js"
import { fieldErrorsOf } from "../../operation/arguments.js"
import type { Format } from "../format/InfoDocument.js"
import { device } from "../../installers/fileNames.js"
import { io } from "./files.js"

/** Files that make a folder a repository. */
export const markers = [".iructl", ".kst"] as const
/** The file that makes a folder a repository: the vendor's of today, or the one of before. */
export type Marker = (typeof markers)[number]

/** The folder that holds the items. */
export interface Root {
  /** An absolute path. */
  readonly root: string
  readonly marker: Marker
  /** Where installers lie: an absolute path. */
  readonly payloads: string
  /** The format of new info files. */
  readonly infoFormat: Format
}

/** Finds the root of a repository: the folder itself, or one above it in the same git tree. */
export const findRoot = (path: string): Effect.Effect<Root, RepositoryError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const exists = (file: string) => Effect.mapError(fs.exists(file), io("The repository cannot be found"))
    const start = resolve(path)
    for (let folder = start; ; folder = dirname(folder)) {
      for (const marker of markers) {
        if (yield* exists(join(folder, marker))) {
          return { root: folder, marker, ...(yield* settingsOf(folder, marker)) }
        }
      }
      if (folder === dirname(folder) || (yield* exists(join(folder, ".git")))) break
    }
    return yield* new RepositoryError({
      reason: "NotARepository",
      detail: `${start} is no repository: neither it nor a folder above it holds a file .iructl. If it is the right folder, make that file (it may be empty).`
    })
  })

/** The settings in the marker, which is YAML or empty. The vendor's tool has some that mean nothing here. */
const Settings = Schema.NullishOr(
  Schema.Struct({
    payload_dir: Schema.optional(Schema.NullOr(Schema.String)),
    info_format: Schema.optional(Schema.NullOr(Schema.Literal("plist", "json", "yaml")))
  })
)

const settingsOf = (root: string, marker: Marker) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(fs.readFileString(join(root, marker)), io("The settings cannot be read"))
    const settings = yield* Effect.try((): unknown => parse(text)).pipe(
      Effect.mapError(() => "is no YAML"),
      Effect.flatMap((settings) =>
        Effect.mapError(Schema.decodeUnknown(Settings)(settings), ({ issue }) =>
          Object.entries(fieldErrorsOf(issue))
            .map(([key, messages]) => `${key} ${messages.join(", ")}`)
            .join("; ")
        )
      ),
      Effect.mapError(
        (message) =>
          new RepositoryError({
            reason: "InvalidItem",
            detail: "The settings of the repository cannot be read.",
            problems: [{ file: marker, message }]
          })
      )
    )
    return {
      payloads: resolve(root, settings?.payload_dir ?? "payloads"),
      infoFormat: settings?.info_format ?? "plist"
    }
  })

/**
 * The name of a new item's folder: the item's name in ASCII, without what some system does not allow in a name. It does
 * not begin with a dot: hidden folders are left out when the repository is read.
 */
export const folderName = (name: string): string => {
  const plain = name
    .normalize("NFKD")
    // oxlint-disable-next-line no-control-regex
    .replace(/[^\x00-\x7f]/g, "")
    // oxlint-disable-next-line no-control-regex
    .replace(/[<>:"/\\|?*\x00-\x1f\x7f]+/g, "_")
    .trimStart()
    .slice(0, 255)
    .replace(/[. ]+$/, "")
    .replace(/^\./, "_")
  return plain === "" ? "_" : device.test(plain) ? `_${plain.slice(0, 254)}` : plain
}
