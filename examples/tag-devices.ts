/**
 * Gives a tag to the devices whose serial numbers are in a file, one per line. Devices that have the tag are left alone,
 * so the program can be run again.
 *
 *   TAG=Loaner SERIAL_NUMBERS=loaners.txt npx tsx tag-devices.ts
 */
import { FileSystem } from "@effect/platform"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Layer, Option, String } from "effect"
import { Devices, Tags } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const [fs, devices, tags] = yield* Effect.all([FileSystem.FileSystem, Devices, Tags])
  const name = yield* Config.string("TAG")
  const list = yield* fs.readFileString(yield* Config.string("SERIAL_NUMBERS"))

  if (Option.isNone(yield* tags.find(name))) yield* tags.create({ name })

  /** An update sends all tags that the device should have: the existing ones and the new one. */
  const tag = (serial_number: string) =>
    Effect.gen(function* () {
      const device = Option.getOrUndefined(yield* devices.find({ serial_number }))
      if (device === undefined) return `${serial_number}: no such device`
      if (device.tags.includes(name)) return `${serial_number}: ${device.device_name} had it`
      yield* devices.update(device.device_id, { tags: [...device.tags, name] })
      return `${serial_number}: ${device.device_name} has it now`
    })

  const lines = yield* Effect.forEach(list.split(/\s+/).filter(String.isNonEmpty), tag, { concurrency: 4 })
  yield* Console.log(lines.join("\n"))
})

program.pipe(Effect.provide(Layer.merge(Iru.layerConfig(), NodeContext.layer)), NodeRuntime.runMain)
