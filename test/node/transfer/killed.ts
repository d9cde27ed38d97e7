/**
 * A program that is killed while it downloads: prints a word once nearly 5 MB have arrived. Call it as killed.ts
 * ADDRESS TARGET SIZE SHA256.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { download, transfers } from "./support.js"

const [address = "", target = "", size, sha256] = process.argv.slice(2)
const source = { url: Redacted.make(address), name: "app.pkg", size: Number(size), sha256 }
let said = false

await Effect.runPromise(
  transfers()(
    download(source, target, {
      resume: true,
      onProgress: ({ bytes }) => {
        if (said || bytes < 4_900_000) return
        said = true
        // The bytes that have arrived are written a moment later.
        setTimeout(() => process.stdout.write("there\n"), 200)
      }
    })
  )
)
