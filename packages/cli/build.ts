/**
 * Bundles the commands into `dist`: what each loads at its start is one small file, and everything else a file beside it.
 */
import { build } from "esbuild"
import { chmodSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Bundles into a folder. */
export const bundle = (outdir: string) =>
  build({
    entryPoints: [here("src/iru.ts"), here("src/iru-sandbox.ts")],
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    platform: "node",
    // The main file of jsonc-parser finds its parts by a require that no bundler sees.
    mainFields: ["module", "main"],
    target: "node20.19",
    format: "esm",
    chunkNames: "chunks/[name]-[hash]",
    tsconfig: here("../../tsconfig.json"),
    // It has a native part, which is found beside it.
    external: ["classic-level"],
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
    logLevel: "warning"
  })

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outputFolder = here("dist")
  rmSync(outputFolder, { recursive: true, force: true })
  await bundle(outputFolder)
  for (const name of ["iru", "iru-sandbox"]) chmodSync(`${outputFolder}/${name}.js`, 0o755)
}
