/**
 * Finds the root of a repository and names the folders of new items.
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

/** A folder that contains one of these files is a repository. */
export const markers = [".iructl", ".kst"] as const
/**
 * The file that marks a folder as a repository: `.iructl` of the vendor's current tool, or `.kst` of the earlier one.
 */
export type Marker = (typeof markers)[number]

/** The root folder of a repository, and its settings. */
export interface Root {
  /** An absolute path. */
  readonly root: string
  readonly marker: Marker
  /** The absolute path of the folder for installers. */
  readonly payloads: string
  /** The format of new info files. */
  readonly infoFormat: Format
}

/** Finds the root of a repository: the folder itself, or the nearest one above it in the same git repository. */
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
      detail: `${start} is not a repository: neither it nor a folder above it has a file .iructl. If this is the right folder, create that file (it may be empty).`
    })
  })

/** The settings in the marker file, which is YAML or empty. Other settings of the vendor's tool are ignored. */
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
      Effect.mapError(() => "is not valid YAML"),
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
 * The folder name for a new item: its name in ASCII, without characters that some operating system forbids. It does not
 * begin with a dot, since hidden folders are ignored when the repository is read.
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
