// The core alone: `effect` and `@effect/platform` are all that is installed. No Node types, no optional peer.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { ApiClient, ApiConfig, CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const tenant = CustomScripts.layer.pipe(
  Layer.provide(ApiClient.layer()),
  Layer.provide(
    ApiConfig.layer({ tenantUrl: "example.api.iru.com", apiToken: "00000000-0000-0000-0000-000000000000" })
  ),
  Layer.provide(FetchHttpClient.layer)
)

const refused = await CustomScripts.pipe(
  Effect.flatMap((scripts) => scripts.get("")),
  Effect.flip,
  Effect.provide(tenant),
  Effect.runPromise
)
if (refused._tag !== "ApiClientError" || refused.reason !== "InvalidArgument") throw refused
console.log(refused.message)
