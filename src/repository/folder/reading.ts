/**
 * Reads a repository: returns all items, or fails with all problems of all files.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { join } from "node:path"
import { RepositoryError, type RepositoryProblem } from "../../errors/RepositoryError.js"
import { parsePlist } from "../../plist/Plist.js"
import * as InfoDocument from "../format/InfoDocument.js"
import { platforms, type Values, valuesOf } from "../model/Fields.js"
import { decodeInfo, type Info } from "../model/Info.js"
import { allKinds, type ContentFile, isLeftover, type Kind, kinds } from "../model/kinds.js"
import { profileText } from "../model/profileText.js"
import { syncHash } from "../model/syncHash.js"
import { io } from "./files.js"
import { fileProblem, isLink, linkIn } from "./links.js"
import { findRoot, type Root } from "./layout.js"

/** A file of an item. */
export interface ItemFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** An item of the folder. */
export interface LocalItem {
  readonly kind: Kind
  readonly id: string
  readonly name: string
  /** The path of its folder below the root, with `/`. */
  readonly path: string
  readonly info: Info
  readonly infoFile: ItemFile & { readonly format: InfoDocument.Format; readonly record: InfoDocument.Record }
  /** The files with texts, by the field that each one holds. */
  readonly files: ReadonlyMap<string, ItemFile>
  /** The unchanged texts of the files, by field. */
  readonly texts: Readonly<Record<string, string>>
  /** The values that the tenant should have. The profile is normalized. */
  readonly values: Values
  /** The vendor's `sync_hash`, computed from the current files. */
  readonly syncHash: string
}

/** A folder of library items, as it was when it was read. */
export interface Repository extends Root {
  readonly items: ReadonlyArray<LocalItem>
  /** Messages for the person who reads the plan. */
  readonly notes: ReadonlyArray<string>
}

/** How many files are read at the same time. */
const concurrency = 16

/** The files of one folder. `path` is below the root. */
interface Folder {
  readonly kind: Kind
  readonly path: string
  readonly names: ReadonlyArray<string>
}

/**
 * Reads the repository that contains a path. Writes nothing. Fails with `NotARepository`, `InvalidItem` (with all
 * problems of all files), `Duplicate` and `Io`.
 *
 * @example
 * Repository.open("mdm").pipe(Effect.map(({ items }) => items.length))
 */
export const open = (path: string): Effect.Effect<Repository, RepositoryError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const root = yield* findRoot(path)
    const found = yield* Effect.forEach(allKinds, (kind) => foldersOf(root.root, kind))
    const folders = found.flatMap(({ folders }) => folders)
    const links = found.flatMap(({ links }) => links.map((file) => ({ file, message: linkProblem })))
    const withInfo = folders.filter(({ names }) => names.some(isInfo))
    const read = yield* Effect.forEach(withInfo, (folder) => Effect.either(readItem(root.root, folder)), {
      concurrency
    })
    const failures = read.flatMap((item) => (Either.isLeft(item) ? [item.left] : []))
    const broken = failures.find(({ reason }) => reason === "Io")
    if (broken !== undefined) return yield* broken
    const problems = [...links, ...failures.flatMap(({ problems }) => problems)]
    if (problems.length > 0) return yield* invalid(problems)
    const items = read.flatMap((item) => (Either.isRight(item) ? [item.right] : []))
    yield* checkIds(items)
    const stray = folders.filter((folder) => isStray(folder, withInfo))
    const notes = [
      ...(root.marker === ".kst"
        ? ["The repository is marked by .kst. The vendor's current tool expects the name .iructl."]
        : []),
      ...stray.map(({ path }) => `${path} has files but no info file, so it is ignored.`)
    ]
    return { ...root, items, notes }
  })

/** Reads one item again. Fails with `InvalidItem` if its folder is no longer a valid item. */
export const reopen = (
  root: string,
  { kind, path }: Pick<LocalItem, "kind" | "path">
): Effect.Effect<LocalItem, RepositoryError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const link = yield* linkIn(root, path)
    if (Option.isSome(link)) return yield* invalid([{ file: link.value, message: linkProblem }])
    const names = yield* Effect.mapError(fs.readDirectory(join(root, path)), io(`${path} cannot be read`))
    return yield* readItem(root, { kind, path, names: names.filter((name) => !isLeftover(name)) })
  })

