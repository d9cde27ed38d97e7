/**
 * Streams rows in its own process. Prints their number, the time and the highest memory use.
 */
import { ApiClient } from "../../dist/index.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { run } from "./tenant.mjs"

const Row = Schema.Struct({ device_id: Schema.String, device_name: Schema.String, platform: Schema.String })

await run(
  Effect.gen(function* () {
    const client = yield* ApiClient
    const start = performance.now()
    const rows = yield* Stream.runFold(
      client.pages("/api/v1/rows", Row),
      0,
      (count, { results }) => count + results.length
    )
    const { maxRSS } = process.resourceUsage()
    console.log(JSON.stringify({ rows, ms: performance.now() - start, mib: maxRSS / 1024 }))
  })
)
