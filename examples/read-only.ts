import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect } from "effect"
import { catchReason, CustomScripts, Guard } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts
  yield* Console.log(`${(yield* scripts.list()).results.length} scripts`)
  yield* scripts
    .create({ name: "Hello", execution_frequency: "once", script: "#!/bin/zsh" })
    .pipe(catchReason("Refused", (error) => Console.log(error.message)))
})

const readOnly = Iru.layerConfig({ guard: Config.succeed(Guard.readOnly) })

program.pipe(Effect.provide(readOnly), NodeRuntime.runMain)
