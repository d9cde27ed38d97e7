import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Exit, Layer, ManagedRuntime, Schema, Scope } from "effect"
import { ApiClient, ApiConfig, CustomScripts, SelfServiceCategories } from "effect-iru"
import { Iru } from "effect-iru/node"

const countScripts = Effect.gen(function* () {
  const { count } = yield* (yield* CustomScripts).list()
  return count
})

// With a layer: the session opens with the program and closes behind it.
const withLayer = countScripts.pipe(Effect.provide(Iru.layerConfig()))

// As a scoped effect: the session lives as long as the scope that is around it.
const withScope = Effect.scoped(
  Effect.gen(function* () {
    const client = yield* ApiClient.make()
    return yield* client.get("/api/v1/self-service/categories", Schema.Array(Schema.Struct({ name: Schema.String })))
  })
).pipe(Effect.provide([ApiConfig.layerConfig(), FetchHttpClient.layer]))

// By hand: open a scope, build the services into it, close it when you like. A call after that fails at once.
const byHand = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const services = yield* Layer.buildWithScope(Iru.layerConfig(), scope)
  const categories = yield* Effect.provide(SelfServiceCategories, services)
  const before = yield* categories.list()
  yield* Scope.close(scope, Exit.void)
  const after = yield* Effect.flip(categories.list())
  return `${before.length} categories, then ${after.reason}: ${after.message}`
})

// A runtime that keeps one session for a long-lived program.
const withRuntime = Effect.promise(async () => {
  const runtime = ManagedRuntime.make(Iru.layerConfig())
  try {
    return await runtime.runPromise(countScripts)
  } finally {
    await runtime.dispose()
  }
})

Effect.gen(function* () {
  yield* Console.log("With a layer:", yield* withLayer)
  yield* Console.log("As a scoped effect:", (yield* withScope).map(({ name }) => name).join(", "))
  yield* Console.log("By hand:", yield* byHand)
  yield* Console.log("With a runtime:", yield* withRuntime)
}).pipe(NodeRuntime.runMain)
