/**
 * Restarts the Macs of a Blueprint: not more than 200, and none twice, also if the program is killed and started again.
 *
 *   BLUEPRINT=Engineering FOLDER=. npx tsx restart-macs.ts
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Layer, Stream } from "effect"
import { ApiClient, Blueprints, DeviceActions, Devices, Fleet, Guard } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const { restart } = yield* DeviceActions
  const devices = yield* Devices
  const blueprint = yield* Effect.flatten((yield* Blueprints).find(yield* Config.string("BLUEPRINT")))
  const log = `${yield* Config.string("FOLDER")}/restarted.ndjson`

  yield* Fleet.forEach(
    devices.stream({ platform: "Mac", blueprint_id: blueprint.id }),
    ({ device_id }) => restart(device_id),
    { confirm: "DeviceActions.restart", log, skip: log, stopAfter: 0.2 }
  ).pipe(Stream.runForEach(({ outcome, target }) => Console.log(`${target.device_name}: ${outcome}`)))
}).pipe(ApiClient.withGuard(Guard.limit({ device: 200 })))

program.pipe(Effect.provide(Layer.merge(Iru.layerConfig(), NodeContext.layer)), NodeRuntime.runMain)
