import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Duration, Effect, Layer } from "effect"
import { ApiClient, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { RedisBudget } from "effect-iru/redis"

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts

  // A report can wait: whatever a person waits for goes first. It would rather fail than wait for long.
  const { count } = yield* scripts
    .list()
    .pipe(ApiClient.withPriority("bulk"), ApiClient.withRetry({ maxWait: "1 minute" }))

  const { limit, remaining, wait } = yield* ApiClient.quota
  yield* Console.log(
    `${count} custom scripts; ${remaining} of ${limit} requests left, ${Duration.format(wait)} to wait`
  )
})

// All machines that share a Redis share the tenant's limits. While Redis is away, each goes by its own count.
const tenant = process.env.REDIS_HOST
  ? Iru.layerConfig().pipe(Layer.provide(RedisBudget.layer({ host: process.env.REDIS_HOST })))
  : Iru.layerConfig()

program.pipe(Effect.provide(tenant), NodeRuntime.runMain)
