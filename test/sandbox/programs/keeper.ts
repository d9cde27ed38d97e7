/**
 * A sandbox in a process of its own, to be killed: keeps its tenant in the folder that it is given.
 */
import * as Effect from "effect/Effect"
import { Sandbox } from "../../../src/sandbox/index.js"

const [data] = process.argv.slice(2)

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const { apiToken, tenantUrl } = yield* Sandbox.serve({ data })
      console.log(JSON.stringify({ apiToken, tenantUrl }))
      yield* Effect.never
    })
  )
)
