/**
 * A program behind a proxy: sends one request to its tenant and prints the result.
 */
import { ApiClient } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

Effect.flatMap(ApiClient, (client) => client.get("/api/v1/anything", Schema.Struct({ from: Schema.String }))).pipe(
  ApiClient.noRetry,
  Effect.match({ onFailure: (error) => `${error.reason}: ${error.message}`, onSuccess: ({ from }) => from }),
  Effect.flatMap((said) => Effect.sync(() => console.log(said))),
  Effect.provide(Iru.layerConfig()),
  Effect.runPromise
)
