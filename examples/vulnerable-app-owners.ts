/**
 * Who has an app with a known vulnerability.
 *
 *   APP="Google Chrome" npx tsx vulnerable-app-owners.ts
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Stream } from "effect"
import { Devices, Vulnerabilities } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const vulnerabilities = yield* Vulnerabilities
  const devices = yield* Devices
  const app = yield* Config.withDefault(Config.string("APP"), "Google Chrome")

  yield* vulnerabilities.detections({ filter: { name: { in: [app] } } }).pipe(
    Stream.mapEffect(
      (found) => Effect.map(devices.get(found.device_id), ({ user }) => ({ ...found, owner: user?.email ?? "nobody" })),
      { concurrency: 4 }
    ),
    Stream.runForEach(({ cve_id, cvss_severity, device_name, owner, version }) =>
      Console.log(`${owner}: ${device_name} has ${app} ${version}, ${cve_id} (${cvss_severity})`)
    )
  )
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
