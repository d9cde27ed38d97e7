import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

// What is left out has its default name: in your program, PROD_URL and TEST_URL beside their tokens.
const production = Iru.layerConfig({ apiToken: Config.redacted("IRU_API_TOKEN") })
const test = Iru.layerConfig({ tenantUrl: Config.string("IRU_TENANT_URL"), apiToken: Config.redacted("IRU_API_TOKEN") })

const countScripts = Effect.flatMap(CustomScripts, (scripts) => scripts.list()).pipe(
  Effect.flatMap(({ count }) => Console.log(`${count} scripts`))
)

Effect.all([Effect.provide(countScripts, production), Effect.provide(countScripts, test)]).pipe(NodeRuntime.runMain)
