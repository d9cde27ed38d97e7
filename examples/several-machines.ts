import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Layer } from "effect"
import { ApiClient, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { RedisBudget } from "effect-iru/redis"

// Every machine runs this line, so all machines share one count for each tenant.
const budget = RedisBudget.layer({ host: process.env["REDIS_HOST"] ?? "127.0.0.1" })

const program = Effect.gen(function* () {
  const { count } = yield* (yield* CustomScripts).list()
  yield* Console.log(`${count} scripts`)
  const { limit, remaining } = yield* (yield* ApiClient).quota
  yield* Console.log(`${remaining} of ${limit} requests are left in this hour, as far as this machine knows`)
})

program.pipe(Effect.provide(Iru.layerConfig().pipe(Layer.provide(budget))), NodeRuntime.runMain)
