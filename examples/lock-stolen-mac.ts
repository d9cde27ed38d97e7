/**
 * Locks the Mac with this serial number and prints the PIN that unlocks it.
 *
 *   SERIAL_NUMBER=C02ADA1815LV npx tsx lock-stolen-mac.ts
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Option, Redacted } from "effect"
import { ApiClient, DeviceActions, Devices, Guard } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const devices = yield* Devices
  const { lock } = yield* DeviceActions
  const mac = yield* Effect.flatten(devices.find({ serial_number: yield* Config.string("SERIAL_NUMBER") }))

  const answer = yield* lock(mac.device_id, { Message: "This Mac is stolen. Please call us.", PhoneNumber: "555-0115" })

  // The PIN is Redacted, so no log, trace or error shows it. Only this line does.
  const pin = Option.flatMapNullable(answer, ({ PIN }) => PIN)
  yield* Console.log(`${mac.device_name} is locked.`)
  yield* Console.log(
    `PIN: ${Option.match(pin, { onSome: Redacted.value, onNone: () => "read it with DeviceSecrets.unlockPin" })}`
  )
}).pipe(ApiClient.withGuard(Guard.limit({ device: 1, destructive: 0 })))

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
