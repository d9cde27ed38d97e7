import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Layer } from "effect"
import { SelfServiceCategories } from "effect-iru"
import { CommandConfigProvider, Iru } from "effect-iru/node"

// The command that prints the token. Here it is `printenv`, which runs on any Unix. In its place:
// macOS Keychain: ["security", "find-generic-password", "-w", "-s", "iru"]
// 1Password:      ["op", "read", "op://Private/Iru/token"]
const secrets = CommandConfigProvider.layer({ IRU_API_TOKEN: ["printenv", "IRU_API_TOKEN"] })

const program = Effect.gen(function* () {
  const categories = yield* (yield* SelfServiceCategories).list()
  yield* Console.log(categories.map((category) => category.name).join(", "))
})

program.pipe(Effect.provide(Iru.layerConfig().pipe(Layer.provide(secrets))), NodeRuntime.runMain)
