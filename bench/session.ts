/**
 * Measures the cost of a session against the least possible work. The two sides of a ratio are measured in turn, in the
 * same run.
 * `npm run bench:session`, or some of its parts: `npm run bench:session -- gets fleet`
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { CustomScripts, Devices, Prism } from "effect-iru"
import { Iru } from "effect-iru/node"
import { RedisBudget } from "effect-iru/redis"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { createServer, type AddressInfo } from "node:net"
import { createInterface } from "node:readline"

const apiToken = "0ff1ce00-cafe-4bad-8bad-c0ffee000001"
const id = "00000000-0000-4000-8000-000000000001"
const unpaced = { pace: { perSecond: Infinity, perHour: Infinity } }
const rows: Array<Record<string, string>> = []
const report = (what: string, ours: string, beside: string, ratio: string) => {
  rows.push({ what, ours, beside, ratio })
  console.log(`${what}: ${ours} | ${beside} | ${ratio}`)
}
const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
const fixed = (value: number, digits = 0) => value.toFixed(digits)

/** Starts a child process that answers each line with a line. */
const conversation = (command: string, args: ReadonlyArray<string>, env: Record<string, string> = {}) => {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => String((await lines.next()).value)
  return {
    next,
    ask: (line: string) => {
      child.stdin.write(`${line}\n`)
      return next()
    },
    end: () => void child.kill()
  }
}

const server = (env: Record<string, string> = {}) =>
  conversation(process.execPath, ["--import", "tsx", "bench/session/server.ts"], env)

const optionsFor = (tenantUrl: string) => ({ tenantUrl, apiToken, ...unpaced })

const withTenant = async <A>(
  layer: Layer.Layer<Iru.Services, ConfigError.ConfigError>,
  use: (run: <B, E>(effect: Effect.Effect<B, E, Iru.Services>) => Promise<B>) => Promise<A>
): Promise<A> =>
  Effect.flatMap(Effect.runtime<Iru.Services>(), (runtime) =>
    Effect.promise(() => use(Runtime.runPromise(runtime)))
  ).pipe(Effect.provide(layer), Effect.runPromise)

const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const { system, user } = process.cpuUsage(before)
  return system + user
}
const timeOf = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const gets = async (): Promise<void> => {
  const tenant = server()
  const origin = await tenant.next()
  const agent = new Undici.Agent({ connections: 32 })
  const raw = async () => {
    const path = `/api/v1/library/custom-scripts/${id}?source=bench`
    const headers = { authorization: `Bearer ${apiToken}`, accept: "application/json" }
    const { body } = await agent.request({ origin, path, method: "GET", headers })
    JSON.parse(await body.text())
  }
  await withTenant(Iru.layer({ ...optionsFor(origin), connections: 32 }), async (run) => {
    const get = Effect.flatMap(CustomScripts, (scripts) => scripts.get(id))
    for (const [what, concurrency] of [
      ["1,000 gets, one after the other", 1],
      ["1,000 gets, 32 at once", 32]
    ] as const) {
      const ours: Array<number> = []
      const bare: Array<number> = []
      for (let round = 0; round < 10; round++) {
        let left = 1_000
        const worker = async () => {
          while (left-- > 0) await raw()
        }
        bare.push(await cpuOf(() => Promise.all(Array.from({ length: concurrency }, worker))))
        ours.push(await cpuOf(() => run(Effect.replicateEffect(get, 1_000, { concurrency, discard: true }))))
      }
      const [mine, theirs] = [median(ours.slice(4)) / 1_000, median(bare.slice(4)) / 1_000]
      report(
        `${what}: CPU of a get`,
        `${fixed(mine)} µs`,
        `undici and JSON.parse: ${fixed(theirs)} µs`,
        `${fixed(mine / theirs, 1)} times the CPU`
      )
    }
  })
  const platform = Iru.layerHttpClient(optionsFor(origin)).pipe(Layer.provide(NodeHttpClient.layerUndici))
  await withTenant(platform, async (run) => {
    const get = Effect.flatMap(CustomScripts, (scripts) => scripts.get(id))
    const seen: Array<number> = []
    for (let round = 0; round < 10; round++) {
      seen.push(await cpuOf(() => run(Effect.replicateEffect(get, 1_000, { discard: true }))))
    }
    const cpu = fixed(median(seen.slice(4)) / 1_000)
    report("1,000 gets over the platform's HttpClient: CPU of a get", `${cpu} µs`, "", "")
  })
  await agent.close()
  tenant.end()
}

