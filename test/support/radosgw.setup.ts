/**
 * A folder for the S3 store of one test run. The first test that needs the store starts it there; it is stopped when
 * the run ends.
 */
import { execFileSync } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { script } from "./radosgw.js"

declare module "vitest" {
  interface ProvidedContext {
    readonly radosgwFolder: string
  }
}

export default ({ provide }: TestProject) => {
  const folder = join(tmpdir(), `effect-iru-radosgw-${process.pid}`)
  provide("radosgwFolder", folder)
  return () => {
    if (!existsSync(folder)) return
    execFileSync(script, ["stop", join(folder, "store")])
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}
