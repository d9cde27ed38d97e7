import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Schema } from "effect"
import { ApiClient } from "effect-iru"
import { Iru } from "effect-iru/node"

// Only the fields that you need. The others of the answer are ignored.
const Item = Schema.Struct({ id: Schema.String, name: Schema.String })

const program = Effect.gen(function* () {
  const client = yield* ApiClient
  const { results } = yield* client.get("/api/v1/blueprints", Schema.Struct({ results: Schema.Array(Item) }), {
    query: { limit: 10 }
  })
  yield* Console.log(`${results.length} Blueprints on the first page`)

  // The id is encoded, so it cannot lead to another endpoint: there is no Blueprint of this id.
  const id = "../devices"
  const error = yield* Effect.flip(client.get(ApiClient.path`/api/v1/blueprints/${id}`, Item))
  yield* Console.log(error.reason) // NotFound
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
