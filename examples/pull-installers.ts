/**
 * Pulls all installers of a tenant into a folder. What is there already, with the right sha256, is skipped.
 *
 *   FOLDER=installers IRU_TENANT_URL=… IRU_API_TOKEN=… npx tsx pull-installers.ts
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Stream } from "effect"
import { CustomApps } from "effect-iru"
import { Iru, ProgressBar } from "effect-iru/node"

const program = Effect.gen(function* () {
  const apps = yield* CustomApps
  const to = yield* Config.string("FOLDER")

  const failures = yield* apps.downloadAll(apps.stream(), { to, concurrency: 4, resume: true }).pipe(
    Stream.tap(({ app, outcome, path }) => Console.log(`${outcome} ${app.name}: ${path}`)),
    Stream.filter((result) => result.outcome === "failed"),
    Stream.tap(({ error }) => Console.log(error.message)),
    Stream.runCount
  )
  if (failures > 0) return yield* Effect.fail(`${failures} installers could not be downloaded.`)
})

const layers = [Iru.layerConfig(), ProgressBar.layer({ stream: process.stdout })] as const
program.pipe(Effect.provide(layers), NodeRuntime.runMain)
