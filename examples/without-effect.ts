import { ManagedRuntime, Stream } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

// One runtime holds the session. Promises and async iteration do the rest.
const runtime = ManagedRuntime.make(Iru.layerConfig())

const scripts = await runtime.runPromise(CustomScripts)

const created = await runtime.runPromise(
  scripts.create({ name: "Hello", execution_frequency: "once", script: "#!/bin/zsh\necho hello" })
)
console.log(`Created ${created.name}`)

for await (const script of Stream.toAsyncIterable(scripts.stream())) {
  console.log(`${script.name}: ${script.execution_frequency}`)
}

await runtime.runPromise(scripts.delete(created.id))
await runtime.dispose()
