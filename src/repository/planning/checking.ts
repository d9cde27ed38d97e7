/**
 * Checks before anything is sent: categories and Blueprints exist, installers are in the folder, and the service's
 * rules are met.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { extname, join } from "node:path"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import { RepositoryError, type RepositoryProblem } from "../../errors/RepositoryError.js"
import type { Blueprint } from "../../schemas/Blueprint.js"
import type { SelfServiceCategory } from "../../schemas/SelfServiceCategory.js"
import { safeFileName } from "../../installers/fileNames.js"
import { InstallerTransfer } from "../../services/InstallerTransfer.js"
import { normalized } from "../../services/matching.js"
import * as InfoDocument from "../format/InfoDocument.js"
import { io } from "../folder/files.js"
import type { LocalItem, Repository } from "../folder/reading.js"
import { type Fields, fieldsOf, isText, type Values } from "../model/Fields.js"
import type { AppInfo } from "../model/Info.js"
import type { PlannedInstaller } from "../Plan.js"
import type { Wanted } from "./library.js"

/** A problem with a key of an item's info file. */
export const infoProblem = ({ infoFile, path }: LocalItem, key: string, message: string): RepositoryProblem => {
  const line = InfoDocument.lineOf(infoFile.bytes, infoFile.format, key.split("."))
  return { file: `${path}/${infoFile.name}`, key, ...(line === undefined ? {} : { line }), message }
}

const sameName = (one: string, other: string): boolean =>
  normalized(one).toLowerCase() === normalized(other).toLowerCase()

/** The first ten names, for a message. */
const listOf = (names: ReadonlyArray<string>): string =>
  names.slice(0, 10).join(", ") + (names.length > 10 ? `, and ${names.length - 10} more` : "")

/**
 * The values of an item, with the id of its category; an info file may contain the category's name instead. An item
 * with any Self Service setting is shown there. Its default category is "Utilities" for scripts and "Apps" for apps.
 */
const withCategory = (
  item: LocalItem,
  categories: ReadonlyArray<SelfServiceCategory>
): Either.Either<Values, RepositoryProblem> => {
  const { kind, values } = item
  if (kind === "profile") return Either.right(values)
  const isHint =
    values["self_service_category_id"] !== undefined ||
    values["self_service_recommended"] === true ||
    values["install_enforcement"] === "no_enforcement" ||
    values["execution_frequency"] === "no_enforcement"
  const shown = values["show_in_self_service"] ?? isHint
  if (shown !== true) return Either.right({ ...values, show_in_self_service: false })
  const named = String(values["self_service_category_id"] || (kind === "script" ? "Utilities" : "Apps"))
  const found = categories.filter(({ id, name }) => id === named.toLowerCase() || sameName(name, named))
  const [category] = found
  if (category !== undefined && found.length === 1) {
    return Either.right({ ...values, show_in_self_service: true, self_service_category_id: category.id })
  }
  const known = listOf(categories.map(({ name }) => name))
  return Either.left(
    infoProblem(
      item,
      "self_service_category_id",
      found.length > 1
        ? `"${named}" is the name of several categories: use an id (${found.map(({ id }) => id).join(", ")})`
        : `"${named}" is not a Self Service category of the tenant. The tenant has: ${known}`
    )
  )
}

/** An item of the folder with its normalized fields. */
export interface Local {
  readonly item: LocalItem
  readonly fields: Fields
}

/** Normalizes an item, and replaces the name of its category by the id. */
export const levelItem = (
  item: LocalItem,
  categories: ReadonlyArray<SelfServiceCategory>
): Either.Either<Local, RepositoryProblem> =>
  Either.map(withCategory(item, categories), (values) => ({
    item: { ...item, values },
    fields: fieldsOf(item.kind, values)
  }))

/** A Blueprint to which an item should be assigned. */
export interface Ensured {
  readonly blueprint: Pick<Blueprint, "id" | "name">
  readonly node?: string | undefined
}

