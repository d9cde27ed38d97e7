import { HttpClient, HttpClientResponse } from "@effect/platform"
import { effect } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { expect } from "vitest"

/** Answers every request with an empty page. */
const client = HttpClient.make((request) =>
  Effect.succeed(
    HttpClientResponse.fromWeb(request, Response.json({ count: 0, next: null, previous: null, results: [] }))
  )
)

// Host and token are checked as for a real tenant. The client above answers, so nothing goes over the network.
const Test = Iru.layerHttpClient({
  tenantUrl: "example.api.kandji.io",
  apiToken: "00000000-0000-0000-0000-000000000000"
}).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))

effect("lists the records that the HTTP client answers with", () =>
  Effect.gen(function* () {
    const scripts = yield* CustomScripts
    expect(yield* scripts.list()).toMatchObject({ count: 0, results: [] })
  }).pipe(Effect.provide(Test))
)
