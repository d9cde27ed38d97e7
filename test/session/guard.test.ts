/**
 * What a guard stops a program from doing. The server counts the requests that arrive: a refused call sends none.
 */
import { describe, effect, live } from "@effect/vitest"
import {
  ApiClient,
  type ApiClientError,
  Answer,
  ApiConfig,
  Blueprints,
  CustomScripts,
  DeviceActions,
  Devices,
  DeviceSecrets,
  Fleet,
  Guard,
  Tags
} from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { type Reply, requestsTo, serve, type Received } from "../support/server.js"
import { tenantAt, token, withTenant } from "../support/tenant.js"

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
const page = { body: { count: 0, next: null, previous: null, results: [] } }
const answers = ({ method }: Received): Reply => (method === "GET" ? page : { status: 204 })

const guarded = <A, E>(
  guard: Guard.Guard | undefined,
  program: Effect.Effect<A, E, Iru.Services>,
  handler: (received: Received) => Reply = answers
) =>
  withTenant(handler, { pace: { perSecond: 10_000 }, ...(guard === undefined ? {} : { guard }) })((server) =>
    Effect.map(program, (value) => ({ value, sent: requestsTo(server) }))
  )

const erase = (number: number) => Effect.flatMap(DeviceActions, (actions) => actions.erase(id(number), {}))
const restart = (number: number) => Effect.flatMap(DeviceActions, (actions) => actions.restart(id(number)))
const refusal = <A, R>(call: Effect.Effect<A, ApiClientError, R>) => Effect.flip(call)

const logged = (lines: Array<string>) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ logLevel, message }) => void lines.push(`${logLevel.label} ${String(message)}`))
  )

