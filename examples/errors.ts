import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import { catchReason, CustomApps, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const scripts = yield* CustomScripts
  const apps = yield* CustomApps

  // One reason. Every other failure passes.
  const script = yield* scripts
    .get("00000000-0000-0000-0000-000000000000")
    .pipe(catchReason("NotFound", () => Effect.succeed(undefined)))
  yield* Console.log(script === undefined ? "There is no such script." : script.name)

  // By tag: the API's failures, storage's, and an installer that is not the one announced.
  yield* apps
    .create({
      name: "Firefox",
      install_type: "package",
      install_enforcement: "install_once",
      installer: { path: "does-not-exist.pkg" }
    })
    .pipe(
      Effect.catchTags({
        ApiClientError: (error) => Console.log(`${error.reason}: ${error.message}`),
        PayloadTransferError: (error) => Console.log(`${error.reason}: ${error.message}`),
        PayloadIntegrityError: (error) => Console.log(error.message)
      })
    )
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
