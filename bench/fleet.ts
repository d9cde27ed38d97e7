/**
 * Measures the start of a sandbox with different numbers of devices: `npm run bench:fleet`. Each start is a new
 * process, the sizes are measured in turn, and the results are medians of five starts.
 */
import { spawnSync } from "node:child_process"

const program = `
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
const devices = Number(process.argv[1])
const before = process.cpuUsage()
await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
  yield* Sandbox.serve(devices === 0 ? {} : { seed: { seed: 42, devices } })
  globalThis.gc()
  const { user, system } = process.cpuUsage(before)
  console.log(JSON.stringify({ cpu: (user + system) / 1000, heap: process.memoryUsage().heapUsed / 2 ** 20 }))
})))
`

const start = (devices: number): { readonly cpu: number; readonly heap: number } => {
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ["--expose-gc", "--input-type=module", "-e", program, String(devices)],
    { encoding: "utf8" }
  )
  if (stdout === "") throw new Error(stderr)
  return JSON.parse(stdout)
}

const median = (values: ReadonlyArray<number>): string =>
  (values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN).toFixed(1)

const sizes = [0, 400, 40_000]
const rounds = Array.from({ length: 5 }, () => sizes.map(start))

console.log("| devices | CPU of the start, ms | heap in use after it, MiB |")
console.log("| ------: | -------------------: | ------------------------: |")
for (const [place, devices] of sizes.entries()) {
  const found = rounds.flatMap((round) => round[place] ?? [])
  console.log(
    `| ${devices.toLocaleString("en")} | ${median(found.map(({ cpu }) => cpu))} | ${median(found.map(({ heap }) => heap))} |`
  )
}
