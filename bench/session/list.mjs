/**
 * Lists all custom scripts once, in a process of its own.
 */
import { CustomScripts } from "../../dist/index.js"
import { Iru } from "../../dist/node/index.js"
import * as Effect from "effect/Effect"

const program = Effect.gen(function* () {
  const { results } = yield* (yield* CustomScripts).list()
  console.log(results.length)
})

program.pipe(
  Effect.provide(
    Iru.layer({
      tenantUrl: process.env.TENANT ?? "",
      apiToken: "0ff1ce00-cafe-4bad-8bad-c0ffee000001",
      allowLoopback: true,
      pace: { perSecond: Infinity, perHour: Infinity }
    })
  ),
  Effect.runPromise
)
