/**
 * Bundles the commands into `dist`: what each loads at its start is one small file, and everything else a file beside it.
 */
import { build, type BuildOptions, type Plugin } from "esbuild"
import { chmodSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Undici as far as a session uses it. The rest is most of it, fetch and WebSockets and mocks, and a third of a start. */
const undici: Plugin = {
  name: "undici",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]undici[\\/]index\.js$/ }, () => ({
      contents: `
        exports.Agent = require("./lib/dispatcher/agent")
        exports.EnvHttpProxyAgent = require("./lib/dispatcher/env-http-proxy-agent")
        exports.Socks5ProxyAgent = require("./lib/dispatcher/socks5-proxy-agent")
        Object.assign(require("./lib/dispatcher/dispatcher").prototype, require("./lib/api"))`
    }))
}

/** What a bundle is made with, whatever its form. */
export const options = {
  bundle: true,
  minify: true,
  platform: "node",
  // The main file of jsonc-parser finds its parts by a require that no bundler sees.
  mainFields: ["module", "main"],
  target: "node20.19",
  tsconfig: here("../../tsconfig.json"),
  // It has a native part, which is found beside it.
  external: ["classic-level"],
  plugins: [undici],
  logLevel: "warning"
} satisfies BuildOptions

/** Bundles into a folder. */
export const bundle = (outdir: string) =>
  build({
    ...options,
    entryPoints: [here("src/iru.ts"), here("src/iru-sandbox.ts")],
    outdir,
    splitting: true,
    format: "esm",
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` }
  })

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outputFolder = here("dist")
  rmSync(outputFolder, { recursive: true, force: true })
  await bundle(outputFolder)
  for (const name of ["iru", "iru-sandbox"]) chmodSync(`${outputFolder}/${name}.js`, 0o755)
}
