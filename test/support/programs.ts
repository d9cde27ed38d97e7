/**
 * Programs that tests run in processes of their own.
 */
import { build } from "esbuild"
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { options } from "../../packages/cli/build.js"

const root = process.cwd()

/**
 * Bundles TypeScript programs of this project before the tests of a file, each with all that it imports. Such a program
 * starts six times as fast as one that is compiled while it runs. Gives the file of each, by its path in the project.
 */
export const bundled = (...paths: ReadonlyArray<string>): ((path: string) => string) => {
  let folder = ""
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "effect-iru-programs-"))
    await build({
      ...options,
      entryPoints: [...paths],
      outbase: root,
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      splitting: true,
      format: "esm",
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` }
    })
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  return (path) => join(folder, path.replace(/\.ts$/, ".mjs"))
}
