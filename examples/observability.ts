import * as Otlp from "@effect/opentelemetry/Otlp"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Effect, Layer } from "effect"
import { ApiClient, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts
  const { count } = yield* scripts.list()
  const { remaining } = yield* ApiClient.quota
  yield* Effect.log(`${count} custom scripts, and ${remaining} requests left in this hour`)
}).pipe(Effect.withSpan("nightly report"))

Effect.gen(function* () {
  // Where your collector listens: http://localhost:4318, say.
  const baseUrl = yield* Config.string("OTEL_EXPORTER_OTLP_ENDPOINT")

  // The logs, metrics and spans of the program go there, and those of the session with them.
  const telemetry = Otlp.layerJson({ baseUrl, resource: { serviceName: "nightly-report" } }).pipe(
    Layer.provide(FetchHttpClient.layer)
  )
  yield* program.pipe(Effect.provide(Iru.layerConfig().pipe(Layer.provideMerge(telemetry))))
}).pipe(NodeRuntime.runMain)
