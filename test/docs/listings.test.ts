/** Checks the statements of docs/listings.md about long listings. */
import { scoped } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { ApiClient, CustomScript, CustomScripts, type Operation } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as operations from "effect-iru/operations"
import { Sandbox } from "effect-iru/sandbox"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"

const tenant = Layer.unwrapEffect(
  Effect.map(Sandbox, ({ apiToken, tenantUrl }) => Iru.layer({ tenantUrl, apiToken, pace: { perSecond: 1000 } }))
).pipe(Layer.provideMerge(Sandbox.layer()))

const root = "/api/v1/library/custom-scripts"
const names = Array.from({ length: 40 }, (_, index) => `Script ${index}`)
const makeScripts = Effect.flatMap(CustomScripts, (scripts) =>
  Effect.forEach(names, (name) => scripts.create({ name, execution_frequency: "once", script: "true" }))
)
const pagesRead = Effect.map(
  Sandbox.requests,
  (requests) => requests.filter(({ method, path }) => method === "GET" && path === root).length
)

scoped("a listing starts at an offset, and does not read the records before it", () =>
  Effect.gen(function* () {
    const made = yield* makeScripts
    const client = yield* ApiClient
    const rest = yield* client.pages(root, CustomScript, { pageSize: 10, query: { offset: 25 } }).pipe(
      Stream.mapConcat((page) => page.results),
      Stream.runCollect
    )
    const whole = yield* (yield* CustomScripts).list()
    expect([...rest]).toEqual(whole.results.slice(25))
    expect(whole.results).toHaveLength(made.length)
  }).pipe(Effect.provide(tenant))
)

scoped("a slow consumer stops the reading, even if several pages are read at once", () =>
  Effect.gen(function* () {
    yield* makeScripts
    const scripts = yield* CustomScripts
    const busy = yield* Deferred.make<void>()
    const goOn = yield* Deferred.make<void>()
    const reading = yield* scripts.stream({ pageSize: 1, concurrency: 4 }).pipe(
      Stream.mapEffect(() => Effect.zipRight(Deferred.succeed(busy, undefined), Deferred.await(goOn)), {
        concurrency: 8
      }),
      Stream.runCount,
      Effect.fork
    )
    yield* Deferred.await(busy)
    let before = -1
    while (before !== (yield* pagesRead)) {
      before = yield* pagesRead
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 200)))
    }
    expect(before).toBeLessThan(names.length)
    yield* Deferred.succeed(goOn, undefined)
    expect(yield* Fiber.join(reading)).toBe(names.length)
  }).pipe(Effect.provide(tenant))
)

test("the page names the listings that are read page by page, whatever the concurrency", () => {
  const all: ReadonlyArray<Operation.Any> = Object.values(operations).flatMap((group) => Object.values(group))
  const first = { records: [1], total: 10, next: { offset: "1" } }
  const onePerTurn = all.flatMap((operation) =>
    operation._tag === "Listing" && operation.pages.plan(first) === undefined
      ? [operation.name.replace(/^Prism\..*/, "Prism")]
      : []
  )
  const [, item = ""] = readFileSync("docs/listings.md", "utf8").split(
    "**Some listings are always read page by page.**"
  )
  const named = [...(item.split("- **")[0] ?? "").matchAll(/`([A-Z]\w+(?:\.\w+)?)`/g)].map(([, name]) => name)
  expect(named.sort()).toEqual([...new Set(onePerTurn)].sort())
})
