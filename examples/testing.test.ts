import { effect } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { type CustomScript, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Fault, Sandbox } from "effect-iru/sandbox"
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

/** The real client on a tenant of its own, in this process. Each test that provides it gets a new one. */
const Tenant = Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest()))

effect("with the sandbox: the whole way through HTTP, without a socket", () =>
  Effect.gen(function* () {
    const { state } = yield* Sandbox
    yield* state.customScripts.put({ name: "Setup", execution_frequency: "once" })
    yield* state.customScripts.put({ name: "Inventory", execution_frequency: "every_day" })
    expect(yield* namesOfDailyScripts).toEqual(["Inventory"])

    const requests = yield* Sandbox.requests
    expect(requests.map(({ method, path, status }) => [method, path, status])).toEqual([
      ["GET", "/api/v1/library/custom-scripts", 200]
    ])
  }).pipe(Effect.provide(Tenant))
)

effect("with the sandbox: what the program does when the service fails", () =>
  Effect.gen(function* () {
    yield* Sandbox.fault(Fault.forbidden({ path: "/api/v1/library/*" }))
    const error = yield* Effect.flip(namesOfDailyScripts)
    expect(error.reason).toBe("Forbidden")
  }).pipe(Effect.scoped, Effect.provide(Tenant))
)
