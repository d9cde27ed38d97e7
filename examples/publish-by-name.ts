import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import { CustomProfiles, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { fileURLToPath } from "node:url"

const asset = (name: string) => ({ path: fileURLToPath(new URL(`./assets/${name}`, import.meta.url)) })

const publish = Effect.gen(function* () {
  const profiles = yield* CustomProfiles
  const scripts = yield* CustomScripts
  const lock = yield* profiles.publish({
    name: "Screen lock",
    runs_on_mac: true,
    file: asset("screen-lock.mobileconfig")
  })
  const space = yield* scripts.publish({
    name: "Free disk space",
    execution_frequency: "every_day",
    script: asset("free-disk-space.sh")
  })
  yield* Console.log(`${lock.profile.name} is ${lock.status}, ${space.script.name} is ${space.status}`)
})

// The second time, nothing is sent, and no device installs the profile again.
Effect.zipRight(publish, publish).pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
