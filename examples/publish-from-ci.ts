/**
 * The last step of a build: creates or updates the app. It can run as often as you like: the installer is uploaded
 * only if the tenant has a different one.
 *
 *   INSTALLER=build/Agent.pkg IRU_TENANT_URL=… IRU_API_TOKEN=… npx tsx publish-from-ci.ts
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect } from "effect"
import { CustomApps } from "effect-iru"
import { Iru, ProgressBar } from "effect-iru/node"

const program = Effect.gen(function* () {
  const apps = yield* CustomApps
  const { app, status } = yield* apps.publish({
    name: "Agent",
    install_type: "package",
    install_enforcement: "continuously_enforce",
    audit_script: "#!/bin/zsh\ntest -d /Applications/Agent.app",
    installer: { path: yield* Config.string("INSTALLER") }
  })
  yield* Console.log(`${app.name} is ${status}: ${app.file_name}, sha256 ${app.sha256}`)
})

// ProgressBar draws bars on a terminal, and writes a line every few seconds into the log of a pipeline.
const layers = [Iru.layerConfig(), ProgressBar.layer({ stream: process.stdout })] as const
program.pipe(Effect.provide(layers), NodeRuntime.runMain)
