/**
 * Rules that hold for every operation of the API.
 */
import { effect } from "@effect/vitest"
import { ApiClient, type ApiClientError, type Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { lastRequest } from "../support/server.js"
import { withTenant } from "../support/tenant.js"
import { type Recorded, recording } from "../support/tracer.js"
import { bodiesOf, queries } from "./arguments.js"

const all: ReadonlyArray<Operation.Any> = Object.values(operations).flatMap((group) => Object.values(group))

test("there are 131 operations, each with its known method, path, name and kind", () => {
  const known = readFileSync(new URL("operations.txt", import.meta.url), "utf8")
    .trim()
    .split("\n")
  expect(known).toHaveLength(131)
  expect(all.map(({ kind, method, name, template }) => `${method} ${template} ${name} ${kind}`).sort()).toEqual(known)
})

type Run = (...args: ReadonlyArray<unknown>) => Effect.Effect<unknown, ApiClientError>

/** Calls an operation with arguments of any type. Reads a listing to its end. */
const runOf =
  (client: ApiClient.Service, operation: Operation.Any): Run =>
  (...args) =>
    operation._tag === "Operation"
      ? Reflect.apply(client.call(operation), undefined, args)
      : Stream.runDrain(Reflect.apply(client.listing(operation).stream, undefined, args))

const idsOf = ({ ids }: Operation.Any) => ids.map((_, index) => `id-${index}`)
const options = { pace: { perSecond: Infinity, perHour: Infinity }, retry: { times: 0 } }
const unknown = { surely_no_field: 1 }

describe.each(all.map((operation) => [operation.name, operation] as const))("%s", (name, operation) => {
  effect("refuses an unknown argument before it sends a request", () =>
    withTenant(
      () => ({ status: 204 }),
      options
    )((server) =>
      Effect.gen(function* () {
        const run = runOf(yield* ApiClient, operation)
        const places = [operation.body, operation.query ?? (operation._tag === "Listing" ? {} : undefined)]
        const takes = places.flatMap((place, index) => (place === undefined ? [] : [index]))
        for (const place of takes) {
          const args = takes.map((other) => (other === place ? unknown : {}))
          const error = yield* Effect.flip(run(...idsOf(operation), ...args))
          expect(error).toMatchObject({ reason: "InvalidArgument", operation: name })
          expect(error.fieldErrors).toHaveProperty("surely_no_field")
        }
        if (takes.length === 0) {
          const error = yield* Effect.flip(run(...idsOf(operation), unknown))
          expect(error).toMatchObject({ reason: "InvalidArgument", operation: name })
        }
        expect(server.received).toHaveLength(0)
      })
    )
  )

  if (operation.ids.length > 0) {
    test("keeps any id within its segment of the path", () => {
      FastCheck.assert(
        FastCheck.property(
          FastCheck.array(
            FastCheck.oneof(
              FastCheck.string({ unit: "binary" }),
              FastCheck.constantFrom("..", ".", "a/b", "%2e%2e", "?x=1", "#")
            ),
            {
              minLength: operation.ids.length,
              maxLength: operation.ids.length
            }
          ),
          (ids) => {
            const encoded: ReturnType<typeof operation.encode> = Reflect.apply(operation.encode, undefined, ids)
            if (encoded._tag === "Left") return
            const { pathname } = new URL(`https://tenant.invalid${encoded.right.path}`)
            const parts = operation.template.split("/")
            const segments = pathname.split("/")
            expect(segments).toHaveLength(parts.length)
            parts.forEach((part, at) => {
              if (!part.startsWith("{")) expect(segments[at]).toBe(part)
            })
          }
        ),
        { numRuns: 50 }
      )
    })

    effect("names the id that is not valid", () =>
      withTenant(
        () => ({ status: 204 }),
        options
      )((server) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(runOf(yield* ApiClient, operation)(...operation.ids.map(() => "..")))
          expect(Object.keys(error.fieldErrors ?? {})).toEqual(expect.arrayContaining([...operation.ids]))
          expect(server.received).toHaveLength(0)
        })
      )
    )
  }
})

effect("each operation has its own name and the names of its ids in its span", () => {
  const spans: Array<Recorded> = []
  const bodies = bodiesOf("1", "2", { app: "3", inHouse: "4" })
  return withTenant(
    () => ({ status: 404 }),
    options
  )((server) =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      for (const operation of all) {
        spans.length = 0
        const args = [bodies[operation.name], queries[operation.name]].filter((argument) => argument !== undefined)
        const call = runOf(client, operation)(...idsOf(operation), ...args)
        yield* Effect.exit(Effect.withTracer(call, recording(spans)))
        expect(spans[0]).toMatchObject({ name: operation.name, attributes: { "url.template": operation.template } })
        expect(lastRequest(server)).toMatchObject({
          method: operation.method,
          path: operation.ids.reduce((path, id, at) => path.replace(`{${id}}`, `id-${at}`), operation.template)
        })
      }
      expect(server.received).toHaveLength(131)
    })
  )
})
