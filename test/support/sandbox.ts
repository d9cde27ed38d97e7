/**
 * Programs on a sandbox tenant.
 */
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { tenantAt } from "./tenant.js"

/** More than a test sends: under the test clock nobody waits for a turn. */
const pace = { perSecond: 100_000, perHour: 100_000_000 }

/** Runs a program on a tenant of its own. */
export const onSandbox =
  (options: Sandbox.Options = {}) =>
  <A, E, R>(program: Effect.Effect<A, E, R>) => {
    const session = Layer.unwrapEffect(
      Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer(tenantAt(tenantUrl, { apiToken, pace })))
    )
    return program.pipe(Effect.provide(session), Effect.provide(Sandbox.layer(options)))
  }

/** What a tenant was asked for beside reading, as `POST /path`; a form to storage as `POST storage`. */
export const writes = Effect.map(Sandbox.requests, (requests) =>
  requests
    .filter(({ method }) => method !== "GET")
    .map(({ method, path, target }) => (target === "storage" ? `${method} storage` : `${method} ${path}`))
)
