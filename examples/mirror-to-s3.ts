/**
 * Mirrors all installers of a tenant to an S3 bucket, and leaves alone what is there with the same sha256. Region and
 * keys come from the environment, as with every AWS tool.
 *
 *   BUCKET=installers AWS_REGION=… IRU_TENANT_URL=… IRU_API_TOKEN=… npx tsx mirror-to-s3.ts
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Stream } from "effect"
import { type CustomApp, CustomApps } from "effect-iru"
import { Iru, ProgressBar } from "effect-iru/node"
import { S3Installers } from "effect-iru/s3"

const program = Effect.gen(function* () {
  const apps = yield* CustomApps
  const bucket = yield* Config.string("BUCKET")

  const mirror = (app: CustomApp) =>
    S3Installers.archive(app, { bucket, key: `iru/${app.id}/${app.file_name}` }).pipe(
      Effect.map(({ key, status }) => `${status} s3://${bucket}/${key}`),
      Effect.catchAll((error) => Effect.succeed(`failed ${app.name}: ${error.message}`))
    )
  yield* apps.stream().pipe(
    Stream.mapEffect(mirror, { concurrency: 2, unordered: true }),
    Stream.runForEach((line) => Console.log(line))
  )
})

const layers = [Iru.layerConfig(), S3Installers.layer(), ProgressBar.layer({ stream: process.stdout })] as const
program.pipe(Effect.provide(layers), NodeRuntime.runMain)
