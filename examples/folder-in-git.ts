/**
 * Pulls a tenant into a folder, shows what would change in the tenant if the folder were applied, and applies it.
 *
 *   FOLDER=./infra npx tsx folder-in-git.ts
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Layer, Stream } from "effect"
import { Iru } from "effect-iru/node"
import { Repository } from "effect-iru/repository"

const program = Effect.gen(function* () {
  const folder = `${yield* Config.string("FOLDER")}/mdm`
  const pulled = yield* Stream.runCount(Repository.pull(folder, { infoFormat: "yaml" }))
  yield* Console.log(`${pulled} items were written into ${folder}.`)

  const repository = yield* Repository.open(folder)
  const plan = yield* Repository.plan(repository)
  yield* Console.log(Repository.toText(plan))
  yield* Repository.apply(repository, plan).pipe(
    Stream.runForEach(({ item, outcome }) => Console.log(`${outcome}: ${item.kind} ${item.name}`))
  )
})

program.pipe(Effect.provide(Layer.merge(Iru.layerConfig(), NodeContext.layer)), NodeRuntime.runMain)
