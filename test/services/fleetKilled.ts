/**
 * Restarts the devices `device-0` to `device-199` and logs the outcome of each. fleetForEach.test.ts runs and kills it.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { DeviceActions, Fleet } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const [log = ""] = process.argv.slice(2)

Effect.runPromise(
  Effect.gen(function* () {
    const actions = yield* DeviceActions
    const ids = Array.from({ length: 200 }, (_, number) => `device-${number}`)
    yield* Stream.runDrain(Fleet.forEach(ids, (id) => actions.restart(id), { concurrency: 4, log }))
  }).pipe(Effect.provide([Iru.layerConfig(), NodeContext.layer]))
)
