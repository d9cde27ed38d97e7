import { ApiClientError } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type Handler, serve, type TestServer } from "./server.js"

export const token = "0ff1ce00-cafe-4bad-8bad-c0ffee000001"

/** Options for a tenant on loopback, without the pauses that a test need not wait for. */
export const tenantAt = (origin: string, options: Partial<Iru.Options> = {}): Iru.Options => ({
  tenantUrl: origin,
  apiToken: token,
  retry: { base: "1 millis" },
  transfer: { retryDelay: "1 millis" },
  ...options
})

/** Runs a program against a server that answers as `handler` says. What the program opens is closed after it. */
export const withTenant =
  (handler: Handler, options: Partial<Iru.Options> = {}) =>
  <A, E>(
    program: (
      server: TestServer
    ) => Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof Iru.layer>> | Scope.Scope>
  ) =>
    Effect.scoped(
      Effect.flatMap(serve(handler), (server) =>
        Effect.provide(program(server), Iru.layer(tenantAt(server.origin, options)))
      )
    )

/** What a type would not let through, as it comes from a program without types. */
export const untyped = <A>(fields: object) => fields as A

/** The fields that an error complains of, sorted. */
export const fieldsOf = (error: object): ReadonlyArray<string> =>
  error instanceof ApiClientError ? Object.keys(error.fieldErrors ?? {}).sort() : []
