/**
 * Makes a folder for the bundled commands of a test run. A worker bundles them there when a test first needs them.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    readonly bundleFolder: string
  }
}

export default ({ provide }: TestProject) => {
  const folder = mkdtempSync(join(tmpdir(), "iru-bundle-"))
  provide("bundleFolder", folder)
  return () => rmSync(folder, { recursive: true })
}
