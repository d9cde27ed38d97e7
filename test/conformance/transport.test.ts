import { effect, scoped } from "@effect/vitest"
import { ApiClient, Blueprints } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { describe, expect } from "vitest"
import { blueprintId, scriptId } from "../support/records.js"
import { serve } from "../support/server.js"
import { tenantAt, withTenant } from "../support/tenant.js"

const path = "/api/v1/devices"
const anything = Schema.Unknown
const noCi = Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))

describe("transport", () => {
  scoped("HTTP-1: a call after the session's scope has closed fails with ApiClientError, and nothing is sent", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => ({ body: [] }))
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Iru.layer(tenantAt(server.origin)), scope)
      yield* Scope.close(scope, Exit.void)
      const client = yield* Effect.provide(ApiClient, context)
      const error = yield* Effect.flip(client.get(path, anything))
      expect(error._tag).toBe("ApiClientError")
      expect(error.reason).toBe("SessionClosed")
      expect(server.received).toEqual([])
    })
  )

  /** One request of each kind. */
  const eachMethod = (query: Readonly<Record<string, string>>) =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      yield* client.get(path, anything, { query })
      yield* client.post(path, anything, { query })
      yield* client.patch(path, anything, { query })
      yield* client.delete(path, { query })
    })

  effect("HTTP-2: GET, POST, PATCH and DELETE send the source tag", () =>
    withTenant(() => ({ body: {} }))((server) =>
      Effect.gen(function* () {
        yield* eachMethod({})
        expect(server.received.map(({ method, search }) => [method, search])).toEqual(
          ["GET", "POST", "PATCH", "DELETE"].map((method) => [method, "?source=effect-iru"])
        )
      })
    ).pipe(noCi)
  )

  effect("HTTP-3: a caller's own parameters are sent, but the tag replaces the caller's source", () =>
    withTenant(() => ({ body: {} }))((server) =>
      Effect.gen(function* () {
        yield* eachMethod({ limit: "5", source: "somebody else", q: "a&b=c" })
        for (const { search } of server.received) {
          expect([...new URLSearchParams(search)].sort()).toEqual([
            ["limit", "5"],
            ["q", "a&b=c"],
            ["source", "effect-iru"]
          ])
        }
        expect(server.received).toHaveLength(4)
      })
    ).pipe(noCi)
  )

  for (const [row, value, tag] of [
    ["SRC-1: with CI=true", "true", "effect-iru-ci"],
    ["SRC-2: with CI present but empty", "", "effect-iru-ci"],
    ["SRC-3: without CI", undefined, "effect-iru"]
  ] as const) {
    effect(`${row} the source tag is ${tag}`, () =>
      withTenant(() => ({ body: {} }))((server) =>
        Effect.gen(function* () {
          yield* Effect.flatMap(ApiClient, (client) => client.get(path, anything))
          expect(server.received[0]?.search).toBe(`?source=${tag}`)
        })
      ).pipe(Effect.withConfigProvider(ConfigProvider.fromMap(new Map(value === undefined ? [] : [["CI", value]]))))
    )
  }
})

describe("failures that a caller expects, and others", () => {
  /** What is logged above debug level while a program runs, and the status of each call in its span. */
  const observed = <A, E, R>(program: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const loud: Array<unknown> = []
      const spans: Array<Tracer.Span> = []
      const logger = Logger.make(
        ({ logLevel, message }) => LogLevel.greaterThan(logLevel, LogLevel.Debug) && loud.push(message)
      )
      const tracer = yield* Effect.tracer
      const recording = Tracer.make({
        span: (...about) => {
          const span = tracer.span(...about)
          spans.push(span)
          return span
        },
        context: (run, fiber) => tracer.context(run, fiber)
      })
      yield* program.pipe(
        Effect.withTracer(recording),
        Logger.withMinimumLogLevel(LogLevel.All),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger))
      )
      const calls = spans.filter(({ name }) => name === "Blueprints.assign")
      return { loud, statuses: calls.map(({ attributes }) => attributes.get("http.response.status_code")) }
    })

  const assign = Effect.flatMap(Blueprints, (blueprints) =>
    blueprints.assign(blueprintId, { library_item_id: scriptId })
  )
  const refusing = (body: unknown) =>
    withTenant(({ method }) =>
      method === "POST" ? { status: 400, body } : { body: { count: 0, next: null, previous: null, results: [] } }
    )

  effect("HTTP-4 (improved: an expected failure is a result): an item that is assigned already is not a failure", () =>
    refusing(JSON.stringify("Library Item already exists on Blueprint"))(() =>
      Effect.gen(function* () {
        expect((yield* assign).status).toBe("already-assigned")
      })
    )
  )

  effect("HTTP-5 HTTP-6 (improved: the call's span shows it): an expected 400 is logged at debug level at most", () =>
    refusing(JSON.stringify("Library Item already exists on Blueprint"))(() =>
      Effect.gen(function* () {
        const { loud, statuses } = yield* observed(assign)
        expect(loud).toEqual([])
        expect(statuses[0]).toBe(400)
      })
    )
  )

  effect("HTTP-7: any other 400 is a failure", () =>
    refusing({ library_item_id: ["Enter a valid UUID."] })(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(assign)
        expect([error._tag, error.reason, error.status]).toEqual(["ApiClientError", "BadRequest", 400])
      })
    )
  )

  effect("HTTP-8 HTTP-9 (improved: the failure has both; nothing is logged, because the caller may expect it)", () =>
    refusing({ library_item_id: ["Enter a valid UUID."] })(() =>
      Effect.gen(function* () {
        const { loud, statuses } = yield* observed(
          Effect.gen(function* () {
            const error = yield* Effect.flip(assign)
            expect(error.status).toBe(400)
            expect(error.body).toBe('{"library_item_id":["Enter a valid UUID."]}')
            expect(error.message).toContain("library_item_id: Enter a valid UUID.")
          })
        )
        expect(loud).toEqual([])
        expect(statuses).toEqual([400])
      })
    )
  )
})
