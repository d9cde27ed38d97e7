/**
 * All Macs without FileVault, as CSV. Reads page by page, so the size of the fleet does not matter.
 *
 *   npx tsx macs-without-filevault.ts > macs.csv
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Stream } from "effect"
import { Devices } from "effect-iru"
import { Iru } from "effect-iru/node"

const row = (...cells: ReadonlyArray<string | null | undefined>) =>
  cells.map((cell) => `"${(cell ?? "").replaceAll('"', '""')}"`).join(",")

const program = Effect.gen(function* () {
  const devices = yield* Devices
  yield* Console.log(row("name", "serial number", "user", "last check-in"))
  yield* devices.stream({ platform: "Mac", filevault_enabled: false }).pipe(
    Stream.map((mac) => row(mac.device_name, mac.serial_number, mac.user?.email, mac.last_check_in)),
    Stream.runForEach((line) => Console.log(line))
  )
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
