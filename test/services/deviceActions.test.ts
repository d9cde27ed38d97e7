/** Actions on devices, and their outcomes. */
import { effect } from "@effect/vitest"
import { DeviceActions, DeviceSecrets } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { describe, expect } from "vitest"
import { type Handler, lastRequest, requestsTo, routes } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const options = { pace: { perSecond: Infinity, perHour: Infinity }, retry: { times: 0 } }
const id = "0ff1ce00-0000-4000-8000-000000000001"
const commandsPath = `GET /api/v1/devices/${id}/commands`

const command = (uuid: string, status: number, command_type = "RestartDevice") => ({
  uuid,
  command_type,
  status,
  error_chain: status === 4 ? [{ code: 12_021, domain: "MCMDMErrorDomain", us_english_description: "No." }] : []
})

/** A device whose commands are those of the first list, then of the next, and so on; the last list stays. */
const device = (...lists: ReadonlyArray<ReadonlyArray<object>>): Handler => {
  let turn = 0
  return routes({
    [commandsPath]: () => {
      const results = lists[Math.min(turn++, lists.length - 1)] ?? []
      return { body: { device_id: id, commands: { count: results.length, next: null, previous: null, results } } }
    },
    [`POST /api/v1/devices/${id}/action/*`]: { body: "" }
  })
}

const old = command("aaaaaaaa-0000-4000-8000-000000000000", 3)
const own = (status: number) => command("bbbbbbbb-0000-4000-8000-000000000000", status)

/** Runs an effect while the test's clock advances. */
const withTime = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(self)
    const time = yield* Effect.fork(
      Effect.forever(
        Effect.zipRight(
          Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 2))),
          TestClock.adjust("5 seconds")
        )
      )
    )
    const exit = yield* Fiber.await(fiber)
    yield* Fiber.interrupt(time)
    return yield* exit
  })

describe("running an action", () => {
  for (const [end, outcome] of [
    [3, "completed"],
    [4, "failed"]
  ] as const) {
    effect(`ends when its own command has ${outcome}; a command that answers "not now" has not ended`, () =>
      withTenant(
        device([old], [old], [old, own(1)], [old, own(5)], [old, own(2)], [old, own(end)]),
        options
      )((server) =>
        Effect.gen(function* () {
          const actions = yield* DeviceActions
          const result = yield* withTime(actions.run(id, "restart", { NotifyUser: true }))
          expect(result).toMatchObject({ outcome, command: { uuid: own(end).uuid, status: end } })
          expect(result.command.error_chain).toHaveLength(end === 4 ? 1 : 0)
          expect(requestsTo(server).filter((line) => line.startsWith("POST"))).toEqual([
            `POST /api/v1/devices/${id}/action/restart`
          ])
        })
      )
    )
  }

  effect("fails with Timeout if the device does not answer", () =>
    withTenant(
      device([], [own(1)]),
      options
    )(() =>
      Effect.gen(function* () {
        const actions = yield* DeviceActions
        const error = yield* withTime(Effect.flip(actions.run(id, "restart", undefined, { within: "1 minute" })))
        expect(error).toMatchObject({ reason: "Timeout", operation: "DeviceActions.run" })
        expect(error.detail).toContain("not taken back")
      })
    )
  )

  effect("fails with a Conflict that names the commands, if it cannot tell which one is its own", () =>
    withTenant(
      device([], [own(3), command("cccccccc-0000-4000-8000-000000000000", 3)]),
      options
    )(() =>
      Effect.gen(function* () {
        const actions = yield* DeviceActions
        const error = yield* withTime(Effect.flip(actions.run(id, "restart")))
        expect(error.reason).toBe("Conflict")
        expect(error.detail).toContain("bbbbbbbb")
        expect(error.detail).toContain("cccccccc")
      })
    )
  )
})

describe("a command of someone else", () => {
  const other = (status: number, more: object = {}) => ({
    ...command("cccccccc-0000-4000-8000-000000000000", status),
    ...more
  })
  const now = () => ({ date_requested: new Date().toISOString() })
  const inAnHour = () => ({ date_requested: new Date(Date.now() + 3_600_000).toISOString() })

  effect("that is requested later does not end the wait for one's own", () =>
    withTenant(
      device([], [own(1)], [other(3), own(2)], [other(3), own(4)]),
      options
    )(() =>
      Effect.gen(function* () {
        const result = yield* withTime((yield* DeviceActions).run(id, "restart"))
        expect(result).toMatchObject({ outcome: "failed", command: { uuid: own(4).uuid } })
      })
    )
  )

  effect("is told apart by the time at which it was requested", () =>
    withTenant(
      device([], [other(3, inAnHour()), { ...own(3), ...now() }]),
      options
    )(() =>
      Effect.gen(function* () {
        const result = yield* withTime((yield* DeviceActions).run(id, "restart"))
        expect(result).toMatchObject({ outcome: "completed", command: { uuid: own(3).uuid } })
      })
    )
  )
})

