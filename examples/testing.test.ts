import { effect } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Fault, Sandbox } from "effect-iru/sandbox"
import { Example } from "effect-iru/testing"
import { expect } from "vitest"

/** The program under test. */
const namesOfDailyScripts = Effect.gen(function* () {
  const scripts = yield* CustomScripts
  return yield* scripts.stream().pipe(
    Stream.filter((script) => script.execution_frequency === "every_day"),
    Stream.map((script) => script.name),
    Stream.runCollect,
    Effect.map((names) => [...names])
  )
})

effect("with a mock, the test makes the records", () =>
  Effect.gen(function* () {
    expect(yield* namesOfDailyScripts).toEqual(["Inventory"])
  }).pipe(
    Effect.provide(
      Layer.mock(CustomScripts, {
        stream: () =>
          Stream.make(
            Example.customScript({ name: "Setup" }),
            Example.customScript({ name: "Inventory", execution_frequency: "every_day" })
          )
      })
    )
  )
)

/** All services over a sandbox tenant in this process. Each test that provides it gets a new, empty tenant. */
const Test = Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest()))

effect("with the sandbox, the client sends real requests and the service's rules apply", () =>
  Effect.gen(function* () {
    const scripts = yield* CustomScripts
    yield* scripts.create({ name: "Inventory", execution_frequency: "every_day", script: "#!/bin/zsh" })
    yield* scripts.create({ name: "Setup", execution_frequency: "once", script: "#!/bin/zsh" })

    expect(yield* namesOfDailyScripts).toEqual(["Inventory"])

    const requests = yield* Sandbox.requests
    expect(requests.map(({ method, status }) => `${method} ${status}`)).toEqual(["POST 201", "POST 201", "GET 200"])
  }).pipe(Effect.provide(Test))
)

effect("with a fault, the program reports a token without permission", () =>
  Effect.gen(function* () {
    yield* Sandbox.fault(Fault.forbidden())

    const error = yield* Effect.flip(namesOfDailyScripts)

    expect(error.reason).toBe("Forbidden")
  }).pipe(Effect.scoped, Effect.provide(Test))
)
