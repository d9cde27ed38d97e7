import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Duration, Effect } from "effect"
import { ApiClient, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts

  // A person waits for this list: its pages go out like single calls. It fails if it would wait longer than a minute.
  const { count } = yield* scripts
    .list()
    .pipe(ApiClient.withPriority("interactive"), ApiClient.withRetry({ maxWait: "1 minute" }))

  const { limit, remaining, wait } = yield* ApiClient.quota
  yield* Console.log(
    `${count} custom scripts; ${remaining} of ${limit} requests left, ${Duration.format(wait)} to wait`
  )
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
