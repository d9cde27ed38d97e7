import {
  type ApiClientError,
  Blueprints,
  CustomApps,
  CustomProfiles,
  CustomScripts,
  type PayloadError,
  type UpdateBlueprint,
  type UpdateCustomApp,
  type UpdateCustomProfile,
  type UpdateCustomScript
} from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, expect, test } from "vitest"
import { formOf, jsonOf, multipartOf } from "../support/bodies.js"
import { appRecord, blueprintRecord, profileRecord, scriptRecord } from "../support/records.js"
import { lastRequest, serve, type TestServer } from "../support/server.js"
import { tenantAt } from "../support/tenant.js"

class Server extends Context.Tag("test/Server")<Server, TestServer>() {}

const records = { ...profileRecord(), ...scriptRecord(), ...blueprintRecord(), ...appRecord() }
const server = Layer.scoped(
  Server,
  serve(() => ({ body: records }))
)
const tenant = Layer.unwrapEffect(
  Effect.map(Server, ({ origin }) => Iru.layer(tenantAt(origin, { pace: { perSecond: 1e6, perHour: 1e9 } })))
)
const runtime = ManagedRuntime.make(Layer.provideMerge(tenant, server))
afterAll(() => runtime.dispose())

/** Sends an update and returns the sent fields. `undefined` if the update was refused because it was empty. */
const update = async (
  changes: object,
  operation: Effect.Effect<unknown, ApiClientError | PayloadError, Iru.Services>
) => {
  const server = await runtime.runPromise(Server)
  const before = server.received.length
  if (Object.values(changes).every((value) => value === undefined)) {
    const error = await runtime.runPromise(Effect.flip(operation))
    expect(error).toMatchObject({ reason: "InvalidArgument", fieldErrors: { "": ["nothing to change is given"] } })
    expect(server.received.length).toBe(before)
    return undefined
  }
  await runtime.runPromise(operation)
  expect(server.received.length).toBe(before + 1)
  return lastRequest(server)
}

/** The given fields as texts, in the order of their schema. */
const given = (changes: object): ReadonlyArray<readonly [string, string]> =>
  Object.entries(changes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)] as const)
    .sort()

const text = FastCheck.oneof(FastCheck.constantFrom("", " ", "\r\n", "true"), FastCheck.string({ unit: "grapheme" }))
const flag = FastCheck.boolean()
const runs = { numRuns: 60 }

/** Any subset of the fields. Each is given, `undefined` or missing. */
const some = <A>(fields: { [K in keyof A]: FastCheck.Arbitrary<A[K]> }) =>
  FastCheck.record(
    Object.fromEntries(
      Object.entries<FastCheck.Arbitrary<unknown>>(fields).map(([name, value]) => [
        name,
        FastCheck.option(value, { nil: undefined, freq: 1 })
      ])
    ),
    { requiredKeys: [] }
  )

test("an update of a script sends exactly the given fields, unchanged", () =>
  FastCheck.assert(
    FastCheck.asyncProperty(
      some<UpdateCustomScript>({
        name: text,
        script: text,
        remediation_script: text,
        execution_frequency: FastCheck.constantFrom("once", "every_15_min", "every_day"),
        active: flag,
        restart: flag,
        self_service_recommended: flag,
        self_service_category_id: text
      }),
      async (changes) => {
        const sent = await update(
          changes,
          Effect.flatMap(CustomScripts, (scripts) => scripts.update("x", changes))
        )
        if (sent !== undefined) expect(jsonOf(sent)).toEqual(JSON.parse(JSON.stringify(changes)))
      }
    ),
    runs
  ))

test("an update of an app sends exactly the given fields", () =>
  FastCheck.assert(
    FastCheck.asyncProperty(
      some<UpdateCustomApp>({
        name: text,
        audit_script: text,
        preinstall_script: text,
        postinstall_script: text,
        unzip_location: text,
        active: flag,
        restart: flag,
        self_service_recommended: flag,
        self_service_category_id: text
      }),
      async (changes) => {
        const sent = await update(
          changes,
          Effect.flatMap(CustomApps, (apps) => apps.update("x", changes))
        )
        if (sent !== undefined) expect([...formOf(sent)].sort()).toEqual(given(changes))
      }
    ),
    runs
  ))

test("an update of a profile sends exactly the given fields", () =>
  FastCheck.assert(
    FastCheck.asyncProperty(
      some<UpdateCustomProfile>({
        name: text,
        active: flag,
        runs_on_mac: flag,
        runs_on_iphone: flag,
        runs_on_ipad: flag,
        runs_on_tv: flag,
        runs_on_vision: flag
      }),
      FastCheck.option(FastCheck.uint8Array({ minLength: 1 }), { nil: undefined }),
      async (fields, content) => {
        const changes = content === undefined ? fields : { ...fields, file: { content } }
        const sent = await update(
          changes,
          Effect.flatMap(CustomProfiles, (profiles) => profiles.update("x", changes))
        )
        if (sent === undefined) return
        const form = await multipartOf(sent)
        expect([...form.fields].sort()).toEqual(given(fields))
        expect(form.files.map((file) => [...file.content])).toEqual(content === undefined ? [] : [[...content]])
      }
    ),
    runs
  ))

test("an update of a Blueprint with an empty enrollment code is an empty update", async () => {
  for (const enrollment_code of [{}, { code: undefined, is_active: undefined }]) {
    const operation = Effect.flatMap(Blueprints, (blueprints) => blueprints.update("x", { enrollment_code }))
    expect(await update({}, operation)).toBeUndefined()
  }
})

test("an update of a Blueprint sends exactly the given fields, with dots in the names of nested ones", () =>
  FastCheck.assert(
    FastCheck.asyncProperty(
      some<UpdateBlueprint>({ name: text, description: text, icon: text, color: text }),
      some<NonNullable<UpdateBlueprint["enrollment_code"]>>({ code: text, is_active: flag }),
      async (fields, enrollment_code) => {
        const dotted = {
          ...fields,
          "enrollment_code.code": enrollment_code["code"],
          "enrollment_code.is_active": enrollment_code["is_active"]
        }
        const sent = await update(
          dotted,
          Effect.flatMap(Blueprints, (blueprints) => blueprints.update("x", { ...fields, enrollment_code }))
        )
        if (sent !== undefined) expect([...formOf(sent)].sort()).toEqual(given(dotted))
      }
    ),
    runs
  ))
