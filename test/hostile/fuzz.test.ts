/**
 * A small run of `npm run fuzz` that is the same every time.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { fuzz } from "../../scripts/fuzz.js"
import { expectNothingUnhandled } from "./support.js"

expectNothingUnhandled()

live(
  "2,000 random and mutated answers end every operation with a result or a typed error, never with a defect",
  () =>
    Effect.gen(function* () {
      const { findings, outcomes } = yield* fuzz(2_000, 20_240_115)
      expect(findings).toEqual([])
      // The answers led to each outcome: decoded, refused, not understood, and not received.
      expect(outcomes["Success"]).toBeGreaterThan(20)
      for (const reason of ["Decode", "BadRequest", "Unavailable", "UnexpectedStatus", "Transport"]) {
        expect(outcomes[`ApiClientError ${reason}`]).toBeGreaterThan(20)
      }
    }),
  120_000
)
