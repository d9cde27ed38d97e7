/** What an installer may be: a file, bytes, a stream whose size is known, or an object in a bucket of your own. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Stream } from "effect"
import { CustomApps, type Installer } from "effect-iru"
import { Iru } from "effect-iru/node"
import { S3Installers } from "effect-iru/s3"

const program = Effect.gen(function* () {
  const apps = yield* CustomApps
  const path = yield* Config.string("INSTALLER")
  const bucket = yield* Config.string("BUCKET")
  const hello = new TextEncoder().encode("hello")

  const installers: ReadonlyArray<Installer> = [
    { path },
    { path, name: "Agent 1.2.pkg" },
    { bytes: hello, name: "Hello.pkg" },
    { stream: Stream.make(hello, hello), size: 10, name: "HelloHello.pkg" },
    yield* S3Installers.source({ bucket, key: "builds/Agent.pkg" })
  ]
  for (const installer of installers) {
    const { app, status } = yield* apps.publish({
      name: "Agent",
      install_type: "package",
      install_enforcement: "install_once",
      installer
    })
    yield* Console.log(`${status}: ${app.file_name}, ${app.file_size} bytes`)
  }
})

program.pipe(Effect.provide([Iru.layerConfig(), S3Installers.layer()]), NodeRuntime.runMain)
