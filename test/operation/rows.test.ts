/**
 * An operation as a value: what it sends and refuses, how its answer is decoded, and its spans, metrics and stacks.
 */
import { effect } from "@effect/vitest"
import { Answer, ApiClient, type ApiClientError, CustomApps, CustomScripts, Operation } from "effect-iru"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { appRecord, pageOf } from "../support/records.js"
import { type Handler, lastRequest, routes } from "../support/server.js"
import { fieldsOf, untyped, withTenant } from "../support/tenant.js"
import { type Recorded, recording } from "../support/tracer.js"

const options = { pace: { perSecond: Infinity, perHour: Infinity }, retry: { base: 0 } }

const Body = Schema.Struct({
  pin: Schema.optional(Schema.Redacted(Schema.String)),
  at: Schema.optional(Schema.Date),
  count: Schema.optional(Schema.NumberFromString),
  isActive: Schema.optional(Schema.Boolean),
  nested: Schema.optional(
    Schema.Struct({ code: Schema.optional(Schema.String), deeper: Schema.optional(Schema.Struct({ n: Schema.Int })) })
  )
})
const Filters = Schema.Struct({
  ids: Schema.optional(Schema.Array(Schema.String)),
  since: Schema.optional(Schema.Date),
  limit: Schema.optional(Schema.Int),
  where: Schema.optional(Schema.parseJson(Schema.Struct({ like: Schema.String })))
})

const row = { method: "POST", path: "/api/v1/notes/{note_id}", query: Filters, kind: "write" } as const
const asJson = Operation.make({ ...row, name: "Notes.json", json: Body })
const asForm = Operation.make({
  ...row,
  name: "Notes.form",
  form: Body.pipe(Schema.omit("at"), Schema.extend(Schema.Struct({ at: Schema.optional(Schema.Date) })))
})

const text = FastCheck.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.isWellFormed())

describe("the value that a tenant receives", () => {
  effect("is the encoded value in JSON, in a form and in the query, for any values", () =>
    withTenant(
      () => ({ status: 204 }),
      options
    )((server) =>
      Effect.gen(function* () {
        const client = yield* ApiClient
        const run = Runtime.runPromise(yield* Effect.runtime<never>())
        const date = FastCheck.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
        const body = FastCheck.record(
          {
            pin: text.map(Redacted.make),
            at: date,
            count: FastCheck.integer(),
            isActive: FastCheck.boolean(),
            nested: FastCheck.record(
              { code: text, deeper: FastCheck.record({ n: FastCheck.integer() }) },
              { requiredKeys: [] }
            )
          },
          { requiredKeys: [] }
        )
        const query = FastCheck.record(
          {
            ids: FastCheck.array(FastCheck.uuid(), { minLength: 1 }),
            since: date,
            limit: FastCheck.integer(),
            where: FastCheck.record({ like: text })
          },
          { requiredKeys: [] }
        )
        yield* Effect.promise(() =>
          FastCheck.assert(
            FastCheck.asyncProperty(body, query, text, async (body, query, id) => {
              if (id === "." || id === "..") return
              const { at, count, nested, pin } = body
              const expectedQuery = {
                ...(query.ids && { ids: query.ids.join(",") }),
                ...(query.since && { since: query.since.toISOString() }),
                ...(query.limit !== undefined && { limit: String(query.limit) }),
                ...(query.where && { where: JSON.stringify(query.where) }),
                source: expect.stringMatching(/^effect-iru/)
              }
              await run(client.call(asJson)(id, body, query))
              const json = lastRequest(server)
              expect(json.path).toBe(`/api/v1/notes/${encodeURIComponent(id)}`)
              expect(json.query).toEqual(expectedQuery)
              expect(JSON.parse(json.body.toString())).toEqual({
                ...body,
                ...(pin && { pin: Redacted.value(pin) }),
                ...(at && { at: at.toISOString() }),
                ...(count !== undefined && { count: String(count) })
              })
              await run(client.call(asForm)(id, body, query))
              const form = lastRequest(server)
              expect(form.query).toEqual(expectedQuery)
              expect(Object.fromEntries(new URLSearchParams(form.body.toString()))).toEqual({
                ...(pin && { pin: Redacted.value(pin) }),
                ...(at && { at: at.toISOString() }),
                ...(count !== undefined && { count: String(count) }),
                ...(body.isActive !== undefined && { isActive: String(body.isActive) }),
                ...(nested?.code !== undefined && { "nested.code": nested.code }),
                ...(nested?.deeper && { "nested.deeper.n": String(nested.deeper.n) })
              })
            }),
            { numRuns: 60 }
          )
        )
      })
    )
  )

  effect("is not sent if an optional body is left out, and is refused before sending if it has an unknown field", () =>
    withTenant(
      () => ({ status: 204 }),
      options
    )((server) =>
      Effect.gen(function* () {
        const client = yield* ApiClient
        yield* client.call(asJson)("1")
        expect(lastRequest(server).body).toHaveLength(0)
        const wrong = untyped<{ readonly isActive?: boolean }>({ isActive: "yes", anwser: 1 })
        expect(fieldsOf(yield* Effect.flip(client.call(asJson)("..", wrong, untyped({ limit: 1.5 }))))).toEqual([
          "anwser",
          "isActive",
          "limit",
          "note_id"
        ])
        expect(server.received).toHaveLength(1)
      })
    )
  )

  effect("is not sent by a PATCH that changes nothing", () =>
    withTenant(
      () => ({ status: 204 }),
      options
    )((server) =>
      Effect.gen(function* () {
        const client = yield* ApiClient
        const rename = Operation.make({
          name: "Notes.rename",
          method: "PATCH",
          path: "/api/v1/notes/{note_id}",
          json: Schema.Struct({ name: Schema.optional(Schema.String) }),
          kind: "write"
        })
        const error = yield* Effect.flip(client.call(rename)("1", { name: undefined }))
        expect(error).toMatchObject({ reason: "InvalidArgument", operation: "Notes.rename" })
        expect(server.received).toHaveLength(0)
      })
    )
  )
})

