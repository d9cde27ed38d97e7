/**
 * A small run of `npm run fuzz`, the same one every time.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { fuzz } from "../../scripts/fuzz.js"
import { expectNothingUnhandled } from "./support.js"

expectNothingUnhandled()

live(
  "2,000 random and mutated answers through every operation end as results and typed errors, never as a defect",
  () =>
    Effect.gen(function* () {
      const { findings, outcomes } = yield* fuzz(2_000, 20_240_115)
      expect(findings).toEqual([])
      // They reached every part: what is decoded, what is refused, what is not understood, and what never came.
      expect(outcomes["Success"]).toBeGreaterThan(20)
      for (const reason of ["Decode", "BadRequest", "Unavailable", "UnexpectedStatus", "Transport"]) {
        expect(outcomes[`ApiClientError ${reason}`]).toBeGreaterThan(20)
      }
    }),
  120_000
)
