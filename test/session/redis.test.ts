/**
 * Several machines share one tenant's request budget through a real Redis, and keep working while it cannot be reached.
 */
import { live } from "@effect/vitest"
import { ApiClient } from "effect-iru"
import { Iru } from "effect-iru/node"
import { RedisBudget } from "effect-iru/redis"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { execFile, spawn, spawnSync } from "node:child_process"
import { Redis } from "ioredis"
import { connect, createServer, type Socket } from "node:net"
import { promisify } from "node:util"
import { describe, expect, vi } from "vitest"
import { bundled } from "../support/programs.js"
import { type Reply, serve } from "../support/server.js"
import { tenantAt } from "../support/tenant.js"
import { eventually, freePort, recordingLogs } from "./support.js"

const installed = spawnSync("redis-server", ["--version"]).status === 0
if (!installed) console.warn("redis-server is not installed: the tests of the shared request budget did not run.")

/** Redis on a port, in memory only, until the scope closes. */
const redisOn = (port: number, ...options: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const server = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", ...options], {
        stdio: "ignore"
      })
      yield* listens(port)
      return server
    }),
    (server) =>
      Effect.async<void>((resume) => {
        server.once("exit", () => resume(Effect.void))
        server.kill()
      })
  )

const listens = (port: number): Effect.Effect<void> =>
  Effect.retry(
    Effect.async<void, Error>((resume) => {
      const socket = connect(port, "127.0.0.1")
        .once("connect", () => {
          socket.destroy()
          resume(Effect.void)
        })
        .once("error", (error) => resume(Effect.fail(error)))
    }),
    { while: () => Effect.as(Effect.sleep("20 millis"), true) }
  ).pipe(Effect.orDie)

interface Outcome {
  readonly done: number
  readonly refusals: ReadonlyArray<string>
}

const program = bundled("test/session/redis.worker.ts")

const machine = (environment: Record<string, string>): Effect.Effect<Outcome> =>
  Effect.map(
    Effect.promise(() =>
      promisify(execFile)(process.execPath, [program("test/session/redis.worker.ts")], {
        env: { ...process.env, ...environment }
      })
    ),
    ({ stdout }) => JSON.parse(stdout) as Outcome
  )

const ok: Reply = { body: {} }

describe.runIf(installed)("several machines with one tenant", () => {
  live(
    "together send no more requests an hour than the limit; a call over it fails and says when to try again",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* freePort
          yield* redisOn(port)
          const hours: Array<number> = []
          const { origin } = yield* serve(() => {
            hours.push(Math.floor(Date.now() / 3_600_000))
            return ok
          })
          const outcomes = yield* Effect.all(
            Array.from({ length: 3 }, () =>
              machine({
                TENANT: origin,
                REDIS_PORT: String(port),
                CALLS: "40",
                PER_SECOND: "1000",
                PER_HOUR: "100",
                MAX_WAIT: "short"
              })
            ),
            { concurrency: 3 }
          )
          const done = outcomes.reduce((sum, outcome) => sum + outcome.done, 0)
          expect(done).toBe(hours.length)
          for (const hour of new Set(hours))
            expect(hours.filter((each) => each === hour).length).toBeLessThanOrEqual(100)
          // Each machine alone could have sent all of its calls.
          if (new Set(hours).size === 1) {
            expect(done).toBeGreaterThanOrEqual(99)
            expect(new Set(outcomes.flatMap(({ refusals }) => refusals))).toEqual(new Set(["RateLimited true"]))
          }
        })
      ),
    120_000
  )

  live(
    "together send no more requests a second than the limit",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* freePort
          yield* redisOn(port)
          const times: Array<number> = []
          const { origin } = yield* serve(() => {
            times.push(performance.now())
            return ok
          })
          const outcomes = yield* Effect.all(
            Array.from({ length: 3 }, () =>
              machine({
                TENANT: origin,
                REDIS_PORT: String(port),
                CALLS: "20",
                PER_SECOND: "20",
                PER_HOUR: "10000",
                MAX_WAIT: "long"
              })
            ),
            { concurrency: 3 }
          )
          expect(outcomes.map(({ done }) => done)).toEqual([20, 20, 20])
          // A fifth of the limit may go at once, the rest at four fifths of the limit a second. A slow machine takes
          // longer.
          const taken = (times.at(-1) ?? 0) - (times[0] ?? 0)
          expect(taken).toBeGreaterThan(((60 - 4) / 16 - 1) * 1_000)
        })
      ),
    120_000
  )
})

