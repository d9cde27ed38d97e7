import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect } from "effect"
import { Blueprints, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const blueprints = yield* Blueprints
  const scripts = yield* CustomScripts

  // `find` gives an Option. If no Blueprint has this name, `Effect.flatten` fails with a NoSuchElementException.
  const blueprint = yield* Effect.flatten(blueprints.find(yield* Config.string("BLUEPRINT")))
  const { script } = yield* scripts.publish({
    name: "Free disk space",
    execution_frequency: "every_day",
    script: "#!/bin/zsh\ndf -h /"
  })
  const { status } = yield* blueprints.assign(blueprint.id, { library_item_id: script.id })
  yield* Console.log(`${script.name} is ${status} to ${blueprint.name}`)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
