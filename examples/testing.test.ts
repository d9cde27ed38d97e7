import { effect } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { type CustomScript, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import { expect } from "vitest"

/** What we test: a program of our own. */
const namesOfDailyScripts = Effect.gen(function* () {
  const scripts = yield* CustomScripts
  return yield* scripts.stream().pipe(
    Stream.filter((script) => script.execution_frequency === "every_day"),
    Stream.map((script) => script.name),
    Stream.runCollect,
    Effect.map((names) => [...names])
  )
})

const script = (name: string, execution_frequency: CustomScript["execution_frequency"]): CustomScript => ({
  id: name,
  name,
  execution_frequency,
  active: true,
  restart: false,
  script: "#!/bin/zsh",
  remediation_script: "",
  show_in_self_service: false,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z"
})

effect("with a mock layer: only what the program calls is there", () =>
  Effect.gen(function* () {
    expect(yield* namesOfDailyScripts).toEqual(["Inventory"])
  }).pipe(
    Effect.provide(
      Layer.mock(CustomScripts, {
        stream: () => Stream.make(script("Setup", "once"), script("Inventory", "every_day"))
      })
    )
  )
)

effect("with the sandbox: the whole way, over HTTP", () => {
  const tenant = Layer.unwrapEffect(
    Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer({ tenantUrl, apiToken, allowLoopback: true }))
  )
  return Effect.gen(function* () {
    const scripts = yield* CustomScripts
    yield* scripts.create({ name: "Inventory", execution_frequency: "every_day", script: "#!/bin/zsh" })
    expect(yield* namesOfDailyScripts).toEqual(["Inventory"])
  }).pipe(Effect.provide(tenant), Effect.provide(Sandbox.layer()))
})
