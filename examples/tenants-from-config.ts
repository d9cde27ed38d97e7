import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

const production = Iru.layerConfig({ tenantUrl: Config.string("PROD_URL"), apiToken: Config.redacted("PROD_TOKEN") })
const test = Iru.layerConfig({ tenantUrl: Config.string("TEST_URL"), apiToken: Config.redacted("TEST_TOKEN") })

const countScripts = Effect.flatMap(CustomScripts, (scripts) => scripts.list()).pipe(
  Effect.flatMap(({ count }) => Console.log(`${count} scripts`))
)

Effect.all([Effect.provide(countScripts, production), Effect.provide(countScripts, test)]).pipe(NodeRuntime.runMain)
