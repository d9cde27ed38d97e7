/** A transfer as a stream of how far it is, and its bytes as a stream that is verified. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, Stream } from "effect"
import { CustomApps, Progress } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const apps = yield* CustomApps
  const folder = yield* Config.string("FOLDER")
  const app = yield* Effect.flatten(Stream.runHead(apps.stream()))

  // A slow reader misses events and never slows the transfer. The last event has the result.
  yield* Progress.stream((options) => apps.download(app, { to: `${folder}/`, resume: true, ...options })).pipe(
    Stream.runForEach((event) =>
      event.phase === "done"
        ? Console.log(`${event.result.path}, sha256 ${event.result.sha256}`)
        : Console.log(`${event.phase} ${event.name}: ${event.bytes} of ${event.total ?? "?"} bytes`)
    )
  )

  // For anything but a file. The last bytes come only when size and sha256 hold.
  const bytes = yield* Stream.runFold(apps.installer(app), 0, (sum, piece) => sum + piece.length)
  yield* Console.log(`${bytes} bytes, verified on the way`)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
