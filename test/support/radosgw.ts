/**
 * An S3 store that is not ours: Ceph's radosgw, on this machine, shared by all tests of a run.
 */
import * as Effect from "effect/Effect"
import { execFile, execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

export const script = fileURLToPath(new URL("radosgw.sh", import.meta.url))

/** An S3 store and who may use it. */
export interface Store {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const installed = (program: string): boolean => {
  try {
    execFileSync("which", [program], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** Whether the store can be started here. Says so where it cannot. */
export const hasRadosgw = (tests: string): boolean => {
  const missing = ["ceph", "ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "curl"].filter(
    (name) => !installed(name)
  )
  if (missing.length > 0) console.warn(`Not run: ${tests}. It needs ${missing.join(", ")}; .ci/services installs them.`)
  return missing.length === 0
}

/** Two ports that are free, one after the other. */
const freePorts = (): Promise<number> =>
  new Promise((resolve) => {
    const first = createServer()
    const second = createServer()
    first.listen(0, "127.0.0.1", () => {
      const address = first.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      second.once("error", () => first.close(() => resolve(freePorts())))
      second.listen(port + 1, "127.0.0.1", () => second.close(() => first.close(() => resolve(port))))
    })
  })

/** The store of this run, in the folder that the run has for it. The first one who asks starts it. */
export const radosgw = (folder: string): Effect.Effect<Store> =>
  Effect.promise(async () => {
    const answer = join(folder, "answer")
    if ((await mkdir(folder, { recursive: true })) !== undefined) {
      const ports = [await freePorts(), await freePorts()].map(String)
      const text = await promisify(execFile)(script, ["start", join(folder, "store"), ...ports]).then(
        ({ stdout }) => stdout,
        (error: unknown) => `failed: ${String(error)}`
      )
      await writeFile(`${answer}.new`, text)
      await rename(`${answer}.new`, answer)
    }
    while (!existsSync(answer)) await setTimeout(100)
    const text = await readFile(answer, "utf8")
    const [endpoint = "", accessKeyId = "", secretAccessKey = ""] = text.trim().split(" ")
    if (!endpoint.startsWith("http")) throw new Error(`radosgw does not start: ${text}`)
    return { endpoint, region: "us-east-1", credentials: { accessKeyId, secretAccessKey } }
  })
