/**
 * Partial files beside a target, and which of them nobody fills any more.
 *
 * Their names say of what they are a part, and who fills them: `.Firefox.pkg.<sha256>.<machine>-<process>-<random>.part`.
 * A download that ends and may be continued says so: `.Firefox.pkg.<sha256>.left-<random>.part`. One that is killed
 * cannot; that its process is gone can be seen on its own machine, and in its own container, only. Elsewhere, and where its number may have been
 * given to another process, a file counts as left when nobody has written to it for a day.
 */
import { createHash, randomBytes } from "node:crypto"
import { readlinkSync, type Stats } from "node:fs"
import { access, constants, lstat, readdir, rename, rm, utimes } from "node:fs/promises"
import { hostname } from "node:os"
import { basename, dirname, join } from "node:path"
import { isOwnFile } from "./target.js"

export interface PartNames {
  /** Of a file that this process fills. */
  readonly filling: string
  /** Of the same file when it is left for others. */
  readonly left: string
}

const digest = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length)

/** Of containers that share a folder and a host's name, each has process numbers of its own. */
const processNumbers = (): string => {
  try {
    return readlinkSync("/proc/self/ns/pid")
  } catch {
    return ""
  }
}

const machine = digest(`${hostname()} ${processNumbers()}`, 8)

/** What the partial files of a target begin with. */
const stemOf = (target: string): string => {
  const name = basename(target).toWellFormed()
  return `.${name.length <= 40 ? name : `${name.slice(0, 30).toWellFormed()}-${digest(name, 8)}`}.`
}

const objectOf = (sha256: string | undefined): string => sha256?.slice(0, 16) ?? "new"

/** New names for a part of an object on its way to a target. */
export const partNames = (target: string, sha256: string | undefined): PartNames => {
  const named = (owner: string) =>
    join(dirname(target), `${stemOf(target)}${objectOf(sha256)}.${owner}-${randomBytes(8).toString("hex")}.part`)
  return { filling: named(`${machine}-${process.pid}`), left: named("left") }
}

/** Makes what is left of an object on its way to a target one's own. Of several who try, one succeeds. */
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

/** Removes what is left of any object on its way to a target. */
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

/** Whether nobody fills a file any more. */
const isLeft = ({ mtimeMs: written }: Stats, host: string | undefined, pid: number): boolean => {
  if (Date.now() - written > aDay) return true
  if (host !== machine) return false
  // This process fills none that was written before it began: that was another one with its number.
  return pid === process.pid ? written < Date.now() - process.uptime() * 1000 : !isAlive(pid)
}

/** A process of another user is alive too. */
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return !(cause instanceof Error && "code" in cause && cause.code === "ESRCH")
  }
}
