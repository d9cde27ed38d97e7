/**
 * What one operation puts on the wire.
 */
import { Iru } from "effect-iru/node"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { type Handler, type Received, type Reply, serve } from "../support/server.js"
import { tenantAt, token } from "../support/tenant.js"

/** Everything that a program sends to a tenant that answers as told. It runs outside CI, with a tracer at work. */
export const sent = <A, E>(answers: Reply | Handler, program: Effect.Effect<A, E, Iru.Services>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const server = yield* serve(typeof answers === "function" ? answers : () => answers)
      yield* program.pipe(
        Effect.withSpan("the caller"),
        Effect.provide(Iru.layer(tenantAt(server.origin))),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))
      )
      return server.received
    })
  )

/** The headers of every request to the API: the token, what is accepted, and nothing that tells of the caller's traces. */
export const expectApiHeaders = ({ headers }: Received) => {
  expect(headers.authorization).toBe(`Bearer ${token}`)
  expect(headers.accept).toBe("application/json")
  expectUntraced(headers)
}

/** Nothing that tells of the caller's traces. */
export const expectUntraced = (headers: Received["headers"]) => {
  for (const name of ["traceparent", "tracestate", "b3", "x-b3-traceid"]) expect(headers[name]).toBeUndefined()
}

/** The request line, as it came. */
export const lineOf = ({ method, path, search }: Received): string => `${method} ${path}${search}`
