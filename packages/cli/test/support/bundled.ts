/**
 * The commands as they are shipped: bundled, in a folder of the test's own.
 */
import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { bundle } from "../../build.js"

/** Bundles the commands into a folder. Resolves to the file of one. */
export const bundledCommand = async (folder: string, name: "iru" | "iru-sandbox"): Promise<string> => {
  await bundle(join(folder, "dist"))
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"))
  return join(folder, "dist", `${name}.js`)
}
