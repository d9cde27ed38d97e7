import { ApiClientError, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"

const refused = await CustomScripts.pipe(
  Effect.flatMap((scripts) => scripts.get("")),
  Effect.provide(Iru.layer({ tenantUrl: "example.api.iru.com", apiToken: "00000000-0000-0000-0000-000000000000" })),
  Effect.flip,
  Effect.runPromise
)
if (!(refused instanceof ApiClientError) || refused.reason !== "InvalidArgument") throw refused
console.log(refused.message)
