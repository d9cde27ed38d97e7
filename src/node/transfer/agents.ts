/**
 * The connections to storage.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Agent as PlainAgent } from "node:http"
import { Agent as TlsAgent } from "node:https"

export interface Agents {
  readonly http: (url: URL) => PlainAgent
  readonly https: (url: URL) => TlsAgent
}

/** Makes agents that keep connections alive, and close them with the scope. */
export const makeAgents: Effect.Effect<Agents, never, Scope.Scope> = Effect.gen(function* () {
  const close = (agent: PlainAgent) => Effect.sync(() => agent.destroy())
  const plain = yield* Effect.acquireRelease(
    Effect.sync(() => new PlainAgent({ keepAlive: true })),
    close
  )
  const tls = yield* Effect.acquireRelease(
    Effect.sync(() => new TlsAgent({ keepAlive: true })),
    close
  )
  return { http: () => plain, https: () => tls }
})