const listings = async (): Promise<void> => {
  const python = conversation("python3", ["bench/session/list.py"])
  const peer = `Python (requests, ${await python.next()}), page by page`
  for (const delay of [0, 50]) {
    const tenant = server({ SCRIPTS: "10000", DELAY: String(delay) })
    const origin = await tenant.next()
    await withTenant(Iru.layer(optionsFor(origin)), async (run) => {
      const times: Record<"list" | "serial" | "python", Array<number>> = { list: [], serial: [], python: [] }
      const list = (concurrency?: number) =>
        run(Effect.flatMap(CustomScripts, (scripts) => scripts.list({ concurrency })))
      for (let round = 0; round < 11; round++) {
        times.list.push(await timeOf(() => list()))
        times.serial.push(await timeOf(() => list(1)))
        times.python.push((JSON.parse(await python.ask(origin)) as { readonly ms: number }).ms)
      }
      const [ours, serial, theirs] = [times.list, times.serial, times.python].map((each) => median(each.slice(6)))
      const what = `10,000 custom scripts in 34 pages, ${delay} ms a request`
      for (const [name, other = NaN] of [
        [peer, theirs],
        ["effect-iru, page by page", serial]
      ] as const) {
        report(
          what,
          `${fixed(ours ?? NaN)} ms`,
          `${name}: ${fixed(other)} ms`,
          `${fixed(other / (ours ?? NaN), 1)} times as fast`
        )
      }
    })
    if (delay === 0) {
      const once: Record<"ours" | "python", Array<number>> = { ours: [], python: [] }
      const env = { ...process.env, TENANT: origin }
      for (let round = 0; round < 5; round++) {
        once.ours.push(await timeOf(async () => execFileSync(process.execPath, ["bench/session/list.mjs"], { env })))
        once.python.push(
          await timeOf(async () => execFileSync("python3", ["bench/session/list.py"], { input: `${origin}\n` }))
        )
      }
      const [ours, theirs] = [median(once.ours), median(once.python)]
      report(
        "the same with 0 ms, in a new process that lists once",
        `${fixed(ours)} ms`,
        `Python: ${fixed(theirs)} ms`,
        `${fixed(theirs / ours, 1)} times as fast`
      )
    }
    tenant.end()
  }
  python.end()
}

/** Two listings of a fleet: devices are a plain array paged by `offset`, Prism is paged by `cursor`. */
const fleet = async (): Promise<void> => {
  const tenant = server({ FLEET: "40000" })
  const origin = await tenant.next()
  const agent = new Undici.Agent({ connections: 1 })
  const headers = { authorization: `Bearer ${apiToken}`, accept: "application/json" }
  const read = async (path: string): Promise<unknown> => {
    const { body } = await agent.request({ origin, path: `/api/v1${path}&source=bench`, method: "GET", headers })
    return JSON.parse(await body.text())
  }
  const bareDevices = async () => {
    let size = 300
    for (let offset = 0; size === 300; offset += 300) {
      size = ((await read(`/devices?limit=300&offset=${offset}`)) as ReadonlyArray<unknown>).length
    }
  }
  const bareRows = async () => {
    let cursor: string | null = ""
    while (cursor !== null) {
      const page = (await read(`/prism/filevault?limit=300&cursor=${cursor}`)) as { readonly cursor: string | null }
      cursor = page.cursor
    }
  }
  await withTenant(Iru.layer(optionsFor(origin)), async (run) => {
    const devices = Effect.flatMap(Devices, (devices) => Stream.runDrain(devices.stream()))
    const rows = Effect.flatMap(Prism, (prism) => Stream.runDrain(prism.fileVault()))
    for (const [what, listing, bare] of [
      ["40,000 devices streamed (pages by offset): CPU of a device", devices, bareDevices],
      ["40,000 rows of Prism streamed (pages by cursor): CPU of a row", rows, bareRows]
    ] as const) {
      const [ours, theirs]: [Array<number>, Array<number>] = [[], []]
      for (let round = 0; round < 9; round++) {
        theirs.push(await cpuOf(bare))
        ours.push(await cpuOf(() => run(listing)))
      }
      const [mine, limit] = [median(ours.slice(2)) / 40_000, median(theirs.slice(2)) / 40_000]
      report(
        what,
        `${fixed(mine, 1)} µs`,
        `undici and JSON.parse: ${fixed(limit, 1)} µs`,
        `${fixed(mine / limit, 1)} times the CPU`
      )
    }
  })
  await agent.close()
  tenant.end()
}

