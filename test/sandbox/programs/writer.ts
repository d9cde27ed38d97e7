/** Writes numbered entries into a folder until it is killed, and says each number once it is on the disk. */
import * as Effect from "effect/Effect"
import { openFolder } from "../../../src/sandbox/tenant/disk.js"

const [, , folder = ""] = process.argv

await Effect.gen(function* () {
  const keeper = yield* openFolder(folder)
  const before = [...keeper.kept].map(([key]) => key)
  process.stdout.write(`${JSON.stringify(before.length)}\n`)
  for (let number = before.length / 2; ; number++) {
    // Two entries that belong together.
    yield* keeper.write([
      [`record/numbers/${number}`, { number, text: "x".repeat(500) }],
      [`record/squares/${number}`, { square: number * number }]
    ])
    process.stdout.write(`${number}\n`)
  }
}).pipe(Effect.scoped, Effect.runPromise)
