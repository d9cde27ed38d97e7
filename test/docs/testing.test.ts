/** Checks the statements of docs/testing.md about the clock. */
import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import { expect } from "vitest"

const Test = Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest()))

effect("a program that sends many requests does not wait for a TestClock that stands still", () =>
  Effect.gen(function* () {
    const scripts = yield* CustomScripts
    yield* Effect.forEach(Array.from({ length: 120 }), () => scripts.list(), { discard: true })
    expect(yield* Sandbox.requests).toHaveLength(120)
  }).pipe(Effect.provide(Test))
)
