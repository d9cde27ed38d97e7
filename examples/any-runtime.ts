import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Console, Effect, Layer, Stream } from "effect"
import { ApiClient, ApiConfig, Blueprints, CustomScripts } from "effect-iru"

// The services that the program uses, over `fetch`: nothing here is Node's.
const tenant = Layer.mergeAll(Blueprints.layer, CustomScripts.layer).pipe(
  Layer.provide(ApiClient.layer()),
  Layer.provide([ApiConfig.layerConfig(), FetchHttpClient.layer])
)

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts
  const blueprints = yield* Blueprints

  const script = yield* scripts.create({
    name: "Free disk space",
    execution_frequency: "every_day",
    script: "#!/bin/zsh\ndf -h /"
  })
  const blueprint = yield* blueprints.create({ name: "Laptops", enrollment_code: { is_active: false } })
  const { status } = yield* blueprints.assign(blueprint.id, { library_item_id: script.id })
  yield* Console.log(`${script.name} is ${status} to ${blueprint.name}`)

  const names = yield* scripts.stream().pipe(
    Stream.map((script) => script.name),
    Stream.runCollect
  )
  yield* Console.log([...names].join(", "))
  yield* blueprints.delete(blueprint.id)
  yield* scripts.delete(script.id)
})

await program.pipe(Effect.provide(tenant), Effect.runPromise)
