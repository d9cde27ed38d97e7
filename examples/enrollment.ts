/**
 * Prints how long Apple's tokens are valid and which Macs have not enrolled yet, and saves the profile for enrolling by
 * hand.
 *
 *   BLUEPRINT=Engineering FOLDER=. npx tsx enrollment.ts
 */
import { FileSystem } from "@effect/platform"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Layer, Stream } from "effect"
import { AdeDevices, AdeIntegrations, Blueprints } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const [fs, blueprints] = yield* Effect.all([FileSystem.FileSystem, Blueprints])

  yield* (yield* AdeIntegrations)
    .stream()
    .pipe(Stream.runForEach(({ days_left, server_name }) => Console.log(`${server_name}: ${days_left} days left`)))
  yield* (yield* AdeDevices).stream({ device_family: "Mac" }).pipe(
    Stream.filter(({ mdm_device }) => mdm_device === undefined),
    Stream.runForEach(({ model, serial_number }) => Console.log(`not enrolled yet: ${serial_number}, ${model}`))
  )

  const blueprint = yield* Effect.flatten(blueprints.find(yield* Config.string("BLUEPRINT")))
  // Without `sso: true`, this is always the profile. With it, it may be an address where users sign in.
  const profile = yield* blueprints.enrollmentProfile(blueprint.id)
  if (profile._tag === "Profile") {
    const path = `${yield* Config.string("FOLDER")}/enroll.mobileconfig`
    yield* fs.writeFile(path, profile.bytes)
    yield* Console.log(`saved ${path}`)
  } else yield* Console.log(`users sign in at ${profile.url}`)
})

program.pipe(Effect.provide(Layer.merge(Iru.layerConfig(), NodeContext.layer)), NodeRuntime.runMain)
