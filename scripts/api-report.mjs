/**
 * Writes the public API of every entry point to api/<entry point>.api.md, from the declarations in dist/. With
 * `--check` it writes nothing, and fails if a report differs from the declarations.
 */
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor"
import { mkdirSync, readdirSync, rmSync } from "node:fs"
import { resolve } from "node:path"
import { entryPoints } from "./entry-points.mjs"

const check = process.argv.includes("--check")
const fileOf = ({ name }) => `${name}.api.md`
mkdirSync("api", { recursive: true })

let failed = false
for (const entryPoint of entryPoints) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: resolve("package.json"),
    packageJsonFullPath: resolve("package.json"),
    configObject: {
      projectFolder: resolve("."),
      mainEntryPointFilePath: resolve(entryPoint.types),
      compiler: { tsconfigFilePath: resolve("tsconfig.build.json") },
      apiReport: {
        enabled: true,
        reportFolder: resolve("api"),
        reportTempFolder: resolve("node_modules/.cache/api-report"),
        reportFileName: fileOf(entryPoint),
        // Types that appear in signatures without being exported. The other entry points take theirs from the core.
        includeForgottenExports: entryPoint.name === "index" || entryPoint.name === "sandbox"
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: "none" } },
        tsdocMessageReporting: { default: { logLevel: "none" } }
      }
    }
  })
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    localBuild: !check,
    messageCallback: (message) => {
      message.handled = message.logLevel !== "error"
    }
  })
  if (errorCount > 0 || (check && apiReportChanged)) failed = true
  console.log(`${fileOf(entryPoint)}: ${apiReportChanged ? (check ? "differs" : "written") : "as it was"}`)
}

const known = new Set(entryPoints.map(fileOf))
for (const stray of readdirSync("api").filter((file) => !known.has(file))) {
  if (check) failed = true
  else rmSync(`api/${stray}`)
  console.log(`${stray}: there is no such entry point`)
}

if (failed) {
  console.error("The public surface is not what api/ says. If that is meant, run `npm run api` and commit the change.")
  process.exitCode = 1
}
