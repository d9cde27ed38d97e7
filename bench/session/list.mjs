/**
 * Lists all custom scripts once, in its own process.
 */
import { CustomScripts } from "../../dist/index.js"
import * as Effect from "effect/Effect"
import { run } from "./tenant.mjs"

await run(
  Effect.gen(function* () {
    const { results } = yield* (yield* CustomScripts).list()
    console.log(results.length)
  })
)
