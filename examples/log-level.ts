import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Logger, LogLevel } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts
  const { count } = yield* scripts.list()
  yield* Effect.logDebug(`${count} scripts`)
})

const layers = [Iru.layerConfig(), Logger.minimumLogLevel(LogLevel.Debug)] as const
program.pipe(Effect.provide(layers), NodeRuntime.runMain)
