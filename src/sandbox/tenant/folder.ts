/**
 * Checks a tenant's folder before it is used. It must be empty, new, or marked by a file that a sandbox wrote, and the
 * files to write into must be regular files. Other files in it are never touched.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { constants, type Stats } from "node:fs"
import { copyFile, lstat, mkdir, mkdtemp, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { SandboxError } from "../SandboxError.js"

/** The file that marks a folder as the sandbox's. */
const markName = "iru-sandbox.json"
const storeName = "records"
const installersName = "installers"
const version = 1

const Mark = Schema.parseJson(Schema.Struct({ "iru-sandbox": Schema.Int }))
const markText = `${JSON.stringify({ "iru-sandbox": version })}\n`

/** The error for a folder that cannot be used. */
export const refuse = (detail: string, cause?: unknown) => new SandboxError({ reason: "Folder", detail, cause })

/** The code of a system error. */
export const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined)

/** Flushes a folder, so that created, renamed and removed names in it are on the disk. */
export const syncFolder = async (folder: string): Promise<void> => {
  // Windows cannot flush a folder.
  if (process.platform === "win32") return
  const handle = await open(folder, "r")
  await handle.sync().finally(() => handle.close())
}

/**
 * Creates a folder and its parents. Node's recursive `mkdir` never ends if the system refuses to create a folder in an
 * existing one, as in /proc.
 */
export const ensureFolder = async (folder: string): Promise<void> => {
  const make = (): Promise<void> =>
    mkdir(folder).catch(async (error: unknown) => {
      if (codeOf(error) !== "EEXIST" || !(await stat(folder)).isDirectory()) throw error
    })
  const parent = dirname(folder)
  await make().catch(async (error: unknown) => {
    if (codeOf(error) !== "ENOENT" || parent === folder) throw error
    await ensureFolder(parent)
    await make()
  })
}

/** The properties of a path. Links are not followed. */
const look = (path: string) =>
  lstat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined
    throw error
  })

const mark = async (folder: string): Promise<void> => {
  const path = join(folder, markName)
  const handle = await open(`${path}.next`, "wx")
  await handle.writeFile(markText)
  await handle.sync().finally(() => handle.close())
  await rename(`${path}.next`, path)
  await syncFolder(folder)
}

/** The paths in a tenant's folder. They contain no links, so that a folder has the same path under all its names. */
export interface Taken {
  readonly records: string
  readonly installers: string
  /** Whether there are no records yet. */
  readonly isNew: boolean
}

/** Checks and prepares a folder. A refused folder is not changed. */
export const take = async (data: string): Promise<Taken> => {
  // A shell does not expand the ~ in `--data=~/tenant`.
  if (/^(?:~[^/\\]*(?:[/\\]|$)|file:)/i.test(data))
    throw refuse(`${data} is not a path. Write the full path of the folder.`)
  // `resolve` also removes a final slash, which would make the next check follow a link.
  const given = resolve(data)
  const there = await look(given)
  if (there?.isSymbolicLink() === true) throw refuse(`${data} is a symbolic link. Give the path of the folder itself.`)
  if (there === undefined) await ensureFolder(given)
  const folder = await realpath(given)
  const [records, installers] = [join(folder, storeName), join(folder, installersName)]
  const names = await readdir(folder)
  if (names.length === 0 || (await isHalfMarked(folder, names))) {
    await mark(folder)
    return { records, installers, isNew: true }
  }
  if (!names.includes(markName)) {
    throw names.includes("journal.jsonl")
      ? refuse(`${data} was written by a version of the sandbox that this one cannot read. Use another folder.`)
      : refuse(`${data} is not empty, and no sandbox wrote it. Use a folder that is empty or new.`)
  }
  const path = join(folder, markName)
  if ((await look(path))?.isFile() !== true) throw refuse(`${path} is not a file.`)
  const found = Schema.decodeUnknownEither(Mark)(await readFile(path, "utf8"))
  if (Either.isLeft(found)) throw refuse(`${path} is damaged.`)
  if (found.right["iru-sandbox"] !== version) throw refuse(`${data} was written by another version of the sandbox.`)
  for (const inside of [records, installers]) {
    const stats = await look(inside)
    if (stats !== undefined && !stats.isDirectory()) throw refuse(`${inside} is not a folder.`)
  }
  if (!names.includes(storeName)) {
    if (names.includes(installersName)) {
      throw refuse(`${data} has installers and no records: ${records} is missing.`)
    }
    return { records, installers, isNew: true }
  }
  await checkPlain(records)
  return { records, installers, isNew: false }
}