effect("a device that is gone has carried out its erase; for any other action it is a failure", () => {
  const erase = command("bbbbbbbb-0000-4000-8000-000000000000", 2, "EraseDevice")
  const gone = (type: string) => {
    let turn = 0
    const listed = device([], [{ ...erase, command_type: type }])
    return ((request, raw) =>
      request.method === "GET" && turn++ === 2
        ? { status: 404, body: { detail: "Not found." } }
        : listed(request, raw)) satisfies Handler
  }
  return Effect.gen(function* () {
    const erased = withTenant(
      gone("EraseDevice"),
      options
    )(() => Effect.flatMap(DeviceActions, (actions) => withTime(actions.run(id, "erase"))))
    expect(yield* erased).toMatchObject({ outcome: "completed", command: { uuid: erase.uuid } })
    const restarted = withTenant(
      gone("RestartDevice"),
      options
    )(() => Effect.flatMap(DeviceActions, (actions) => withTime(Effect.flip(actions.run(id, "restart")))))
    expect(yield* restarted).toMatchObject({ reason: "NotFound" })
  })
})

describe("secrets of device actions", () => {
  effect("a PIN is sent unchanged, and a PIN in an answer is redacted", () =>
    withTenant(
      routes({
        [`POST /api/v1/devices/${id}/action/erase`]: { body: "" },
        [`POST /api/v1/devices/${id}/action/lock`]: { body: { PIN: "654321" } },
        [`POST /api/v1/devices/${id}/action/resetworkprofilepasscode`]: { body: "" },
        [`GET /api/v1/devices/${id}/secrets/filevaultkey`]: { body: { key: "AAAA-BBBB" } },
        [`GET /api/v1/devices/${id}/secrets/unlockpin`]: { body: { pin: "" } }
      }),
      options
    )((server) =>
      Effect.gen(function* () {
        const actions = yield* DeviceActions
        yield* actions.erase(id, { PIN: Redacted.make("123456") })
        expect(lastRequest(server).body.toString()).toBe('{"PIN":"123456"}')
        yield* actions.erase(id, { erase_mode: "WIPE_CLOUD", erase_flags: ["WIPE_EXTERNAL_STORAGE", "WIPE_ESIMS"] })
        expect(JSON.parse(lastRequest(server).body.toString())).toEqual({
          erase_mode: "WIPE_CLOUD",
          erase_flags: "WIPE_EXTERNAL_STORAGE,WIPE_ESIMS"
        })
        yield* actions.resetWorkProfilePasscode(id, { resetPasswordFlags: ["LOCK_NOW"] })
        expect(lastRequest(server).body.toString()).toBe('{"resetPasswordFlags":["LOCK_NOW"]}')
        yield* actions.resetWorkProfilePasscode(id)
        expect(lastRequest(server).body).toHaveLength(0)
        const refused = yield* Effect.flip(actions.erase(id, { PIN: Redacted.make("12345") }))
        expect(refused.reason).toBe("InvalidArgument")
        expect(JSON.stringify(refused)).not.toContain("12345")
        const locked = yield* actions.lock(id)
        expect(String(JSON.stringify(locked))).not.toContain("a lock with an empty answer has no PIN")
        expect(Option.map(locked, ({ PIN }) => PIN && Redacted.value(PIN))).toEqual(Option.some("654321"))
        const secrets = yield* DeviceSecrets
        const { key } = yield* secrets.fileVaultKey(id)
        expect(key && Redacted.value(key)).toBe("AAAA-BBBB")
        expect(yield* secrets.unlockPin(id)).toEqual({ pin: undefined })
      })
    )
  )

  effect("a lock that is answered with nothing has no PIN", () =>
    withTenant(
      () => ({ body: "" }),
      options
    )(() =>
      Effect.gen(function* () {
        expect(yield* (yield* DeviceActions).lock(id, { Message: "Lost" })).toEqual(Option.none())
      })
    )
  )
})
