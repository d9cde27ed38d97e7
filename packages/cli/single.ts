/**
 * Makes `iru` one file that needs no Node beside it: Node's single executable application, for the machine that this
 * runs on. `node --import tsx packages/cli/single.ts FILE`
 */
import { build } from "esbuild"
import { execFileSync } from "node:child_process"
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { options } from "./build.js"

const [target = "iru"] = process.argv.slice(2)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "iru-single-"))
const [script, config, blob] = ["iru.cjs", "sea.json", "iru.blob"].map((name) => join(folder, name))
if (script === undefined || config === undefined || blob === undefined) throw new Error("three names")

// It has no place for classic-level, which has a native part: a sandbox with --data says that it is missing.
await build({ ...options, entryPoints: [here("src/single.ts")], outfile: script, format: "cjs" })
writeFileSync(config, JSON.stringify({ main: script, output: blob, disableExperimentalSEAWarning: true }))
execFileSync(process.execPath, ["--experimental-sea-config", config], { stdio: "ignore" })
copyFileSync(process.execPath, target)
chmodSync(target, 0o755)
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"
const signed = process.platform === "darwin"
if (signed) execFileSync("codesign", ["--remove-signature", target])
const segment = signed ? ["--macho-segment-name", "NODE_SEA"] : []
execFileSync(
  "npx",
  ["--yes", "postject@1.0.0-alpha.6", target, "NODE_SEA_BLOB", blob, "--sentinel-fuse", fuse, ...segment],
  {
    // It warns of section names that it does not need.
    stdio: "ignore"
  }
)
if (signed) execFileSync("codesign", ["--sign", "-", target])
rmSync(folder, { recursive: true })
