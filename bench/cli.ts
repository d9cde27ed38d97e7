/**
 * Measures the start of `iru` against an empty Node program, and a list of 10,000 scripts against the same in Python.
 * Whole processes are measured, in turn.
 */
import { spawn, spawnSync } from "node:child_process"
import { createInterface } from "node:readline"

const iru = "packages/cli/dist/iru.js"
const apiToken = "0ff1ce00-cafe-4bad-8bad-c0ffee000001"

const server = spawn(process.execPath, ["--import", "tsx", "bench/session/server.ts"], {
  stdio: ["pipe", "pipe", "inherit"],
  env: { ...process.env, SCRIPTS: "10000" }
})
const { value: origin = "" } = await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next()

const env = { ...process.env, IRU_TENANT_URL: origin, IRU_API_TOKEN: apiToken, XDG_CONFIG_HOME: "/nonexistent" }
const programs: Readonly<Record<string, () => ReturnType<typeof spawnSync>>> = {
  "an empty Node program": () => spawnSync(process.execPath, ["-e", ""], { env }),
  "iru --version": () => spawnSync(process.execPath, [iru, "--version"], { env }),
  "iru --help": () => spawnSync(process.execPath, [iru, "--help"], { env }),
  "iru scripts list": () => spawnSync(process.execPath, [iru, "scripts", "list"], { env, maxBuffer: 1e9 }),
  "Python's list": () => spawnSync("python3", ["bench/session/list.py"], { env, input: `${origin}\n` })
}
const times = new Map(Object.keys(programs).map((name) => [name, [] as Array<number>]))
for (let round = 0; round < 9; round++) {
  for (const [name, run] of Object.entries(programs)) {
    const start = performance.now()
    const { status, stderr } = run()
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${String(stderr)}`)
    times.get(name)?.push(performance.now() - start)
  }
}
for (const [name, all] of times) {
  console.log(`${name}: ${(all.toSorted((a, b) => a - b)[all.length >> 1] ?? NaN).toFixed(0)} ms`)
}
server.kill()