const streams = async (): Promise<void> => {
  const peak = (code: string) =>
    fixed(Number(execFileSync(process.execPath, ["--input-type=module", "--eval", code])) / 1024)
  const print = "; console.log(process.resourceUsage().maxRSS)"
  report(
    "the import alone: peak RSS",
    `${peak(`import "./dist/node/index.js"${print}`)} MiB`,
    `import "effect" alone: ${peak(`import "effect"${print}`)} MiB`,
    `Node itself: ${peak(print)} MiB`
  )
  const bareRows = `
    import "./dist/node/index.js"
    import { request } from "undici"
    let path = "/api/v1/rows?limit=1000"
    while (path) {
      const { body } = await request(new URL(path, process.env.TENANT))
      path = JSON.parse(await body.text()).next
    }
    process.stdout.write(String(process.resourceUsage().maxRSS / 1024))
    process.exit()`
  for (const [count, ...flags] of [[250_000], [1_000_000], [1_000_000, "--optimize-for-size"]] as const) {
    const tenant = server({ ROWS: String(count) })
    const TENANT = await tenant.next()
    const child = conversation(process.execPath, [...flags, "bench/session/rows.mjs"], { TENANT })
    const { mib, ms, rows } = JSON.parse(await child.next()) as Record<"mib" | "ms" | "rows", number>
    report(
      [`${rows.toLocaleString("en")} rows streamed`, ...flags].join(", "),
      `${fixed(ms / 1_000, 1)} s`,
      `peak RSS ${fixed(mib)} MiB`,
      `${fixed((ms / rows) * 1_000, 1)} µs a row`
    )
    const env = { ...process.env, TENANT }
    const bare = execFileSync(process.execPath, [...flags, "--input-type=module", "--eval", bareRows], { env })
    report("the same pages with undici and JSON.parse", "", `peak RSS ${fixed(Number(bare))} MiB`, "")
    tenant.end()
  }
}

const starts = async (): Promise<void> => {
  const tenant = server()
  const origin = await tenant.next()
  const firstRequest = `
    import { CustomScripts } from "./dist/index.js"
    import { Iru } from "./dist/node/index.js"
    import * as Effect from "effect/Effect"
    Effect.flatMap(CustomScripts, (scripts) => scripts.get("${id}")).pipe(
      Effect.provide(Iru.layer({ tenantUrl: "${origin}", apiToken: "${apiToken}" })),
      Effect.runPromise
    )`
  const start = (code: string) =>
    timeOf(async () => execFileSync(process.execPath, ["--input-type=module", "--eval", code]))
  const [ours, barrel, nothing]: [Array<number>, Array<number>, Array<number>] = [[], [], []]
  for (let round = 0; round < 7; round++) {
    nothing.push(await start(""))
    barrel.push(await start(`import "effect"`))
    ours.push(await start(firstRequest))
  }
  const [mine, theirs, base] = [median(ours), median(barrel), median(nothing)]
  report(
    "import to the end of the first request",
    `${fixed(mine - base)} ms`,
    `import "effect" alone: ${fixed(theirs - base)} ms (Node itself: ${fixed(base)} ms)`,
    `${fixed((mine - base) / (theirs - base), 1)} times as long`
  )
  tenant.end()
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const sharedBudget = async (): Promise<void> => {
  if (spawnSync("redis-server", ["--version"]).status !== 0) {
    console.log("redis-server is not installed: the cost of a shared budget was not measured.")
    return
  }
  const port = await freePort()
  const redis = spawn("redis-server", ["--port", String(port), "--save", ""], { stdio: "ignore" })
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const tenant = server()
  const origin = await tenant.next()
  const limits = { perSecond: 1_000_000, perHour: 100_000_000 }
  const times = (budget: Layer.Layer<never>) =>
    Effect.gen(function* () {
      const client = yield* CustomScripts
      yield* Effect.replicateEffect(client.get(id), 500, { discard: true })
      const start = performance.now()
      yield* Effect.replicateEffect(client.get(id), 1_000, { discard: true })
      return performance.now() - start
    }).pipe(
      Effect.provide(Layer.provide(Iru.layer({ tenantUrl: origin, apiToken, pace: limits }), budget)),
      Effect.runPromise
    )
  const withRedis: Array<number> = []
  const alone: Array<number> = []
  for (let round = 0; round < 5; round++) {
    withRedis.push(await times(RedisBudget.layer({ port })))
    alone.push(await times(Layer.empty))
  }
  const [mine, theirs] = [median(withRedis), median(alone)]
  report(
    "a get with a budget in Redis",
    `${fixed(mine)} µs`,
    `without: ${fixed(theirs)} µs`,
    `${fixed(mine - theirs)} µs more`
  )
  tenant.end()
  redis.kill()
}

const asked = process.argv.slice(2)
for (const part of [gets, listings, fleet, streams, starts, sharedBudget]) {
  if (asked.length === 0 || asked.includes(part.name)) await part()
}
console.log(`\n| what | effect-iru | beside it | ratio |\n| --- | --- | --- | --- |`)
for (const { beside, ours, ratio, what } of rows) console.log(`| ${what} | ${ours} | ${beside} | ${ratio} |`)
