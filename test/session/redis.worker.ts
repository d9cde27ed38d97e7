/**
 * One of several machines: sends a number of requests to a tenant and prints the results.
 */
import { ApiClient } from "effect-iru"
import { Iru } from "effect-iru/node"
import { RedisBudget } from "effect-iru/redis"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const setting = (name: string): string => process.env[name] ?? ""

const program = Effect.gen(function* () {
  const client = yield* ApiClient
  const calls = yield* Effect.forEach(
    Array.from({ length: Number(setting("CALLS")) }),
    () => Effect.either(client.get("/api/v1/anything", Schema.Unknown)),
    { concurrency: "unbounded" }
  )
  const refusals = calls.flatMap((call) =>
    Either.isLeft(call) ? [`${call.left.reason} ${call.left.retryAfter !== undefined}`] : []
  )
  console.log(JSON.stringify({ done: calls.length - refusals.length, refusals: [...new Set(refusals)] }))
})

program.pipe(
  Effect.provide(
    Iru.layer({
      tenantUrl: setting("TENANT"),
      apiToken: "0ff1ce00-cafe-4bad-8bad-c0ffee000001",
      pace: { perSecond: Number(setting("PER_SECOND")), perHour: Number(setting("PER_HOUR")) },
      retry: { maxWait: setting("MAX_WAIT") === "short" ? "3 seconds" : "5 minutes" }
    }).pipe(
      Layer.provide(RedisBudget.layer({ host: "127.0.0.1", port: Number(setting("REDIS_PORT")), timeout: "1 minute" }))
    )
  ),
  Effect.runPromise
)