const invalid = (problems: ReadonlyArray<RepositoryProblem>) =>
  new RepositoryError({
    reason: "InvalidItem",
    detail: `The folder has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}. Nothing was sent.`,
    problems
  })

const linkProblem = "is a link to a folder: replace it with the folder itself"

const isInfo = (name: string): boolean => Option.isSome(InfoDocument.formatOf(name))

/** All folders of a kind that contain files. Hidden and leftover files are ignored. */
const foldersOf = (root: string, kind: Kind) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const base = kinds[kind].folder
    if (!(yield* fs.exists(join(root, base)))) return { folders: [], links: [] }
    const folders: Array<Folder> = []
    const links: Array<string> = []
    /** Does not follow links to folders, since they can lead out of the repository or in circles. */
    const walk = (path: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
      Effect.gen(function* () {
        if (yield* isLink(join(root, path))) return void links.push(path)
        const all = (yield* fs.readDirectory(join(root, path))).filter((name) => !name.startsWith("."))
        const names: Array<string> = []
        yield* Effect.forEach(
          all,
          (name) =>
            Effect.flatMap(Effect.option(fs.stat(join(root, path, name))), (info) => {
              if (Option.isSome(info) && info.value.type === "Directory") return walk(`${path}/${name}`)
              if (path !== base && !isLeftover(name)) names.push(name)
              return Effect.void
            }),
          { concurrency, discard: true }
        )
        if (names.length > 0) folders.push({ kind, path, names: names.sort() })
      })
    yield* walk(base)
    return { folders: folders.sort((one, other) => (one.path < other.path ? -1 : 1)), links: links.sort() }
  }).pipe(Effect.mapError(io(`${kinds[kind].folder} cannot be read`)))

/** Whether a folder has content files but no info file, and is not inside the folder of an item. */
const isStray = ({ kind, names, path }: Folder, items: ReadonlyArray<Folder>): boolean =>
  names.some((name) => kinds[kind].files.some((file) => file.matches(name))) &&
  !items.some((item) => item.path === path || path.startsWith(`${item.path}/`))

const readItem = (
  root: string,
  { kind, names, path }: Folder
): Effect.Effect<LocalItem, RepositoryError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const problems: Array<RepositoryProblem> = []
    const bytesOf = (name: string) =>
      Effect.gen(function* () {
        const file = `${path}/${name}`
        const problem = yield* fileProblem(root, join(root, file))
        if (problem !== undefined) return yield* invalid([{ file, message: problem }])
        const bytes = yield* Effect.mapError(fs.readFile(join(root, file)), io(`${file} cannot be read`))
        return { name, bytes } satisfies ItemFile
      })
    /** The file that matches. Adds a problem for every further one. */
    const only = (matches: (name: string) => boolean): string | undefined => {
      const [first, ...others] = names.filter(matches)
      for (const other of others) {
        problems.push({ file: `${path}/${other}`, message: `conflicts with ${first}: keep one of them` })
      }
      return first
    }
    const infoName = only(isInfo)
    if (infoName === undefined) return yield* invalid([{ file: path, message: "has no info file" }])
    const infoFile = yield* bytesOf(infoName)
    const info = readInfo(kind, `${path}/${infoName}`, infoFile, problems)
    const files = new Map<string, ItemFile>()
    const texts: Record<string, string> = {}
    let profile: string | undefined
    for (const content of kinds[kind].files) {
      const name = only((name) => content.matches(name) && !isInfo(name))
      if (name === undefined) {
        if (content.required) problems.push({ file: path, message: `has no ${content.newName("")}` })
        continue
      }
      const file = yield* bytesOf(name)
      files.set(content.field, file)
      const text = readText(content, `${path}/${name}`, file.bytes, problems)
      if (text === undefined) continue
      texts[content.field] = text.raw
      if (content.field === "profile") profile = text.levelled
    }
    if (info === undefined || problems.length > 0) return yield* invalid(problems)
    const { decoded, format, record } = info
    const shown = hashed(kind, decoded)
    const empty = Object.fromEntries(kinds[kind].files.map(({ field }) => [field, ""]))
    return {
      kind,
      id: decoded.id,
      name: decoded.name,
      path,
      info: decoded,
      infoFile: { ...infoFile, format, record },
      files,
      texts,
      values: {
        ...empty,
        ...valuesOf(kind, shown),
        ...texts,
        ...(profile === undefined ? {} : { profile })
      },
      syncHash: syncHash(kind, shown, texts)
    }
  })