describe("an answer", () => {
  const answering =
    (body: string | undefined, headers: Record<string, string> = {}): Handler =>
    () => ({ body, headers })

  effect("is ignored by Answer.nothing, and returned unchanged by Answer.text and Answer.bytes", () =>
    withTenant(
      routes({
        "POST /api/v1/nothing": answering("<html>Thanks.</html>"),
        "GET /api/v1/text": answering("pong ✓"),
        "GET /api/v1/bytes": answering("<plist/>", {
          "content-type": "application/x-apple-aspen-config",
          "content-disposition": "attachment; filename*=UTF-8''B%C3%BCro.mobileconfig"
        }),
        "GET /api/v1/empty": answering(""),
        "GET /api/v1/full": answering('{"n":1}')
      }),
      options
    )(() =>
      Effect.gen(function* () {
        const client = yield* ApiClient
        expect(yield* client.post("/api/v1/nothing", Answer.nothing)).toBeUndefined()
        expect(yield* client.get("/api/v1/text", Answer.text)).toBe("pong ✓")
        expect(yield* client.get("/api/v1/bytes", Answer.bytes)).toEqual({
          bytes: Buffer.from("<plist/>"),
          contentType: "application/x-apple-aspen-config",
          fileName: "Büro.mobileconfig"
        })
        const maybe = Answer.maybeEmpty(Schema.Struct({ n: Schema.Number }))
        expect(yield* client.get("/api/v1/empty", maybe)).toEqual(Option.none())
        expect(yield* client.get("/api/v1/full", maybe)).toEqual(Option.some({ n: 1 }))
        const error = yield* Effect.flip(client.get("/api/v1/empty", Schema.Struct({ n: Schema.Number })))
        expect(error.reason).toBe("Decode")
      })
    )
  )

  for (const [what, answer, outcome] of [
    ["counts as done", Answer.nothing, "Right"],
    ["is a failure if the operation returns a value", Answer.text, "Left"]
  ] as const) {
    effect(`of 404 to a repeated DELETE whose first answer was lost ${what}`, () => {
      let tries = 0
      return withTenant((_, { response }) => {
        if (tries++ > 0) return { status: 404 }
        response.destroy()
        return "handled"
      }, options)(() =>
        Effect.gen(function* () {
          const client = yield* ApiClient
          const remove = Operation.make({
            name: "Notes.delete",
            method: "DELETE",
            path: "/api/v1/notes/{note_id}",
            answer,
            kind: "destructive"
          })
          expect((yield* Effect.either(client.call(remove)("1")))._tag).toBe(outcome)
        })
      )
    })
  }
})

