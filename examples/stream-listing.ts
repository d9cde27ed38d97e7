import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Stream } from "effect"
import { CustomProfiles } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const profiles = yield* CustomProfiles

  // Pages are read as they are needed, one ahead. What is not asked for is never requested.
  const firstInactive = yield* profiles.stream({ pageSize: 100 }).pipe(
    Stream.filter((profile) => !profile.active),
    Stream.runHead
  )
  yield* Console.log("First inactive profile:", firstInactive)

  // The whole listing at once, where that is wanted.
  const { count } = yield* profiles.list()
  yield* Console.log(`${count} profiles in all`)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
