import { Effect, ManagedRuntime, Stream } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

// Opens a session with the tenant and the token of the environment, at its first use.
const runtime = ManagedRuntime.make(Iru.layerConfig())

try {
  const scripts = await runtime.runPromise(CustomScripts)

  const created = await runtime.runPromise(
    scripts.create({ name: "Hello", execution_frequency: "once", script: "#!/bin/zsh\necho hello" })
  )
  console.log(`Created ${created.name}`)

  for await (const script of Stream.toAsyncIterable(scripts.stream())) {
    console.log(`${script.name}: ${script.execution_frequency}`)
  }

  await runtime.runPromise(scripts.delete(created.id))

  // A failure as a value: `left` is the error, `right` the answer.
  const found = await runtime.runPromise(Effect.either(scripts.get(created.id)))
  console.log(found._tag === "Left" ? found.left.reason : found.right.name)
} finally {
  await runtime.dispose()
}
