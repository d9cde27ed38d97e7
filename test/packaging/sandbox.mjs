// A tenant to run the examples on: prints its URL and its token, and stays until it is ended.
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"

await Effect.gen(function* () {
  const { apiToken, tenantUrl } = yield* Sandbox
  console.log(`${tenantUrl} ${apiToken}`)
  return yield* Effect.never
}).pipe(Effect.provide(Sandbox.layer()), Effect.runPromise)
