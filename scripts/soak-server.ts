/**
 * The sandbox of `npm run soak`, in its own process. It injects faults, and prints its state for each line on its
 * standard input.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { createInterface } from "node:readline"
import { Fault, Sandbox } from "../src/sandbox/index.js"

const [data] = process.argv.slice(2)

/** Only answers to reads are lost. After the lost answer to a write, its client could not know what to expect. */
const faults: ReadonlyArray<Fault.Fault> = [
  Fault.dropped({ target: "api", method: "GET" }),
  Fault.cut(10, { target: "api", method: "GET", path: "/api/v1/library/custom-scripts" }),
  { target: "api", respond: { status: 500, headers: { "x-injected": "yes" } } },
  { target: "api", respond: { status: 429, headers: { "x-injected": "yes", "retry-after": "1" } } },
  Fault.delayed("200 millis"),
  Fault.delayed("50 millis", { target: "storage" })
]

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.serve({ data, seed: { customScripts: 10_000, blueprints: 50, assignments: 10 } })
  let broken = 0
  let answered = 0
  yield* sandbox.events.pipe(
    Stream.runForEach(({ duration, note }) =>
      Effect.sync(() => {
        if (duration === undefined) return
        answered += 1
        if (note !== undefined && /drop|cutAfter/.test(note)) broken += 1
      })
    ),
    Effect.forkScoped
  )

  let turn = 0
  yield* Effect.suspend(() => sandbox.fault(faults[turn++ % faults.length] ?? {})).pipe(
    Effect.zipRight(Effect.sleep("100 millis")),
    Effect.scoped,
    Effect.repeat(Schedule.forever),
    Effect.forkScoped
  )

  createInterface({ input: process.stdin }).on("line", () => {
    globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    const handles = process.getActiveResourcesInfo().length
    console.log(JSON.stringify({ broken, answered, heapUsed, rss, handles }))
  })
  console.log(JSON.stringify({ tenantUrl: sandbox.tenantUrl, apiToken: sandbox.apiToken }))
  yield* Effect.never
})

await Effect.runPromise(Effect.scoped(program))
