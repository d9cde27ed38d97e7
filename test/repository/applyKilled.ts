/**
 * Plans a folder and applies it. Run by killed.test.ts, which kills it.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Iru } from "effect-iru/node"
import { Repository } from "effect-iru/repository"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const [root = "", direction = "both"] = process.argv.slice(2)

Effect.runPromise(
  Effect.gen(function* () {
    const repository = yield* Repository.open(root)
    const plan = yield* Repository.plan(repository, {
      direction: direction === "pull" ? "pull" : "both",
      limits: { updates: 1000 }
    })
    yield* Stream.runDrain(Repository.apply(repository, plan))
  }).pipe(Effect.provide([Iru.layerConfig(), NodeContext.layer]))
)
