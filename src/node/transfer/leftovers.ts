/**
 * Finds the partial files beside a target that no process fills any more.
 *
 * The name of a partial file says which object it is a part of, and which process fills it:
 * `.Firefox.pkg.<sha256>.<machine>-<process>-<random>.part`. If a download ends and can be continued, it renames its
 * file to `.Firefox.pkg.<sha256>.left-<random>.part`. A download that is killed cannot rename its file. Only a
 * process on the same machine and in the same container can see that the killed process is gone. For others, and if
 * another process may have its number now, the file counts as left over after nobody has written to it for a day.
 */
import { createHash, randomBytes } from "node:crypto"
import { readlinkSync, type Stats } from "node:fs"
import { access, constants, lstat, readdir, rename, rm, utimes } from "node:fs/promises"
import { hostname } from "node:os"
import { basename, dirname, join } from "node:path"
import { isOwnFile } from "./target.js"

export interface PartNames {
  /** The name of a file while this process fills it. */
  readonly filling: string
  /** The name of the same file when it is left for a later download. */
  readonly left: string
}

const digest = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length)

/** Identifies the container: containers may share a folder and a host name, but each has its own process numbers. */
const processNumbers = (): string => {
  try {
    return readlinkSync("/proc/self/ns/pid")
  } catch {
    return ""
  }
}

const machine = digest(`${hostname()} ${processNumbers()}`, 8)

/** The beginning of the names of a target's partial files. */
const stemOf = (target: string): string => {
  const name = basename(target).toWellFormed()
  return `.${name.length <= 40 ? name : `${name.slice(0, 30).toWellFormed()}-${digest(name, 8)}`}.`
}

const objectOf = (sha256: string | undefined): string => sha256?.slice(0, 16) ?? "new"

/** New names for a partial file of an object that is downloaded to a target. */
export const partNames = (target: string, sha256: string | undefined): PartNames => {
  const named = (owner: string) =>
    join(dirname(target), `${stemOf(target)}${objectOf(sha256)}.${owner}-${randomBytes(8).toString("hex")}.part`)
  return { filling: named(`${machine}-${process.pid}`), left: named("left") }
}

/** Renames a leftover file of an object to `path`, to continue it. If several processes try, only one succeeds. */
export const takeOver = async (target: string, sha256: string, path: string): Promise<boolean> => {
  for (const found of await leftovers(target, objectOf(sha256))) {
    try {
      await access(found, constants.R_OK | constants.W_OK)
      // From here on, other processes see that the file is in use.
      await utimes(found, new Date(), new Date())
      await rename(found, path)
      return true
    } catch {
      continue
    }
  }
  return false
}

/** Removes the leftover files of every object that was downloaded to a target. */
export const clearLeftovers = async (target: string): Promise<void> => {
  const found = await leftovers(target).catch(() => [])
  await Promise.all(found.map((path) => rm(path, { force: true }).catch(() => undefined)))
}

const leftovers = async (target: string, object?: string): Promise<ReadonlyArray<string>> => {
  const [folder, stem] = [dirname(target), stemOf(target)]
  const found: Array<string> = []
  for (const name of await readdir(folder)) {
    if (!name.startsWith(stem)) continue
    const facts = /^(new|[0-9a-f]{16})\.(?:left|([0-9a-f]{8})-(\d+))-[0-9a-f]{16}\.part$/.exec(name.slice(stem.length))
    if (facts === null || (object !== undefined && facts[1] !== object)) continue
    const [, , host, pid] = facts
    const path = join(folder, name)
    const stats = await lstat(path).catch(() => undefined)
    if (stats === undefined || !isOwnFile(stats)) continue
    if (pid === undefined || isLeft(stats, host, Number(pid))) found.push(path)
  }
  return found
}

const aDay = 24 * 60 * 60 * 1000

/** Whether no process fills a file any more. */
const isLeft = ({ mtimeMs: written }: Stats, host: string | undefined, pid: number): boolean => {
  if (Date.now() - written > aDay) return true
  if (host !== machine) return false
  // If the file was written before this process began, an earlier process had the same number.
  return pid === process.pid ? written < Date.now() - process.uptime() * 1000 : !isAlive(pid)
}

/** Whether a process runs. If a signal to it is forbidden, it runs and belongs to another user. */
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return !(cause instanceof Error && "code" in cause && cause.code === "ESRCH")
  }
}
