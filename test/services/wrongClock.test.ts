/**
 * A machine with a wrong clock: the server's clock decides what has expired, and the difference is logged.
 */
import { effect } from "@effect/vitest"
import { ApiClient, CustomApps } from "effect-iru"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { describe, expect } from "vitest"
import { recordingLogs } from "../session/support.js"
import { appsTenant, placeOn, postData } from "../support/apps.js"
import { requestsTo } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const hours = (count: number) => count * 3_600_000

/** A tenant whose places in storage expire this many hours from now, by the tenant's clock. */
const tenant = (expiresIn: number) =>
  appsTenant({
    presign: (request) => {
      const policy = { expiration: new Date(Date.now() + hours(expiresIn)).toISOString(), conditions: [] }
      const encoded = Buffer.from(JSON.stringify(policy)).toString("base64")
      return { status: 201, body: placeOn(request, { post_data: { ...postData, policy: encoded } }) }
    }
  })

const create = Effect.flatMap(CustomApps, (apps) =>
  apps.create({
    name: "Firefox",
    install_type: "package",
    install_enforcement: "install_once",
    installer: { bytes: Buffer.from("bytes"), name: "Firefox.pkg" }
  })
)

/** Runs a program on a machine whose clock is this many hours ahead. Gives its result and its warnings. */
const onMachine = <A, E, R>(ahead: number, program: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    yield* TestClock.setTime(Date.now() + hours(ahead))
    const result = yield* Effect.provide(program, recordingLogs(lines))
    return { result, warnings: lines.filter((line) => line.startsWith("WARN")) }
  })

describe("a clock that is wrong by more than a day", () => {
  for (const [what, ahead, says] of [
    ["ahead", 50, /the clock of this machine is 2d [12]h.* ahead of the server's/],
    ["behind", -50, /the clock of this machine is 2d [12]h.* behind the server's/]
  ] as const) {
    effect(`(${what}) does not stop the upload of an installer, and is logged once`, () =>
      withTenant(tenant(24))(() =>
        Effect.gen(function* () {
          const { warnings } = yield* onMachine(ahead, Effect.zipRight(create, create))
          expect(warnings).toEqual([expect.stringMatching(says)])
        })
      )
    )

    effect(`(${what}) is named if a place has expired by the server's clock, and nothing is sent there`, () =>
      withTenant(tenant(-1))((server) =>
        Effect.gen(function* () {
          const { result } = yield* onMachine(ahead, Effect.flip(create))
          expect(result).toMatchObject({ _tag: "PayloadTransferError", reason: "Expired" })
          expect(result.message).toMatch(says)
          expect(requestsTo(server)).not.toContain("POST /storage/")
        })
      )
    )
  }
})

effect("a clock that is right within minutes is not mentioned", () =>
  Effect.gen(function* () {
    for (const ahead of [0.05, -0.05]) {
      const { warnings } = yield* withTenant(tenant(24))(() => onMachine(ahead, create))
      expect(warnings).toEqual([])
      const { result } = yield* withTenant(tenant(-1))(() => onMachine(ahead, Effect.flip(create)))
      expect(result.message).not.toContain("clock")
    }
  })
)

effect("the time in Retry-After is a time of the server's clock too", () =>
  withTenant(() => ({
    status: 503,
    headers: { "retry-after": new Date(Date.now() + 90_000).toUTCString() }
  }))(() =>
    Effect.gen(function* () {
      const ask = Effect.flatMap(ApiClient, (client) => client.get("/api/v1/tags", Schema.Unknown))
      const { result } = yield* onMachine(30, Effect.flip(ApiClient.noRetry(ask)))
      const wait = Duration.toSeconds(result.retryAfter ?? 0)
      expect(wait).toBeGreaterThanOrEqual(88)
      expect(wait).toBeLessThanOrEqual(91)
    })
  )
)

effect("the server's time comes from its last answer, and from this machine before the first answer", () =>
  withTenant(() => ({ body: {} }))(() =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      yield* TestClock.setTime(Date.now() + hours(30))
      const local = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      expect(yield* client.serverTime).toBe(local)
      yield* client.get("/api/v1/tags", Schema.Unknown)
      expect(Math.abs((yield* client.serverTime) - Date.now())).toBeLessThan(5_000)
    })
  )
)
