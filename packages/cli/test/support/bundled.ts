/**
 * The commands as they are shipped: bundled, in a folder of the test's own.
 */
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { bundle } from "../../build.js"

/** Bundles the commands into a folder. Resolves to the file of one. */
export const bundledCommand = async (folder: string, name: "iru" | "iru-sandbox"): Promise<string> => {
  await bundle(join(folder, "dist"))
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"))
  return join(folder, "dist", `${name}.js`)
}

/** The command `iru` for the tests of a file, and a folder that is theirs. */
export const iruForTests = (): { readonly folder: () => string; readonly command: () => string } => {
  let folder = ""
  let command = ""
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "iru-test-"))
    command = await bundledCommand(folder, "iru")
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return { folder: () => folder, command: () => command }
}
