/**
 * Runs a program against the tenant of the benchmarks, without a rate limit.
 */
import { Iru } from "../../dist/node/index.js"
import * as Effect from "effect/Effect"

export const run = (program) =>
  Effect.runPromise(
    Effect.provide(
      program,
      Iru.layer({
        tenantUrl: process.env.TENANT ?? "",
        apiToken: "0ff1ce00-cafe-4bad-8bad-c0ffee000001",
        pace: { perSecond: Infinity, perHour: Infinity }
      })
    )
  )
