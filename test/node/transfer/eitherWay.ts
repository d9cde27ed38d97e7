/**
 * Tests that run once for each way to storage.
 */
import { scopedLive } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Way } from "./support.js"

export const eitherWay = <A, E>(name: string, test: () => Effect.Effect<A, E, Scope.Scope>, timeout?: number) => {
  for (const way of ["node:http", "HttpClient"] as const) {
    scopedLive(`${name} (over ${way})`, () => Effect.provideService(test(), Way, way), timeout)
  }
}
