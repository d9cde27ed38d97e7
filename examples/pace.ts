import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Duration, Effect } from "effect"
import { ApiClient, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts

  // A report can wait, so whatever a person waits for goes first. It would rather fail than wait for long.
  const { count } = yield* scripts
    .list()
    .pipe(ApiClient.withPriority("bulk"), ApiClient.withRetry({ maxWait: "1 minute" }))

  const { limit, remaining, wait } = yield* ApiClient.quota
  yield* Console.log(
    `${count} custom scripts; ${remaining} of ${limit} requests left, ${Duration.format(wait)} to wait`
  )
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