/** Whether the folder only contains an unfinished mark, because the process was killed at its first start. */
const isHalfMarked = async (folder: string, names: ReadonlyArray<string>): Promise<boolean> => {
  const path = join(folder, `${markName}.next`)
  if (names.length !== 1 || names[0] !== `${markName}.next` || !isPlain(await look(path))) return false
  if (!markText.startsWith(await readFile(path, "utf8"))) return false
  await rm(path)
  return true
}

/** A regular file with only one name, so no hard link. */
const isPlain = (stats: Stats | undefined): boolean => stats?.isFile() === true && stats.nlink === 1

/** LevelDB opens files by name. Through a link, it would write into a file elsewhere. */
const checkPlain = async (records: string): Promise<void> => {
  for (const name of await readdir(records)) {
    const stats = await look(join(records, name))
    if (stats !== undefined && !isPlain(stats)) {
      throw refuse(`${join(records, name)} is not a plain file with one name. Copy the folder to one without links.`)
    }
  }
}

/** Creates a folder with its content. If the process is killed, the folder is complete or missing. */
export const makeWhole = async (folder: string, fill: (path: string) => Promise<void>): Promise<void> => {
  const next = await mkdtemp(`${folder}-new-`)
  try {
    await fill(next)
    await rename(next, folder)
    await syncFolder(dirname(folder))
  } catch (error) {
    await rm(next, { recursive: true, force: true })
    throw error
  }
}

/**
 * Copies the files of a folder. If a file disappears meanwhile, another process uses the folder; opening the database
 * finds that out.
 */
const copyFiles = async (from: string, to: string): Promise<void> => {
  for (const name of await readdir(from)) {
    await copyFile(join(from, name), join(to, name), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE).catch(
      (error: unknown) => {
        if (codeOf(error) !== "ENOENT") throw error
      }
    )
  }
}

/**
 * Runs an action on the records. If it fails, restores them, unless another process uses them. If the process is
 * killed, a complete folder remains: the old or the new one.
 */
export const orPutBack = async <A>(
  records: string,
  isInUse: (error: unknown) => boolean,
  action: () => Promise<A>
): Promise<A> => {
  const copy = await mkdtemp(join(tmpdir(), "effect-iru-sandbox-copy-"))
  let isNeeded = false
  try {
    await copyFiles(records, copy)
    try {
      return await action()
    } catch (error) {
      if (!isInUse(error)) {
        isNeeded = true
        await putBack(records, copy)
        isNeeded = false
      }
      throw error
    }
  } catch (error) {
    throw isNeeded ? refuse(`${records} cannot be read, nor put back as it was: that is in ${copy}.`, error) : error
  } finally {
    if (!isNeeded) await rm(copy, { recursive: true, force: true })
  }
}

/** Replaces the files of a folder. The old and the new ones both exist before the old ones are removed. */
const putBack = async (records: string, copy: string): Promise<void> => {
  const refused = await mkdtemp(`${records}-refused-`)
  try {
    await makeWhole(records, async (before) => {
      await copyFiles(copy, before)
      await rename(records, refused)
    })
  } finally {
    if ((await look(records)) !== undefined) await rm(refused, { recursive: true, force: true })
  }
}
