/**
 * Checks the target of a download before anything is sent: it must be a regular file, or not exist yet.
 */
import * as Effect from "effect/Effect"
import type { Stats } from "node:fs"
import { lstat, mkdir, readlink } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import { pathProblem } from "../../installers/files.js"
import { invalidArgument } from "../../operation/arguments.js"

/** The path of the downloaded file, and the properties that it takes over from an existing file. */
export interface Target {
  readonly path: string
  /** The properties of the file that exists now. */
  readonly before?: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined
}

/** Operating systems do not follow more links in a row either. */
const mostLinks = 40

/**
 * Checks a target, and follows a symbolic link if that is safe: the link and its folder belong to this user, and nobody
 * else can write there. Fails with `InvalidArgument` for a device, a FIFO, a socket, and any other link.
 */
export const resolveTarget = (target: string): Effect.Effect<Target, ApiClientError> =>
  Effect.flatMap(
    Effect.promise(() => inspect(target)),
    (found) =>
      typeof found === "string"
        ? Effect.fail(invalidArgument("InstallerTransfer.download", { to: [found] }))
        : Effect.succeed(found)
  )

/** The target, or the reason why a path cannot be a target. */
const inspect = async (target: string): Promise<Target | string> => {
  const problem = pathProblem(target)
  if (problem !== undefined) return problem
  let path = target
  for (let links = 0; links < mostLinks; links++) {
    const there = await look(path)
    if (there === undefined)
      return path === target ? { path } : `${target} is a symbolic link to a file that does not exist.`
    if (there.isFile()) {
      // Setuid and setgid are not copied: nobody gave them to the new content.
      return { path, before: { mode: there.mode & 0o1777, uid: there.uid, gid: there.gid } }
    }
    if (there.isDirectory()) return { path }
    if (!there.isSymbolicLink())
      return `${target} is ${kindOf(there)}, not a file. To check an installer without a file, read it as a stream.`
    if (!isPrivate(there, await look(dirname(resolve(path))))) {
      return `${target} is a symbolic link, and somebody else could change it. Give the path of the file itself.`
    }
    path = resolve(dirname(path), await readlink(path))
  }
  return `${target} is a symbolic link that leads in a circle.`
}

/** The file at a path. `undefined` also if it cannot be read: the later steps that need the file then fail. */
const look = (path: string): Promise<Stats | undefined> => lstat(path).catch(() => undefined)

const kindOf = (stats: Stats): string => (stats.isFIFO() ? "a FIFO" : stats.isSocket() ? "a socket" : "a device")

/** Whether a link and its folder belong to this user, and no one else can write into the folder. */
const isPrivate = (link: Stats, folder: Stats | undefined): boolean => {
  const user = process.getuid?.()
  return (
    user !== undefined &&
    folder !== undefined &&
    link.uid === user &&
    folder.uid === user &&
    (folder.mode & 0o022) === 0
  )
}

/** Whether a file is safe to continue: a regular file of this user, without another hard link. */
export const isOwnFile = (stats: Stats): boolean => {
  const user = process.getuid?.()
  return stats.isFile() && stats.nlink === 1 && (user === undefined || stats.uid === user)
}

/**
 * Makes a folder and its missing parents, one by one. Node's recursive `mkdir` never ends in a file system that reports
 * a folder as missing and does not allow to make it.
 */
export const makeFolders = async (folder: string): Promise<void> => {
  const missing: Array<string> = []
  for (let path = resolve(folder); (await lstat(path).catch(isMissing)) === undefined; path = dirname(path)) {
    missing.unshift(path)
    if (dirname(path) === path) break
  }
  for (const path of missing) {
    await mkdir(path).catch((cause: unknown) => {
      // Another download may have made it meanwhile.
      if (codeOf(cause) !== "EEXIST") throw cause
    })
  }
}

const isMissing = (cause: unknown): undefined => {
  if (codeOf(cause) === "ENOENT") return undefined
  throw cause
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && "code" in cause ? cause.code : undefined)