/** The Blueprints in an info file, found by id or by name. */
export const ensuredOf = (
  item: LocalItem,
  blueprints: ReadonlyArray<Blueprint>
): Either.Either<ReadonlyArray<Ensured>, ReadonlyArray<RepositoryProblem>> => {
  const problems: Array<RepositoryProblem> = []
  const ensured = (item.info.ensure_blueprints ?? []).flatMap((entry): ReadonlyArray<Ensured> => {
    const named = typeof entry === "string" ? entry : entry.blueprint
    const alike = blueprints.filter(({ id, name }) => id === named.toLowerCase() || sameName(name, named))
    const exact = alike.filter(({ name }) => normalized(name) === normalized(named))
    const [blueprint, ...others] = exact.length === 1 ? exact : alike
    if (blueprint !== undefined && others.length === 0) {
      return [{ blueprint, ...(typeof entry === "string" ? {} : { node: entry.node }) }]
    }
    const message =
      blueprint === undefined
        ? `"${named}" is not a Blueprint of the tenant. The tenant has: ${listOf(blueprints.map(({ name }) => name))}`
        : `"${named}" is the name of several Blueprints: use an id (${alike.map(({ id }) => id).join(", ")})`
    problems.push(infoProblem(item, "ensure_blueprints", message))
    return []
  })
  return problems.length === 0 ? Either.right(ensured) : Either.left(problems)
}

/**
 * The name of an installer in the payloads folder, with the first 8 digits of its sha256: `Firefox_9f2c61aa.pkg`. It
 * never contains a path, whatever the tenant returns.
 */
export const payloadName = (fileName: string, sha256: string): string => {
  const name = safeFileName(fileName)
  const extension = extname(name)
  return `${plainName(name).slice(0, -extension.length || undefined)}_${sha256.slice(0, 8)}${extension}`
}

/** The name without the digits of the sha256. */
export const plainName = (name: string): string => name.replace(/(?<=.)_[0-9a-f]{8}(?=\.[^.]+$)/i, "")

/** The installer in an app's info file. */
export const fileOf = (item: LocalItem): AppInfo["file"] =>
  item.kind === "app" && "file" in item.info ? item.info.file : undefined

/** An installer in the payloads folder. */
export interface LocalInstaller extends PlannedInstaller {
  readonly path: string
}

/** The paths where an app's installer may be: the name in its info file, the name with digits, and the name without. */
const payloadPaths = ({ payloads }: Repository, file: NonNullable<AppInfo["file"]>): ReadonlyArray<string> =>
  [...new Set([file.name, payloadName(file.name, file.sha256), plainName(file.name)])].map((name) =>
    join(payloads, name)
  )

/** The installer in an app's info file, if the file exists and has the right sha256. */
export const installerOf = (
  repository: Repository,
  item: LocalItem
): Effect.Effect<
  Either.Either<LocalInstaller, RepositoryProblem>,
  RepositoryError,
  FileSystem.FileSystem | InstallerTransfer
> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const transfer = yield* InstallerTransfer
    const file = fileOf(item)
    if (file === undefined) {
      return Either.left(infoProblem(item, "file", "is missing: a new app needs an installer and its sha256"))
    }
    const found: Array<string> = []
    for (const path of payloadPaths(repository, file)) {
      if (!(yield* Effect.mapError(fs.exists(path), io("The installers cannot be read")))) continue
      const size = yield* Effect.map(Effect.mapError(fs.stat(path), io("The installer cannot be read")), (info) =>
        Number(info.size)
      )
      const sha256 = yield* Effect.mapError(
        transfer.sha256({ path }),
        (error) =>
          new RepositoryError({ reason: "Io", detail: `${path} cannot be read: ${error.message}`, cause: error })
      )
      if (sha256 === file.sha256) return Either.right({ path, name: plainName(file.name), size, sha256 })
      found.push(sha256)
    }
    const message =
      found[0] === undefined
        ? `is not in ${repository.payloads}`
        : `has the sha256 ${found[0]}, but the info file says ${file.sha256}`
    return Either.left(infoProblem(item, "file.name", message))
  })

/** What the tenant should have for an item. */
export const wantedOf = (item: LocalItem, installer: LocalInstaller | undefined): Wanted => ({
  values: item.values,
  file: item.files.get("profile")?.bytes,
  installer: installer === undefined ? undefined : { path: installer.path, name: installer.name }
})

/** An error of the service's rules as problems, each with its file and key. */
export const refusalsOf = (item: LocalItem, error: ApiClientError): ReadonlyArray<RepositoryProblem> =>
  Object.entries(error.fieldErrors ?? { "": [error.message] }).flatMap(([key, messages]) => {
    const field = key === "file" || key.startsWith("file.") ? "profile" : key
    const file = isText(field) ? item.files.get(field) : undefined
    return messages.map((message) =>
      file === undefined
        ? infoProblem(item, key === "installer" ? "file" : key, message)
        : { file: `${item.path}/${file.name}`, message }
    )
  })
