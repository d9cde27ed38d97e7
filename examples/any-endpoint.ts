import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Schema } from "effect"
import { ApiClient } from "effect-iru"
import { Iru } from "effect-iru/node"

// What you need of the answer, and nothing else.
const Item = Schema.Struct({ id: Schema.String, name: Schema.String })

const program = Effect.gen(function* () {
  const client = yield* ApiClient
  const { results } = yield* client.get("/api/v1/blueprints", Schema.Struct({ results: Schema.Array(Item) }), {
    query: { limit: 10 }
  })
  yield* Console.log(`${results.length} Blueprints on the first page`)

  // An id that comes from outside stays one segment of the path, whatever is in it.
  const id = "../devices"
  const refused = yield* Effect.flip(client.get(ApiClient.path`/api/v1/blueprints/${id}`, Item))
  yield* Console.log(refused.reason)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