/**
 * The values that the vendor's hash covers: those of an info file, with defaults for missing keys, and an app's
 * installer as `sha256`.
 */
const hashed = (kind: Kind, info: Info) => ({
  ...(kind === "script" ? { execution_frequency: "once" } : {}),
  ...withPlatforms(kind, info),
  ...("file" in info ? { sha256: info.file?.sha256 } : {})
})

/** The values of an info file, with the `sync_hash` of the item as it will be written. */
export const stamped = (
  kind: Kind,
  record: InfoDocument.Record,
  texts: Readonly<Record<string, string | undefined>>
): InfoDocument.Record =>
  Either.match(decodeInfo[kind](record), {
    onLeft: () => record,
    onRight: (info) => ({ ...record, sync_hash: syncHash(kind, hashed(kind, info), texts) })
  })

/** A profile without any platform key runs on all platforms that the API can set. */
const withPlatforms = (kind: Kind, info: Info): Info =>
  kind === "profile" && !Object.keys(info).some((key) => key.startsWith("runs_on_"))
    ? { ...info, ...Object.fromEntries(platforms.map((platform) => [platform, true])) }
    : info

const readInfo = (kind: Kind, file: string, { bytes, name }: ItemFile, problems: Array<RepositoryProblem>) => {
  const format = Option.getOrThrow(InfoDocument.formatOf(name))
  const record = InfoDocument.parse(bytes, format)
  if (Either.isLeft(record)) {
    problems.push(...record.left.map((problem) => ({ file, ...problem })))
    return undefined
  }
  const decoded = decodeInfo[kind](record.right)
  if (Either.isRight(decoded)) return { decoded: decoded.right, record: record.right, format }
  for (const [key, messages] of Object.entries(decoded.left)) {
    const path = key.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part))
    const line = InfoDocument.lineOf(bytes, format, path)
    for (const message of messages) {
      problems.push({
        file,
        ...(key === "" ? {} : { key }),
        ...(line === undefined ? {} : { line }),
        message: message.startsWith("is unexpected") ? "is not a key of an info file, and iructl refuses it" : message
      })
    }
  }
  return undefined
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The text of a content file. A profile is normalized too. */
const readText = (
  { field, required }: ContentFile,
  file: string,
  bytes: Uint8Array,
  problems: Array<RepositoryProblem>
): { readonly raw: string; readonly levelled?: string } | undefined => {
  const fail = (message: string) => {
    problems.push({ file, message })
    return undefined
  }
  if (bytes.length === 0 && required) return fail("is empty")
  const text = Either.try(() => utf8.decode(bytes))
  if (field === "profile") {
    return Either.match(parsePlist(bytes), {
      onLeft: (problem) => fail(`is not a property list: ${problem}`),
      onRight: (profile) => {
        const levelled = profileText(profile)
        return { raw: Either.getOrElse(text, () => levelled), levelled }
      }
    })
  }
  return Either.match(text, { onLeft: () => fail("is not UTF-8"), onRight: (raw) => ({ raw }) })
}

/** Ids must be unique within a kind. Otherwise two folders would overwrite the same item in turn. */
const checkIds = (items: ReadonlyArray<LocalItem>) => {
  const paths = new Map<string, Array<string>>()
  for (const { id, infoFile, kind, path } of items) {
    const key = `${kind} ${id}`
    paths.set(key, [...(paths.get(key) ?? []), `${path}/${infoFile.name}`])
  }
  const problems = [...paths.values()].flatMap(([first, ...others]) =>
    others.map((file) => ({ file, key: "id", message: `is also the id of ${first}: give each item its own id` }))
  )
  return problems.length === 0
    ? Effect.void
    : Effect.fail(new RepositoryError({ reason: "Duplicate", detail: "Several items have the same id.", problems }))
}
