import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Stream } from "effect"
import { CustomProfiles } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const profiles = yield* CustomProfiles

  // The stream requests pages while its consumer asks for more, and ends with the first match.
  const firstInactive = yield* profiles.stream({ pageSize: 100 }).pipe(
    Stream.filter((profile) => !profile.active),
    Stream.runHead
  )
  yield* Console.log("First inactive profile:", firstInactive)

  // The whole listing, in memory.
  const { count } = yield* profiles.list()
  yield* Console.log(`${count} profiles in all`)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
