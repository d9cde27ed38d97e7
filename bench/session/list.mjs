/**
 * Lists all custom scripts once, in a process of its own.
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
