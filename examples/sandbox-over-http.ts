/**
 * A tenant over HTTP, for a client that is not of this library: here `fetch`.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import { Fault, Sandbox } from "effect-iru/sandbox"

const program = Effect.gen(function* () {
  const { apiToken, fault, requests, tenantUrl } = yield* Sandbox.serve({ seed: 42, limits: true })

  const get = Effect.tryPromise(() =>
    fetch(`${tenantUrl}/api/v1/blueprints?limit=1`, { headers: { authorization: `Bearer ${apiToken}` } })
  )
  const answer = yield* get
  yield* Console.log(answer.status, answer.headers.get("x-ratelimit-remaining-hour"))

  yield* fault(Fault.status(500, { path: "/api/v1/blueprints" }))
  yield* Console.log((yield* get).status, (yield* get).status)

  for (const { duration, method, path, status } of yield* requests) {
    yield* Console.log(method, path, status, `${duration} ms`)
  }
})

program.pipe(Effect.scoped, NodeRuntime.runMain)
