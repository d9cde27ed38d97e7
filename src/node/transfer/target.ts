/**
 * What a download may replace: a plain file, or nothing. Looked at before anything is sent.
 */
import * as Effect from "effect/Effect"
import type { Stats } from "node:fs"
import { lstat, mkdir, readlink } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import { pathProblem } from "../../installers/files.js"
import { invalidArgument } from "../../operation/arguments.js"

/** Where the file will be, and what of the one before it is kept. */
export interface Target {
  readonly path: string
  /** The file that is there now. */
  readonly before?: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined
}

/** The system does not allow more links in a row either. */
const mostLinks = 40

/**
 * Looks at a target, and follows a symbolic link if that is safe: the link and its folder belong to this user, and nobody
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

/** The target, or why it cannot be one. */
const inspect = async (target: string): Promise<Target | string> => {
  const problem = pathProblem(target)
  if (problem !== undefined) return problem
  let path = target
  for (let links = 0; links < mostLinks; links++) {
    const there = await look(path)
    if (there === undefined)
      return path === target ? { path } : `${target} is a symbolic link to a file that does not exist.`
    if (there.isFile()) {
      // Without setuid and setgid: the new content never had them.
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

/** What is at a path. What cannot be looked at is found out by the steps that need it. */
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

/** Whether a file is a plain one of this user's, with no other name: it is safe to go on writing into it. */
export const isOwnFile = (stats: Stats): boolean => {
  const user = process.getuid?.()
  return stats.isFile() && stats.nlink === 1 && (user === undefined || stats.uid === user)
}

/**
 * Makes a folder and those that it lies in, one by one. Node's own way to do it loops without end in a file system that
 * says that a folder is missing, and does not let it be made.
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
