import { HttpClient } from "@effect/platform"
import { effect } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream, TestClock } from "effect"
import { CustomApps, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Fault, Sandbox } from "effect-iru/sandbox"
import { expect } from "vitest"

/** The client of this library, with its own sandbox tenant in this process. */
const Tenant = (options?: Sandbox.TestOptions) =>
  Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest(options)))

effect("a seed fills a tenant with the same records every time", () =>
  Effect.gen(function* () {
    yield* Sandbox.seed({ customScripts: 10_000, blueprints: 50 }, { seed: 42 })
    const scripts = yield* CustomScripts
    expect(yield* Stream.runCount(scripts.stream())).toBe(10_000)
  }).pipe(Effect.provide(Tenant()))
)

effect("a test can add records and read them without the API", () =>
  Effect.gen(function* () {
    const { customScripts } = yield* Sandbox.state
    const { id } = yield* customScripts.put({ name: "Inventory", execution_frequency: "every_day" })
    yield* (yield* CustomScripts).update(id, { active: false })
    expect(yield* customScripts.get(id)).toMatchObject({ name: "Inventory", active: false })
  }).pipe(Effect.provide(Tenant()))
)

effect("a fault makes some requests fail, and the test sees all requests in order", () =>
  Effect.gen(function* () {
    yield* Sandbox.fault(Fault.rateLimited({ method: "GET", times: 2, retryAfter: 30 }))
    const scripts = yield* CustomScripts
    const listing = yield* Effect.fork(scripts.list())
    yield* TestClock.adjust("2 minutes") // TestClock moves the time forward, so the test does not wait.
    expect((yield* listing).count).toBe(0)
    expect((yield* Sandbox.requests).map(({ status }) => status)).toEqual([429, 429, 200])
  }).pipe(Effect.scoped, Effect.provide(Tenant()))
)

effect("a tenant can have the service's rate limits, or lower ones", () =>
  Effect.gen(function* () {
    const { quota } = yield* Sandbox.limits
    yield* (yield* CustomScripts).list()
    expect(yield* quota).toMatchObject({ perHour: 3, leftThisHour: 2 })
  }).pipe(Effect.provide(Tenant({ limits: { perHour: 3 } })))
)

effect("a download address expires after a quarter of an hour", () =>
  Effect.gen(function* () {
    const { customApps } = yield* Sandbox.state
    const { id } = yield* customApps.put({ name: "Firefox", installer: "the bytes of the installer" })
    const { file_url } = yield* (yield* CustomApps).get(id)
    const address = Redacted.value(yield* Effect.fromNullable(file_url))
    const download = Effect.flatMap(HttpClient.HttpClient, (client) => client.get(address))
    expect((yield* download).status).toBe(200)
    yield* TestClock.adjust("16 minutes")
    expect((yield* download).status).toBe(403)
  }).pipe(Effect.provide(Tenant()))
)
