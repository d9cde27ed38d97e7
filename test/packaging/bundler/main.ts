import { type CustomScript, CustomScripts, IruServices as Core } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const tenant = Layer.unwrapEffect(Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer({ tenantUrl, apiToken })))

const program: Effect.Effect<CustomScript, unknown, CustomScripts> = Effect.flatMap(CustomScripts, (scripts) =>
  scripts.create({ name: "From a bundler", execution_frequency: "once", script: "true" })
)

const script = await program.pipe(Effect.provide(tenant), Effect.provide(Sandbox.layer()), Effect.runPromise)
console.log(`${script.name}, ${typeof Core.layer}`)