/** A connection to Redis that the test can cut without notice. */
const wayTo = (port: number) =>
  Effect.acquireRelease(
    Effect.async<{ readonly port: number; readonly cut: () => void; readonly close: () => void }>((resume) => {
      const sockets = new Set<Socket>()
      const server = createServer((near) => {
        const far = connect(port, "127.0.0.1")
        for (const [one, other] of [
          [near, far],
          [far, near]
        ] as const) {
          sockets.add(one)
          one.on("error", () => undefined)
          one.on("close", () => sockets.delete(one) && other.destroy())
          one.pipe(other)
        }
      })
      const cut = () => sockets.forEach((socket) => socket.resetAndDestroy())
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        if (typeof address !== "object" || address === null) return
        resume(Effect.succeed({ port: address.port, cut, close: () => (cut(), server.close()) }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

/** What Redis has counted in this hour, by tenant. */
const hoursIn = (port: number): Effect.Effect<Record<string, number>> =>
  Effect.promise(async () => {
    const redis = new Redis(port)
    const counted: Record<string, number> = {}
    for (const key of await redis.keys("*:hour:*")) {
      const tenant = key.replace(/^effect-iru:(.*):hour:\d+$/, "$1")
      counted[tenant] = (counted[tenant] ?? 0) + Number(await redis.get(key))
    }
    await redis.quit()
    return counted
  })

const ask = Effect.flatMap(ApiClient, (client) => client.get("/api/v1/anything", Schema.Unknown))

describe.runIf(installed)("a machine with a budget in Redis", () => {
  live("counts each tenant separately, and gives back what it reserved but did not send", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const port = yield* freePort
        yield* redisOn(port)
        const [one, other] = [yield* serve(() => ok), yield* serve(() => ok)]
        const asking = (origin: string, times: number) =>
          Effect.provide(Effect.replicateEffect(ask, times, { discard: true }), Iru.layer(tenantAt(origin)))
        yield* asking(one.origin, 3).pipe(
          Effect.zipRight(asking(other.origin, 12)),
          Effect.provide(RedisBudget.layer({ host: "127.0.0.1", port }))
        )
        expect(yield* hoursIn(port)).toEqual({ [one.origin]: 3, [other.origin]: 12 })
      })
    )
  )
})

describe.runIf(installed)("a machine whose Redis", () => {
  for (const { options, says, what, ...credentials } of [
    { what: "wants a password and gets none", options: ["--requirepass", "p"], says: "NOAUTH" },
    { what: "wants another password", options: ["--requirepass", "p"], password: "hunter2", says: "WRONGPASS" },
    { what: "wants no password", options: [], password: "hunter2", says: "ERR AUTH" },
    { what: "is read-only", options: ["--replicaof", "127.0.0.1", "1"], says: "READONLY" },
    { what: "is full", options: ["--maxmemory", "1"], says: "OOM" }
  ]) {
    live(`${what} logs that once, prints nothing, and uses its own count`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* freePort
          yield* redisOn(port, ...options)
          const { origin, received } = yield* serve(() => ok)
          const lines: Array<string> = []
          const printed = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")]
          yield* Effect.addFinalizer(() => Effect.sync(() => printed.forEach((spy) => spy.mockRestore())))
          const budget = RedisBudget.layer({ host: "127.0.0.1", port, retryEvery: "1 millis", ...credentials })
          yield* Effect.replicateEffect(ask, 5).pipe(
            Effect.provide(Iru.layer(tenantAt(origin)).pipe(Layer.provide(budget))),
            Effect.provide(recordingLogs(lines))
          )
          expect(received).toHaveLength(5)
          expect(lines).toEqual([expect.stringMatching(`^WARN Redis is unreachable .${says}`)])
          expect(lines.join()).not.toContain("hunter2")
          expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([])
        })
      )
    )
  }

  live("cuts the connection logs that, prints nothing, and asks Redis again later", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const port = yield* freePort
        yield* redisOn(port)
        const way = yield* wayTo(port)
        const { origin } = yield* serve(() => ok)
        const lines: Array<string> = []
        const said = (what: string) => lines.filter((line) => line.includes(what)).length
        const printed = vi.spyOn(console, "error").mockImplementation(() => undefined)
        yield* Effect.addFinalizer(() => Effect.sync(() => printed.mockRestore()))
        yield* Effect.gen(function* () {
          for (const times of [1, 2, 3]) {
            yield* ask
            way.cut()
            while (said("WARN Redis is unreachable") < times) yield* ask
            yield* eventually(() => said("INFO Redis is back") === times)
          }
        }).pipe(
          Effect.provide(
            Iru.layer(tenantAt(origin, { pace: { perSecond: 100_000, perHour: 1_000_000 } })).pipe(
              Layer.provide(RedisBudget.layer({ host: "127.0.0.1", port: way.port, retryEvery: "20 millis" }))
            )
          ),
          Effect.provide(recordingLogs(lines))
        )
        expect(printed.mock.calls).toEqual([])
      })
    )
  )

  live(
    "is away for a while uses its own count meanwhile, and logs each change once",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* freePort
          const { origin } = yield* serve(() => ok)
          const lines: Array<string> = []
          const said = (what: string) => lines.filter((line) => line.includes(what)).length
          const budget = RedisBudget.layer({ host: "127.0.0.1", port, retryEvery: "20 millis" })
          yield* Effect.gen(function* () {
            // Redis is not running at the start.
            yield* Effect.all(
              Array.from({ length: 5 }, () => ask),
              { concurrency: 5 }
            )
            expect(said("WARN Redis is unreachable")).toBe(1)
            yield* Effect.scoped(
              Effect.gen(function* () {
                yield* redisOn(port)
                yield* eventually(() => said("INFO Redis is back") === 1)
                yield* ask
              })
            )
            // Redis has stopped.
            yield* Effect.all(
              Array.from({ length: 5 }, () => ask),
              { concurrency: 5 }
            )
            yield* eventually(() => said("WARN Redis is unreachable") === 2)
            yield* redisOn(port)
            yield* eventually(() => said("INFO Redis is back") === 2)
            yield* ask
          }).pipe(
            Effect.provide(Iru.layer(tenantAt(origin)).pipe(Layer.provide(budget))),
            Effect.provide(recordingLogs(lines))
          )
          expect(said("WARN")).toBe(2)
        })
      ),
    60_000
  )
})