describe("spans, metrics and stacks of an operation", () => {
  effect("name each id as the API does, in spans and in the error for an invalid id", () => {
    const spans: Array<Recorded> = []
    return withTenant(
      () => ({ status: 204 }),
      options
    )((server) =>
      Effect.gen(function* () {
        const client = yield* ApiClient
        const remove = Operation.make({
          name: "DeviceNotes.delete",
          method: "DELETE",
          path: "/api/v1/devices/{device_id}/notes/{note_id}",
          kind: "destructive"
        })
        yield* client
          .call(remove)("a/b", "c?d")
          .pipe(Effect.withTracer(recording(spans)))
        expect(lastRequest(server).path).toBe("/api/v1/devices/a%2Fb/notes/c%3Fd")
        expect(spans.map(({ name }) => name)).toEqual([
          "DeviceNotes.delete",
          "DELETE /api/v1/devices/{device_id}/notes/{note_id}"
        ])
        expect(fieldsOf(yield* Effect.flip(client.call(remove)("a", "")))).toEqual(["note_id"])
      })
    )
  })

  effect("have a parent span for a composed operation, and count only its calls", () => {
    const spans: Array<Recorded> = []
    const storage = new URL("/storage", "http://placeholder.invalid")
    return withTenant(
      (request, raw) =>
        routes({
          "GET /api/v1/library/custom-apps": { body: pageOf([]) },
          "POST /api/v1/library/custom-apps/upload": {
            body: {
              name: "a.pkg",
              expires: "2099-01-01T00:00:00Z",
              post_url: `http://${request.headers.host}${storage.pathname}`,
              post_data: { key: "k" },
              file_key: "companies/c/a_0123abcd.pkg"
            }
          },
          "POST /storage": { status: 204 },
          "POST /api/v1/library/custom-apps": {
            status: 201,
            body: appRecord({
              sha256: "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81",
              file_size: 3
            })
          },
          "GET /api/v1/library/custom-apps/*": { body: appRecord() }
        })(request, raw),
      options
    )(({ origin }) =>
      Effect.gen(function* () {
        const apps = yield* CustomApps
        yield* apps
          .publish({
            name: "Tool",
            install_type: "package",
            install_enforcement: "install_once",
            installer: { name: "a.pkg", bytes: new Uint8Array([1, 2, 3]) }
          })
          .pipe(Effect.withTracer(recording(spans)), Effect.exit)
        const below = spans.filter(({ parent }) => parent === "CustomApps.publish").map(({ name }) => name)
        expect(spans[0]).toMatchObject({ name: "CustomApps.publish", parent: undefined })
        expect(below).toEqual(["CustomApps.stream", "InstallerTransfer.upload", "CustomApps.create"])
        expect(spans.find(({ name }) => name === "CustomApps.presign")?.parent).toBe("InstallerTransfer.upload")
        const counted = Chunk.toReadonlyArray(Chunk.fromIterable(yield* Metric.snapshot))
          .filter(({ metricKey }) => metricKey.name === "iru.calls")
          .map(({ metricKey }) => Object.fromEntries(Array.from(metricKey.tags, ({ key, value }) => [key, value])))
          .filter(({ tenant }) => tenant === new URL(origin).host)
          .map(({ operation }) => operation)
        expect(counted).toContain("CustomApps.create")
        expect(counted).not.toContain("CustomApps.publish")
      })
    )
  })

  effect("name the line of the call in the stack of a failure", () =>
    withTenant(
      () => ({ status: 404 }),
      options
    )(() =>
      Effect.gen(function* () {
        const scripts = yield* CustomScripts
        const apps = yield* CustomApps
        const here = (error: ApiClientError) => error.stack?.split("\n")[1]
        const askForScript = () => scripts.get("missing")
        const streamScripts = () => Stream.runDrain(scripts.stream())
        const download = () => apps.download("missing", { to: "/tmp/" })
        expect(here(yield* Effect.flip(askForScript()))).toMatch(/askForScript .*rows\.test\.ts/)
        expect(here(yield* Effect.flip(streamScripts()))).toMatch(/streamScripts .*rows\.test\.ts/)
        const error = yield* Effect.flip(download())
        expect(error.stack?.split("\n")[1]).toMatch(/download .*rows\.test\.ts/)
      })
    )
  )
})

describe("a part of a program", () => {
  effect("can have its own retry and priority, as an effect or a stream, data first or data last", () => {
    let asked = 0
    return withTenant(() => {
      asked += 1
      return { status: 503 }
    }, options)(() =>
      Effect.gen(function* () {
        const scripts = yield* CustomScripts
        const once = { times: 0 }
        const tries = <A, E, R>(part: Effect.Effect<A, E, R>) =>
          Effect.suspend(() => {
            asked = 0
            return Effect.map(Effect.exit(part), () => asked)
          })
        expect(yield* tries(scripts.get("1"))).toBe(5)
        expect(yield* tries(scripts.get("1").pipe(ApiClient.withRetry(once)))).toBe(1)
        expect(yield* tries(ApiClient.withRetry(scripts.get("1"), once))).toBe(1)
        expect(yield* tries(ApiClient.noRetry(scripts.get("1")))).toBe(1)
        expect(yield* tries(Stream.runDrain(scripts.stream().pipe(ApiClient.withRetry({ times: 1 }))))).toBe(2)
        expect(yield* tries(Stream.runDrain(ApiClient.withRetry(scripts.stream(), once)))).toBe(1)
        expect(yield* tries(Effect.provideService(scripts.get("1"), ApiClient.RetryOverride, once))).toBe(1)
        const priorities = yield* Effect.all([
          ApiClient.RequestPriority.pipe(ApiClient.withPriority("bulk")),
          Stream.runHead(ApiClient.withPriority(Stream.fromEffect(ApiClient.RequestPriority), "bulk"))
        ])
        expect(priorities).toEqual(["bulk", Option.some("bulk")])
      })
    )
  })
})
