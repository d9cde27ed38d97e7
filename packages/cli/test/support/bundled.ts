/**
 * The commands as they are published: bundled.
 */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, inject } from "vitest"
import { bundle } from "../../build.js"

let bundled: Promise<string> | undefined

/** The file of a command. The first test file of a worker bundles it. */
export const bundledCommand = async (name: "iru" | "iru-sandbox"): Promise<string> => {
  bundled ??= (async () => {
    const folder = mkdtempSync(join(inject("bundleFolder"), "worker-"))
    await bundle(join(folder, "dist"))
    symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"))
    return folder
  })()
  return join(await bundled, "dist", `${name}.js`)
}

/** The command `iru` and a temporary folder for the tests of a file. */
export const iruForTests = (): { readonly folder: () => string; readonly command: () => string } => {
  let folder = ""
  let command = ""
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "iru-test-"))
    command = await bundledCommand("iru")
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return { folder: () => folder, command: () => command }
}
