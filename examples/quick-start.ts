import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Stream } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts

  const created = yield* scripts.create({
    name: "Free disk space",
    execution_frequency: "every_day",
    script: "#!/bin/zsh\ndf -h /"
  })
  yield* Console.log(`Created ${created.name} (${created.id})`)

  yield* scripts
    .stream()
    .pipe(Stream.runForEach((script) => Console.log(`${script.name}: ${script.execution_frequency}`)))
  yield* scripts.delete(created.id)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