/** A server that speaks the protocol of Redis and gives this answer to each script. */
const lookalike = (answer: string, toPassword = "+OK\r\n") =>
  Effect.acquireRelease(
    Effect.async<{ readonly port: number; readonly close: () => void }>((resume) => {
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        sockets.add(socket)
        socket.on("error", () => undefined)
        socket.on("data", (asked) => {
          for (const [, command = ""] of asked.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
            if (/^evalsha$/i.test(command)) socket.write(answer)
            else if (/^auth$/i.test(command)) socket.write(toPassword)
            else if (/^info$/i.test(command)) socket.write("$17\r\nredis_version:7.2\r\n")
            else socket.write("+OK\r\n")
          }
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        if (typeof address !== "object" || address === null) return
        const close = () => {
          for (const socket of sockets) socket.destroy()
          server.close()
        }
        resume(Effect.succeed({ port: address.port, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

describe("a machine whose Redis answers", () => {
  for (const [what, answer] of [
    ["with an integer", ":1\r\n"],
    ["with nil", "$-1\r\n"],
    ["with an empty array", "*0\r\n"],
    ["with words", "*2\r\n$3\r\none\r\n$3\r\ntwo\r\n"],
    ["with a counter that never expires", "*2\r\n:1\r\n:-1\r\n"],
    ["with an array of arrays, 100,000 deep", "*1\r\n".repeat(100_000)],
    ["with an array that claims to be too long to exist", "*99999999999\r\n"],
    ["with text that is not a Redis reply", "HTTP/1.1 400 Bad Request\r\n\r\n"]
  ] as const) {
    live(`${what} uses its own count, and logs that once`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { port } = yield* lookalike(answer)
          const { origin, received } = yield* serve(() => ok)
          const lines: Array<string> = []
          const budget = RedisBudget.layer({ host: "127.0.0.1", port, retryEvery: "1 millis", timeout: "500 millis" })
          yield* Effect.replicateEffect(ask, 5).pipe(
            Effect.provide(Iru.layer(tenantAt(origin)).pipe(Layer.provide(budget))),
            Effect.provide(recordingLogs(lines))
          )
          expect(received).toHaveLength(5)
          expect(lines).toEqual([expect.stringMatching("^WARN Redis is unreachable")])
        })
      )
    )
  }

  for (const [what, written] of [
    ["in clear", (password: string) => password],
    ["percent-encoded", (password: string) => Array.from(password, (c) => `%${c.charCodeAt(0).toString(16)}`).join("")]
  ] as const) {
    live(`that AUTH is unknown, and repeats the password ${what}, logs that without the password`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const password = "correct-horse-battery"
          const refusal = `-ERR unknown command 'AUTH', with args beginning with: '${written(password)}'\r\n`
          const { port } = yield* lookalike("", refusal)
          const { origin } = yield* serve(() => ok)
          const lines: Array<string> = []
          const budget = RedisBudget.layer({ host: "127.0.0.1", port, password, timeout: "500 millis" })
          yield* ask.pipe(
            Effect.provide(Iru.layer(tenantAt(origin)).pipe(Layer.provide(budget))),
            Effect.provide(recordingLogs(lines))
          )
          expect(lines).toEqual([expect.stringContaining("ERR unknown command 'AUTH', with args beginning with: ")])
          expect(lines.join()).not.toContain(written(password))
        })
      )
    )
  }

  live.runIf(installed)(
    "with a second that lasts for years uses its own count, logs that once, and returns to Redis once it is fixed",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* freePort
          yield* redisOn(port)
          const { origin, received } = yield* serve(() => ok)
          const redis = yield* Effect.acquireRelease(
            Effect.sync(() => new Redis(port)),
            (redis) => Effect.promise(() => redis.quit())
          )
          const key = `effect-iru:${origin}:second`
          yield* Effect.promise(() => redis.set(key, 1_000, "PX", 10 ** 12))
          const lines: Array<string> = []
          const budget = RedisBudget.layer({ host: "127.0.0.1", port, retryEvery: "20 millis" })
          yield* Effect.gen(function* () {
            yield* Effect.replicateEffect(ask, 5)
            expect(received).toHaveLength(5)
            expect(lines).toEqual([expect.stringMatching("^WARN Redis is unreachable .*expires too late")])
            yield* Effect.promise(() => redis.del(key))
            yield* eventually(() => lines.length === 2)
            expect(lines[1]).toContain("INFO Redis is back")
            yield* ask
          }).pipe(
            Effect.provide(Iru.layer(tenantAt(origin)).pipe(Layer.provide(budget))),
            Effect.provide(recordingLogs(lines))
          )
          expect(lines).toHaveLength(2)
        })
      )
  )
})

live("a machine whose Redis never runs still works, and closes without an error", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const port = yield* freePort
      const { origin, received } = yield* serve(() => ok)
      yield* ask.pipe(
        Effect.provide(Iru.layer(tenantAt(origin)).pipe(Layer.provide(RedisBudget.layer({ host: "127.0.0.1", port }))))
      )
      expect(received).toHaveLength(1)
    })
  )
)