describe("a read-only session", () => {
  effect("allows reads, and refuses every other call before it is sent", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const { sent, value } = yield* guarded(
        Guard.readOnly,
        Effect.gen(function* () {
          const tags = yield* Tags
          yield* tags.list()
          const client = yield* ApiClient
          const before = yield* client.quota
          const errors = [
            yield* refusal(tags.create({ name: "Lab" })),
            yield* refusal(erase(1)),
            yield* refusal(restart(1)),
            yield* refusal((yield* DeviceSecrets).fileVaultKey(id(1))),
            yield* refusal((yield* Blueprints).assign(id(1), { library_item_id: id(2) }))
          ]
          expect(yield* client.quota).toEqual(before)
          return errors
        })
      ).pipe(Effect.provide(logged(lines)))
      expect(sent).toEqual(["GET /api/v1/tags"])
      expect(value.map(({ reason }) => reason)).toEqual(Array(5).fill("Refused"))
      expect(value[1]?.message).toBe(
        "DeviceActions.erase: a guard refused it, and nothing was sent. The session is read-only (Guard.readOnly, IRU_GUARD), and this call is of the kind destructive. Use a session without that rule for it. (POST /api/v1/devices/00000000-0000-4000-8000-000000000001/action/erase)"
      )
      expect(lines).toEqual(value.map(({ message }) => `WARN ${message}`))
    })
  )

  effect("counts the calls that it refuses, and a refused run over many devices once", () =>
    Effect.gen(function* () {
      yield* withTenant(answers, { guard: Guard.readOnly })((server) =>
        Effect.gen(function* () {
          yield* Effect.ignore(erase(1))
          yield* Effect.ignore(erase(2))
          const fleet = Fleet.forEach([id(3), id(4)], (one) => erase(Number(one.at(-1))), {
            confirm: "DeviceActions.erase"
          })
          expect((yield* refusal(Stream.runDrain(fleet))).reason).toBe("Refused")
          const { host } = new URL(server.origin)
          const counts = (yield* Metric.snapshot).flatMap(({ metricKey, metricState }) =>
            metricKey.name === "iru.refused" && metricKey.tags.some(({ value }) => value === host) ? [metricState] : []
          )
          expect(counts).toMatchObject([{ count: 3 }])
        })
      )
    })
  )

  effect("allows only GET on a literal path, even if the caller marks another method as a read", () =>
    Effect.gen(function* () {
      const { sent } = yield* guarded(
        Guard.readOnly,
        Effect.gen(function* () {
          const client = yield* ApiClient
          yield* client.get("/api/v1/tags", Schema.Unknown)
          const errors = [
            yield* refusal(client.post("/api/v1/tags", Answer.nothing, { kind: "read" })),
            yield* refusal(client.patch("/api/v1/tags/1", Answer.nothing, { kind: "read" })),
            yield* refusal(client.delete("/api/v1/tags/1", { kind: "read" })),
            yield* refusal(client.get(`/api/v1/devices/${id(1)}/secrets/filevaultkey`, Schema.Unknown)),
            yield* refusal(client.get(`/api/v1/devices/${id(1)}/%73ecrets/unlockpin`, Schema.Unknown))
          ]
          expect(errors.map(({ reason }) => reason)).toEqual(Array(5).fill("Refused"))
        })
      )
      expect(sent).toEqual(["GET /api/v1/tags"])
    })
  )

  const letters = (text: string) =>
    FastCheck.tuple(
      ...[...text].map((letter) => FastCheck.constantFrom(letter, letter.toUpperCase(), encoded(letter)))
    ).map((all) => all.join(""))
  const encoded = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`
  const slash = FastCheck.constantFrom("/", "//", "/./", "/x/../", "%2f", "%2F", "\\", "/;/")
  const spelling = FastCheck.tuple(
    slash,
    letters("action"),
    slash,
    letters("erase"),
    FastCheck.constantFrom("", "/", "?", "#", " ")
  )

  test("refuses an erase, however its path is spelled", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* serve(answers)
          const layer = Iru.layer(tenantAt(server.origin, { guard: Guard.readOnly }))
          const client = Context.get(yield* Layer.build(layer), ApiClient)
          yield* Effect.promise(() =>
            FastCheck.assert(
              FastCheck.asyncProperty(
                spelling,
                FastCheck.constantFrom("post" as const, "patch" as const),
                FastCheck.constantFrom("read" as const, "write" as const, undefined),
                async (parts, method, kind) => {
                  const path = `/api/v1/devices/${id(1)}${parts.join("")}`
                  const error = await Effect.runPromise(
                    Effect.flip(client[method](path, Answer.nothing, { kind })).pipe(
                      Logger.withMinimumLogLevel(LogLevel.None)
                    )
                  )
                  expect(["Refused", "InvalidArgument"]).toContain(error.reason)
                }
              ),
              { numRuns: 300 }
            )
          )
          expect(server.received).toEqual([])
        })
      )
    ))
})

describe("a session without secrets", () => {
  effect("refuses calls that read secrets, and allows all others", () =>
    Effect.gen(function* () {
      const { sent } = yield* guarded(
        Guard.noSecrets,
        Effect.gen(function* () {
          expect((yield* refusal((yield* DeviceSecrets).unlockPin(id(1)))).message).toContain("Guard.noSecrets")
          yield* erase(1)
        })
      )
      expect(sent).toEqual([`POST /api/v1/devices/${id(1)}/action/erase`])
    })
  )
})

describe("a limit", () => {
  effect("allows as many calls of a kind as it says, however many are made at once", () =>
    Effect.gen(function* () {
      const { sent, value } = yield* guarded(
        Guard.limit({ destructive: 5 }),
        Effect.forEach(
          Array.from({ length: 40 }, (_, number) => number),
          (number) => Effect.either(erase(number)),
          { concurrency: 16 }
        )
      )
      expect(sent).toHaveLength(5)
      const refused = value.flatMap((outcome) => (outcome._tag === "Left" ? [outcome.left] : []))
      expect(refused).toHaveLength(35)
      expect(refused[0]?.detail).toBe(
        "The limit is 5 destructive calls: 5 were admitted before, and this call asks for 1 more. If that is meant, raise the limit ({ destructive: 6 })."
      )
    })
  )

  effect("of devices counts each device once, however many actions it gets", () =>
    Effect.gen(function* () {
      const { sent, value } = yield* guarded(
        Guard.limit({ device: 2 }),
        Effect.gen(function* () {
          const actions = yield* DeviceActions
          yield* restart(1)
          yield* actions.blankPush(id(1).toUpperCase())
          yield* restart(2)
          yield* restart(1)
          return yield* refusal(restart(3))
        })
      )
      expect(sent).toHaveLength(4)
      expect(value.detail).toContain("The limit is 2 devices: 2 were admitted before")
    })
  )

  live("counts a call with its retries as one call", () =>
    Effect.gen(function* () {
      let tries = 0
      const { sent } = yield* guarded(
        Guard.limit({ destructive: 1 }),
        Effect.gen(function* () {
          yield* (yield* Tags).delete(id(1))
          expect((yield* refusal((yield* Tags).delete(id(1)))).reason).toBe("Refused")
        }),
        () => (tries++ < 2 ? { status: 503 } : { status: 204 })
      )
      expect(sent).toHaveLength(3)
    })
  )

  effect("does not count a call that another rule refused", () =>
    Effect.gen(function* () {
      const { sent } = yield* guarded(
        Guard.all(
          Guard.limit({ device: 1, destructive: 1 }),
          Guard.confirm(({ ids }) => Effect.succeed(ids["device_id"] === id(2)), ["device", "destructive"])
        ),
        Effect.gen(function* () {
          expect((yield* refusal(restart(1))).detail).toContain("not confirmed")
          expect((yield* refusal(erase(1))).detail).toContain("not confirmed")
          yield* restart(2)
          yield* erase(2)
        })
      )
      expect(sent).toHaveLength(2)
    })
  )

  effect("that is not a valid number allows no call", () =>
    Effect.gen(function* () {
      const { sent } = yield* guarded(
        Guard.limit({ destructive: Number.NaN, device: -1 }),
        Effect.zip(refusal(erase(1)), refusal(restart(1)))
      )
      expect(sent).toEqual([])
    })
  )
})

describe("a confirmation", () => {
  class Prompt extends Context.Tag("Prompt")<
    Prompt,
    { readonly ask: (question: string) => Effect.Effect<boolean, Error> }
  >() {}

  const asking = Guard.confirm(({ ids, isRepeat, kind, operation }) =>
    Effect.flatMap(Prompt, ({ ask }) => ask(`${operation} ${kind} ${ids["device_id"]} ${isRepeat}`))
  )

  live("is asked once for each call, with the operation, its kind and the device; a retry does not ask again", () =>
    Effect.gen(function* () {
      const questions = yield* Ref.make<ReadonlyArray<string>>([])
      let tries = 0
      const prompt = Layer.succeed(Prompt, {
        ask: (question) =>
          Effect.as(
            Ref.update(questions, (all) => [...all, question]),
            true
          )
      })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const server = yield* serve(() =>
            tries++ === 0 ? { status: 429, headers: { "retry-after": "0" } } : { status: 204 }
          )
          yield* Effect.provide(
            Effect.zipRight(erase(1), Effect.zipRight(restart(1), erase(1))),
            Iru.layer({ ...tenantAt(server.origin), guard: asking }).pipe(Layer.provide(prompt))
          )
          expect(server.received).toHaveLength(4)
        })
      )
      expect(yield* Ref.get(questions)).toEqual([
        `DeviceActions.erase destructive ${id(1)} false`,
        `DeviceActions.erase destructive ${id(1)} true`
      ])
    })
  )

  effect("that cannot be asked refuses the call, and its error is the cause of the refusal", () =>
    Effect.gen(function* () {
      const { sent, value } = yield* guarded(
        undefined,
        refusal(
          erase(1).pipe(
            ApiClient.withGuard(asking),
            Effect.provideService(Prompt, { ask: () => Effect.fail(new Error("no terminal")) })
          )
        )
      )
      expect(sent).toEqual([])
      expect(value.reason).toBe("Refused")
      expect(value.cause).toEqual(new Error("no terminal"))
    })
  )

  effect("is not asked if another rule has already refused the call", () =>
    Effect.gen(function* () {
      const asked = yield* Ref.make(0)
      const counting = Guard.confirm(() =>
        Effect.as(
          Ref.update(asked, (count) => count + 1),
          true
        )
      )
      yield* guarded(counting, refusal(erase(1).pipe(ApiClient.withGuard(Guard.readOnly))))
      expect(yield* Ref.get(asked)).toBe(0)
    })
  )
})

describe("Guard.only", () => {
  effect("allows only the named operations; a named listing may be read as a stream or as a list", () =>
    Effect.gen(function* () {
      const { sent } = yield* guarded(
        Guard.only(["Tags.*", "CustomScripts.stream", "Devices.get"]),
        Effect.gen(function* () {
          yield* (yield* Tags).delete(id(1))
          yield* (yield* CustomScripts).list()
          yield* Stream.runDrain((yield* CustomScripts).stream())
          expect((yield* refusal((yield* Devices).delete(id(1)))).detail).toBe(
            "Only Tags.*, CustomScripts.stream, Devices.get are admitted. Name Devices.delete if it is meant."
          )
          expect((yield* refusal((yield* ApiClient).get("/api/v1/tags", Schema.Unknown))).reason).toBe("Refused")
        })
      )
      expect(sent).toEqual([
        `DELETE /api/v1/tags/${id(1)}`,
        "GET /api/v1/library/custom-scripts",
        "GET /api/v1/library/custom-scripts"
      ])
    })
  )

  test("does not compile with the name of an unknown operation or service", () => {
    // @ts-expect-error: there is no operation of this name.
    Guard.only(["Tags.erase"])
    // @ts-expect-error: there is no service of this name.
    Guard.only(["Tag.*"])
    const own: string = "Devices.wipe"
    expect(Guard.only([own])._tag).toBe("Guard")
  })
})

describe("a guard for part of a program", () => {
  effect("makes the session's rules stricter, never looser, also for the fibers and streams of that part", () =>
    Effect.gen(function* () {
      const { sent } = yield* guarded(
        Guard.limit({ destructive: 100 }),
        Effect.gen(function* () {
          const careful = ApiClient.withGuard(Guard.limit({ destructive: 1 }))
          const two = Effect.zipRight(erase(1), erase(2))
          expect((yield* refusal(two.pipe(careful))).reason).toBe("Refused")
          // Each run has its own count.
          yield* erase(3).pipe(careful)
          yield* erase(4).pipe(careful)
          const forked = Effect.flatMap(Effect.fork(two), Fiber.join)
          expect((yield* refusal(forked.pipe(careful))).reason).toBe("Refused")
          const streamed = Stream.fromIterable([5, 6]).pipe(Stream.mapEffect(erase), careful)
          expect((yield* refusal(Stream.runDrain(streamed))).reason).toBe("Refused")
          const loose = ApiClient.withGuard(Guard.limit({ destructive: 1000 }))
          expect((yield* refusal(two.pipe(loose, careful))).reason).toBe("Refused")
          expect((yield* refusal(two.pipe(careful, loose))).reason).toBe("Refused")
          const first = ApiClient.withGuard(two, Guard.limit({ destructive: 1 }))
          expect((yield* refusal(first)).reason).toBe("Refused")
        })
      )
      expect(sent).toHaveLength(1 + 2 + 1 + 1 + 1 + 1 + 1)
    })
  )

  effect("cannot loosen the guard of the session", () =>
    Effect.gen(function* () {
      const { sent } = yield* guarded(
        Guard.readOnly,
        refusal(erase(1).pipe(ApiClient.withGuard(Guard.all()), ApiClient.withGuard(Guard.limit({ destructive: 9 }))))
      )
      expect(sent).toEqual([])
    })
  )
})

describe("IRU_GUARD", () => {
  const withVariable = (value: string) =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve(answers)
        const exit = yield* Effect.exit(
          Effect.provide(
            Effect.zip(
              Effect.either(erase(1)),
              Effect.either(Effect.flatMap(DeviceSecrets, (secrets) => secrets.unlockPin(id(1))))
            ),
            Iru.layerConfig()
          )
        ).pipe(
          Effect.withConfigProvider(
            ConfigProvider.fromMap(
              new Map([
                ["IRU_TENANT_URL", server.origin],
                ["IRU_API_TOKEN", token],
                ["IRU_GUARD", value]
              ])
            )
          )
        )
        return { exit, sent: server.received.length }
      })
    )

  effect("makes a session that is configured from variables read-only, or refuses to read secrets", () =>
    Effect.gen(function* () {
      expect(yield* withVariable("read-only")).toMatchObject({ sent: 0 })
      expect(yield* withVariable(" Read-Only , no-secrets")).toMatchObject({ sent: 0 })
      expect(yield* withVariable("no-secrets")).toMatchObject({ sent: 1 })
      expect((yield* withVariable("")).sent).toBe(2)
    })
  )

  effect("with any other value is a configuration error, and no session opens", () =>
    Effect.gen(function* () {
      for (const value of ["readonly", "constructor", "read-only,__proto__", ","]) {
        const { exit, sent } = yield* withVariable(value)
        expect(sent).toBe(0)
        expect(Exit.isFailure(exit) && Cause.isFailure(exit.cause)).toBe(true)
        const text = Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""
        expect(text).toContain("IRU_GUARD")
        expect(text).toContain("read-only or no-secrets")
      }
    })
  )

  effect("also takes effect if a program uses ApiConfig.layerConfig with its own transport", () =>
    Effect.map(
      ApiConfig.pipe(
        Effect.provide(ApiConfig.layerConfig()),
        Effect.withConfigProvider(
          ConfigProvider.fromMap(
            new Map([
              ["IRU_TENANT_URL", "x.api.iru.com"],
              ["IRU_API_TOKEN", token],
              ["IRU_GUARD", "read-only"]
            ])
          )
        )
      ),
      ({ guard }) => expect(guard?._tag).toBe("Guard")
    )
  )
})

describe("without a guard", () => {
  const erasing = (count: number) =>
    Effect.forEach(
      Array.from({ length: count }, (_, number) => number),
      erase,
      { concurrency: 8, discard: true }
    )

  live("nothing is refused, and more than 25 destructive calls in a minute log one warning", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const { sent } = yield* guarded(undefined, Effect.zipRight(erasing(25), erasing(60))).pipe(
        Effect.provide(logged(lines))
      )
      expect(sent).toHaveLength(85)
      expect(lines).toEqual([expect.stringContaining("WARN More than 25 calls within a minute cannot be taken back")])
    })
  )

  live("neither 25 destructive calls nor more calls of other kinds log a warning", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      yield* guarded(
        undefined,
        Effect.zipRight(
          erasing(25),
          Effect.forEach(
            Array.from({ length: 40 }, (_, number) => number),
            restart,
            { concurrency: 8 }
          )
        )
      ).pipe(Effect.provide(logged(lines)))
      expect(lines).toEqual([])
    })
  )
})
