/**
 * Bundles the core for a place without Node, and fails where anything of Node is reached. Prints what it weighs.
 */
import { build } from "esbuild"
import { gzipSync } from "node:zlib"

const weigh = async (entry, external = []) => {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
    external
  })
  const node = Object.keys(metafile.inputs).filter((input) => /platform-node|node:|\/undici\//.test(input))
  if (node.length > 0) throw new Error(`${entry} reaches Node: ${node.join(", ")}`)
  return gzipSync(outputFiles[0].contents).length
}

const effect = ["effect/*", "@effect/platform/*"]
const row = async (what, entry) =>
  console.log(
    `${what.padEnd(24)} ${kilobytes(await weigh(entry))} with Effect, ${kilobytes(await weigh(entry, effect))} without`
  )
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(6)} kB gzip`

await row("all of effect-iru", "core.js")
await row("CustomScripts alone", "one-service.js")
