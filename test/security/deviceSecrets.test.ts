/**
 * Secrets of devices: those that a tenant sends, those that a caller sends, and the address of an export. Whatever the
 * tenant answers, no failure, log or span shows them, and a result does not show them when it is printed.
 */
import { describe, effect } from "@effect/vitest"
import { DeviceActions, DeviceSecrets, Prism } from "effect-iru"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { expect } from "vitest"
import type { Handler, Received } from "../support/server.js"
import { withTenant } from "../support/tenant.js"
import { type Recorded, recording } from "../support/tracer.js"
import { leaks, secrets, writtenDown } from "./secrets.js"

const secret = secrets.deviceSecret
const id = "0ff1ce00-0000-4000-8000-000000000001"

/** The service's answers if nothing is wrong, with every key that holds a secret. */
const well = ({ headers, path }: Received) => ({
  id,
  status: "success",
  category: "apps",
  error_msg: null,
  signed_url: `http://${headers.host}/storage/apps.csv?X-Amz-Signature=${secret}`,
  ...(path.includes("/prism/") ? {} : { key: secret, pin: secret, PIN: secret, recovery_password: secret }),
  user_based_albc: secret,
  device_based_albc: secret
})

const repeated = ({ body, search }: Received) => `${search} ${body.toString()} ${secret}`

const moods: Readonly<Record<string, Handler>> = {
  "every answer is correct": (received) => ({ body: well(received) }),
  "every secret has another type": (received) => ({
    body: Object.fromEntries(
      Object.entries(well(received)).map(([key, value]) =>
        typeof value === "string" && value.includes(secret) ? [key, { value: [value] }] : [key, value]
      )
    )
  }),
  "every call is a 400 that repeats the request": ({ body }) => ({
    status: 400,
    body: { detail: `Bad: ${body.toString()}`, PIN: [`${body.toString()} is no PIN`] }
  }),
  "every answer is half of a JSON text": (received) => ({ body: `{"key": "${secret}", "pin": ${repeated(received)}` }),
  "every answer is other JSON": () => ({ body: { [secret]: secret } }),
  "every answer is text": () => ({ body: secret, headers: { "content-type": "text/plain" } })
}

const calls = Effect.gen(function* () {
  const secretsOf = yield* DeviceSecrets
  const actions = yield* DeviceActions
  const prism = yield* Prism
  const exported = prism.export("apps", { polling: Schedule.recurs(1) })
  const all: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
    secretsOf.activationLockBypassCodes(id),
    secretsOf.fileVaultKey(id),
    secretsOf.recoveryPassword(id),
    secretsOf.unlockPin(id),
    actions.lock(id),
    actions.erase(id, { PIN: Redacted.make(secret.slice(0, 6)) }),
    // A mistake of the caller: the PIN is too long.
    actions.erase(id, { PIN: Redacted.make(secret) }),
    actions.resetWorkProfilePasscode(id, { newPassword: Redacted.make(secret) }),
    exported,
    Effect.flatMap(exported, (job) => Stream.runDrain(prism.download(job)))
  ]
  return all
})

describe("secrets of devices are not shown if", () => {
  for (const [mood, handler] of Object.entries(moods)) {
    effect(mood, () => {
      const printed: Array<string> = []
      const spans: Array<Recorded> = []
      const logger = Logger.make((options) => void printed.push(Logger.logfmtLogger.log(options)))
      return withTenant((received, raw) => handler(received, raw), {
        pace: { perSecond: Infinity, perHour: Infinity },
        retry: { times: 0 }
      })((server) =>
        Effect.gen(function* () {
          const exits = yield* Effect.forEach(yield* calls, Effect.exit)
          const said = exits.flatMap((exit, index) => [
            ...writtenDown(`call ${index}`, exit),
            { where: `cause of call ${index}`, text: Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "" }
          ])
          expect(leaks([...said, ...writtenDown("the log", printed), ...writtenDown("the spans", spans)])).toEqual([])
          expect(server.received.length).toBeGreaterThan(8)
          expect(server.received.some(({ body }) => body.toString().includes(secret))).toBe(true)
        }).pipe(
          Effect.withTracer(recording(spans)),
          Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
          Logger.withMinimumLogLevel(LogLevel.Trace)
        )
      )
    })
  }

  effect("a passcode has one character and a refusal repeats it", () =>
    withTenant(({ body }) => ({ status: 400, body: { detail: body.toString() } }))(() =>
      Effect.gen(function* () {
        const body = { newPassword: Redacted.make("7") }
        const error = yield* Effect.flip((yield* DeviceActions).resetWorkProfilePasscode("device", body))
        expect(error.detail).toBe('{"newPassword":"<redacted>"}')
      })
    )
  )
})
