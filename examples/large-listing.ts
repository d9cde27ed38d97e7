import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Ref, Stream } from "effect"
import { ApiClient, CustomScript, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

/** Checks one record. In your program, this may take long. */
const isSigned = (script: CustomScript) => Effect.succeed(script.script.includes("# signed:"))

// Requests four pages at the same time and checks eight records at the same time. The results keep the server's order.
// While the checks are slow, no further page is requested.
const countUnsigned = Effect.gen(function* () {
  const scripts = yield* CustomScripts
  return yield* scripts.stream({ concurrency: 4 }).pipe(
    Stream.mapEffect(isSigned, { concurrency: 8 }),
    Stream.filter((signed) => !signed),
    Stream.runCount
  )
})

/** Continues where an earlier run stopped. `done` is the number of records in the pages that are done. */
const continueFrom = (done: Ref.Ref<number>) =>
  Effect.gen(function* () {
    const client = yield* ApiClient
    const offset = yield* Ref.get(done)
    yield* client
      .pages("/api/v1/library/custom-scripts", CustomScript, { query: { offset } })
      .pipe(
        Stream.runForEach((page) =>
          Effect.forEach(page.results, isSigned, { discard: true }).pipe(
            Effect.zipRight(Ref.update(done, (before) => before + page.results.length))
          )
        )
      )
  })

const program = Effect.gen(function* () {
  yield* Console.log(`${yield* countUnsigned} scripts are not signed`)
  const done = yield* Ref.make(0) // in your program: a file or a table, which is still there after a restart
  yield* continueFrom(done)
  yield* Console.log(`${yield* Ref.get(done)} scripts in all`)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
