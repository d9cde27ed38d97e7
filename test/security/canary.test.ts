/**
 * Every operation runs with a known token and known presigned addresses, while the tenant and the storage answer well
 * or badly. Afterwards the token may appear only in requests to the tenant, and the signatures only in requests to
 * storage.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Otlp from "@effect/opentelemetry/Otlp"
import { describe, live } from "@effect/vitest"
import {
  ApiClient,
  ApiConfig,
  Blueprints,
  CustomApps,
  CustomProfiles,
  CustomScripts,
  InstallerTransfer,
  SelfServiceCategories
} from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { format } from "node:util"
import { expect, vi } from "vitest"
import { appRecord, blueprintRecord, pageOf, profileRecord, scriptRecord } from "../support/records.js"
import { type Handler, type Received, type Reply, serve } from "../support/server.js"
import { tenantAt } from "../support/tenant.js"
import { leaks, type Said, secrets, writtenDown } from "./secrets.js"

const { formSignature, formToken, token, urlSignature, urlToken } = secrets

const signed = (url: string): string =>
  `${url}?X-Amz-Security-Token=${encodeURIComponent(urlToken)}&X-Amz-Signature=${urlSignature}`

/** The tenant's answers if nothing is wrong. */
const wellBehaved =
  (store: string) =>
  ({ method, path }: Received): Reply => {
    const last = path.slice("/api/v1/".length).replace(/[0-9a-f-]{36}/, "{id}")
    const app = appRecord({ file_url: signed(`${store}/App.pkg`), sha256: undefined, file_size: 13 })
    const place = {
      name: "App.pkg",
      expires: "2999-01-01T00:00:00Z",
      post_url: store,
      post_data: { key: "App.pkg", "x-amz-signature": formSignature, "x-amz-security-token": formToken },
      file_key: "companies/c/App_0a1b2c3d.pkg"
    }
    const bodies: Readonly<Record<string, unknown>> = {
      "library/custom-apps": method === "GET" ? pageOf([app]) : app,
      "library/custom-apps/{id}": app,
      "library/custom-apps/upload": place,
      "library/custom-scripts": method === "GET" ? pageOf([scriptRecord()]) : scriptRecord(),
      "library/custom-scripts/{id}": scriptRecord(),
      "library/custom-profiles": method === "GET" ? pageOf([profileRecord()]) : profileRecord(),
      "library/custom-profiles/{id}": profileRecord(),
      blueprints: method === "GET" ? pageOf([blueprintRecord()]) : blueprintRecord(),
      "blueprints/{id}": blueprintRecord(),
      "blueprints/templates/": pageOf([]),
      "blueprints/{id}/list-library-items": pageOf([{ id: "i", name: "An item" }]),
      "blueprints/{id}/assign-library-item": ["i"],
      "blueprints/{id}/remove-library-item": [],
      "self-service/categories": [{ id: "c", name: "Utilities" }]
    }
    return method === "DELETE" ? { status: 204 } : { body: bodies[last] ?? {} }
  }

interface Mood {
  /** How the tenant answers. By default: correctly. */
  readonly api?: ((well: Reply, store: string) => Handler) | undefined
  /** How storage answers. By default: correctly. */
  readonly store?: Handler | undefined
  /** Whether a server never answers, so that the timeout should be short. */
  readonly isSilent?: boolean | undefined
}

const headOf = ({ headers, method, search }: Received): string =>
  `${method} ${search} ${Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join("\r\n")}`

/** Answers with the request's own head. */
const parrot: Handler = (received, { response }) => {
  response.socket?.end(`${headOf(received)}\r\n\r\n`)
  return "handled"
}

const cut: Handler = (_, { response }) => {
  response.writeHead(200, { "content-length": "1000" })
  response.write('{"id": "', () => response.destroy())
  return "handled"
}

const reset: Handler = (_, { request }) => {
  request.socket.resetAndDestroy()
  return "handled"
}

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (): Handler =>
  () => ({ status, body, headers })

/** An answer whose records have another value at one key. */
const changed =
  (key: string, value: (store: string) => unknown) =>
  (well: Reply, store: string): Handler =>
  () => ({
    ...well,
    body:
      typeof well.body === "object" && well.body !== null && key in well.body
        ? { ...well.body, [key]: value(store) }
        : well.body
  })

const s3Error =
  (status: number, code: string): Handler =>
  (received) => ({
    status,
    body: `<Error><Code>${code}</Code><Message>${
      received.method === "POST" ? `${formSignature} with ${formToken}` : received.search.replaceAll("&", "&amp;")
    } is wrong</Message><SignatureProvided>${formSignature}</SignatureProvided><Request>${headOf(received)}</Request></Error>`
  })

const moods: Readonly<Record<string, Mood>> = {
  "every answer is correct": {},
  "every call is a 400 that repeats the request in its detail": {
    api: () => (received) => ({ status: 400, body: { detail: `Bad: ${headOf(received)}` } })
  },
  "every call is a 400 that repeats the token by field": {
    api: () => () => ({ status: 400, body: { name: [`${token} is no name`], [token]: ["is no field"] } })
  },
  "every call is a 500 with a page that repeats the request": {
    api: () => (received) => ({
      status: 500,
      body: `<html><title>${token}</title><pre>${headOf(received)}</pre></html>`
    })
  },
  "every call is a 401": { api: answer(401, { detail: "Invalid token." }) },
  "every call is a 403": { api: answer(403, { detail: "No permission." }) },
  "every call is a 404": { api: answer(404, "<!doctype html><h1>Not Found</h1>") },
  "every call is a 409": { api: answer(409, [token]) },
  "every call is a 429": { api: answer(429, { message: `limit of ${token}` }, { "retry-after": "0" }) },
  "every call is a 503": { api: answer(503, { detail: "The upload is still being processed." }) },
  "every call is a redirect": {
    api: (_, store) => () => ({ status: 307, headers: { location: signed(`${store}/elsewhere`) } })
  },
  "every header repeats the token": {
    api: (well) => () => ({ ...well, headers: { "x-echo": `Bearer ${token}`, "set-cookie": `t=${token}`, via: token } })
  },
  "every answer is a page with the token in it": { api: answer(200, `<html><title>${token}</title></html>`) },
  "every answer is other JSON with the token in it": {
    api: answer(200, { [token]: token, id: { token }, results: token })
  },
  "every answer is half of a JSON text with the token in it": { api: answer(200, `{"token": "${token}", `) },
  "every answer is the request itself": { api: () => parrot },
  "every answer is cut off": { api: () => cut },
  "every connection is reset": { api: () => reset },
  "no answer comes": { api: () => () => "handled", isSilent: true },
  "the address of an installer has another type": {
    api: changed("file_url", (store) => ({ url: [signed(store)] }))
  },
  "the address of an installer is invalid": { api: changed("file_url", () => signed("http://[bad")) },
  "the address of an installer is not a web address": {
    api: changed("file_url", () => signed("ftp://127.0.0.1/App.pkg"))
  },
  "the address of an installer leads to a closed port": {
    api: changed("file_url", () => signed("http://127.0.0.1:1/"))
  },
  "the form of a place has another type": {
    api: changed("post_data", () => ({ "x-amz-signature": [formSignature], key: { formToken } }))
  },
  "the place of an upload is not an address": { api: changed("post_url", () => "http://[bad") },
  "storage refuses, and repeats the request": { store: s3Error(403, "SignatureDoesNotMatch") },
  "storage says that everything has expired": { store: s3Error(400, "ExpiredToken") },
  "storage is not available": { store: s3Error(503, "SlowDown") },
  "storage redirects in circles": { store: () => ({ status: 302, headers: { location: signed("/again") } }) },
  "storage redirects to nowhere": { store: () => ({ status: 302, headers: { location: signed("http://[bad") } }) },
  "storage answers with the request itself": { store: parrot },
  "storage cuts": { store: cut },
  "storage resets": { store: reset },
  "storage stalls": { store: () => "handled", isSilent: true },
  "storage sends too many bytes": { store: () => ({ body: "x".repeat(100) }) },
  "storage sends too few bytes": { store: () => ({ body: "x" }) }
}

const id = "58429143-2a3b-4c1d-9d0e-aa11bb22cc33"
const script = { name: "x", script: "true", execution_frequency: "once" } as const
const profile = { name: "x", runs_on_mac: true, file: { content: "<plist/>" } }
const app = { name: "App", install_type: "package", install_enforcement: "install_once" } as const
const blueprint = { name: "B", enrollment_code: { is_active: true } }
const Named = Schema.Struct({ id: Schema.String, name: Schema.String })
const publishing = { processing: Schedule.recurs(1) }

/** Arguments for the operations. */
const argumentsOf = (folder: string, note: (progress: unknown) => void): Record<string, ReadonlyArray<unknown>> => {
  const installer = { path: join(folder, "App.pkg") }
  const changes = { name: "other" }
  const item = { library_item_id: id }
  const onProgress = note
  return {
    "ApiClient.get": ["/api/v1/self-service/categories", Schema.Array(Schema.Struct({ id: Schema.String }))],
    "ApiClient.post": ["/api/v1/library/custom-scripts", Named, { body: { json: {} } }],
    "ApiClient.patch": [`/api/v1/library/custom-scripts/${id}`, Named, { body: { form: { a: 1 } } }],
    "ApiClient.delete": [`/api/v1/library/custom-scripts/${id}`],
    "ApiClient.pages": ["/api/v1/library/custom-scripts", Named],
    "ApiClient.quota": [],
    "CustomScripts.stream": [],
    "CustomScripts.get": [id],
    "CustomScripts.delete": [id],
    "CustomScripts.list": [],
    "CustomScripts.create": [script],
    "CustomScripts.update": [id, changes],
    "CustomProfiles.stream": [],
    "CustomProfiles.get": [id],
    "CustomProfiles.delete": [id],
    "CustomProfiles.list": [],
    "CustomProfiles.create": [profile],
    "CustomProfiles.update": [id, changes],
    "CustomApps.stream": [],
    "CustomApps.get": [id],
    "CustomApps.delete": [id],
    "CustomApps.installer": [id],
    "CustomApps.list": [],
    "CustomApps.create": [
      { ...app, installer },
      { ...publishing, onProgress }
    ],
    "CustomApps.update": [id, { installer }, { ...publishing, onProgress }],
    "CustomApps.publish": [
      { ...app, installer },
      { ...publishing, onProgress }
    ],
    "CustomApps.presign": ["App.pkg"],
    "CustomApps.downloadAll": [
      Stream.unwrap(Effect.map(CustomApps, (apps) => apps.stream())),
      { to: join(folder, "all"), onProgress }
    ],
    "CustomApps.download": [id, { to: join(folder, "Copy.pkg"), onProgress }],
    "Blueprints.stream": [],
    "Blueprints.get": [id],
    "Blueprints.delete": [id],
    "Blueprints.libraryItems": [id],
    "Blueprints.list": [],
    "Blueprints.create": [blueprint],
    "Blueprints.update": [id, changes],
    "Blueprints.templates": [],
    "Blueprints.assign": [id, item],
    "Blueprints.remove": [id, item],
    "SelfServiceCategories.list": [],
    "SelfServiceCategories.find": ["Utilities"]
  }
}

const services = {
  ApiClient,
  Blueprints,
  CustomApps,
  CustomProfiles,
  CustomScripts,
  SelfServiceCategories
}

const isStream = (value: unknown): value is Stream.Stream<unknown, unknown> =>
  typeof value === "object" && value !== null && Stream.StreamTypeId in value

const isOperation = (value: unknown): value is (...args: ReadonlyArray<unknown>) => unknown =>
  typeof value === "function"

/** Every operation of every service as an effect. An operation without arguments in the table is called with an id. */
const operations = (folder: string, note: (progress: unknown) => void) =>
  Effect.gen(function* () {
    const known = argumentsOf(folder, note)
    const all: Array<readonly [name: string, operation: Effect.Effect<unknown, unknown>, isKnown: boolean]> = []
    for (const [name, tag] of Object.entries(services)) {
      const service: Readonly<Record<string, unknown>> = { ...(yield* tag) }
      for (const [key, operation] of Object.entries(service)) {
        const run = Effect.suspend(() => {
          const result = isOperation(operation) ? operation(...(known[`${name}.${key}`] ?? [id])) : operation
          if (isStream(result)) return Stream.runCollect(result)
          return Effect.isEffect(result) ? (result as Effect.Effect<unknown, unknown>) : Effect.succeed(result)
        })
        all.push([`${name}.${key}`, run, `${name}.${key}` in known])
      }
    }
    return all
  })

/** A tracer that keeps its spans. */
const recordingTracer = (spans: Array<unknown>): Tracer.Tracer =>
  Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const events: Array<unknown> = []
      const span: Tracer.Span & { readonly ended: Array<unknown>; readonly events: Array<unknown> } = {
        _tag: "Span",
        name,
        spanId: `${spans.length}`,
        traceId: "trace",
        parent,
        context,
        links,
        kind,
        sampled: true,
        attributes,
        status: { _tag: "Started", startTime },
        events,
        ended: [],
        attribute: (key, value) => void attributes.set(key, value),
        event: (...event) => void events.push(event),
        addLinks: () => undefined,
        end: (_, exit) => void span.ended.push(exit, Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "")
      }
      spans.push(span)
      return span
    },
    context: (run) => run()
  })

const temporaryFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "effect-iru-canary-"))
    await writeFile(join(folder, "App.pkg"), "the installer")
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Everything that is printed to the console, as it is printed. */
const console_ = (printed: Array<string>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      (["log", "info", "warn", "error", "debug", "trace", "group", "groupCollapsed"] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation((...args) => void printed.push(format(...args)))
      )
    ),
    (spies) => Effect.sync(() => spies.forEach((spy) => spy.mockRestore()))
  )

const loggers = Layer.mergeAll(
  Logger.add(Logger.withConsoleLog(Logger.jsonLogger)),
  Logger.add(Logger.withConsoleLog(Logger.logfmtLogger)),
  Logger.add(Logger.withConsoleLog(Logger.stringLogger)),
  Logger.add(Logger.withConsoleLog(Logger.structuredLogger)),
  Logger.add(Logger.prettyLogger({ colors: false, mode: "tty" })),
  Logger.minimumLogLevel(LogLevel.Trace)
)

const timeouts = (timeout: Duration.DurationInput) => ({
  timeout,
  transfer: { stallTimeout: timeout, retries: 1, retryDelay: 1 }
})

const [patient, impatient] = [timeouts("20 seconds"), timeouts("250 millis")]

/** Runs every operation while the servers answer in one way. Collects every text that appears. Gives the requests. */
const sayAll = (mood: Mood, observers: Layer.Layer<never>, say: (where: string, value: unknown) => void) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const printed: Array<string> = []
    yield* console_(printed)
    const store = yield* serve((received, raw) =>
      mood.store !== undefined
        ? mood.store(received, raw)
        : received.method === "POST"
          ? { status: 204 }
          : { body: "the installer" }
    )
    const api = yield* serve((received, raw) => {
      const well = wellBehaved(store.origin)(received)
      return mood.api === undefined ? well : mood.api(well, store.origin)(received, raw)
    })
    const options = tenantAt(api.origin, {
      apiToken: token,
      retry: { times: 1, base: "1 millis" },
      ...(mood.isSilent === true ? impatient : patient)
    })
    const program = Effect.gen(function* () {
      const all = yield* operations(folder, (progress) => say("progress", progress))
      for (const [name, tag] of Object.entries(services)) say(name, yield* tag)
      say("InstallerTransfer", yield* InstallerTransfer)
      yield* Effect.forEach(
        all,
        ([name, operation, isKnown]) =>
          Effect.gen(function* () {
            const exit = yield* Effect.exit(Effect.timeout(operation, "20 seconds"))
            say(`the exit of ${name}`, exit)
            if (Exit.isSuccess(exit)) {
              yield* Effect.logTrace(name, exit.value)
              say(`the result of ${name}`, exit.value)
              return
            }
            yield* Effect.logError(name, exit.cause)
            for (const error of [...Cause.failures(exit.cause), ...Cause.defects(exit.cause)]) {
              say(`the error of ${name}`, error)
              yield* Effect.logFatal(error)
              console.log(error)
              console.error("%s %j %O", error, error, error)
            }
            say(`Cause.pretty of ${name}`, Cause.pretty(exit.cause))
            say(`Cause.pretty with causes of ${name}`, Cause.pretty(exit.cause, { renderErrorCause: true }))
            say(`the pretty errors of ${name}`, Cause.prettyErrors(exit.cause))
            if (isKnown) expect(Option.isNone(Cause.dieOption(exit.cause)), `${name} ends in a defect`).toBe(true)
          }),
        { concurrency: 8, discard: true }
      )
    })
    yield* program.pipe(Effect.provide(Iru.layer(options)), Effect.provide(loggers), Effect.provide(observers))
    say("the metrics", yield* Metric.snapshot)
    say("the console", printed.join("\n"))
    expect(printed.length).toBeGreaterThan(0)
    return { api: api.received, store: store.received }
  }).pipe(Effect.scoped)

const everything = (requests: ReadonlyArray<Received>): string =>
  requests.map((request) => `${headOf(request)} ${request.path} ${request.body.toString("utf8")}`).join("\n")

describe("no log, span, error or defect shows the token or a signature of a presigned address, if", () => {
  for (const [name, mood] of Object.entries(moods)) {
    live(name, () =>
      Effect.gen(function* () {
        const spans: Array<unknown> = []
        const said: Array<Said> = []
        const visited = new WeakSet<object>()
        const { api, store } = yield* sayAll(mood, Layer.setTracer(recordingTracer(spans)), (where, value) =>
          said.push(...writtenDown(where, value, visited))
        )
        expect(spans.length).toBeGreaterThan(20)
        expect(leaks([...said, ...writtenDown("the spans", spans)])).toEqual([])

        // They were sent where they belong, and nowhere else.
        const [toApi, toStore] = [everything(api), everything(store)]
        expect(api.every(({ headers }) => headers.authorization === `Bearer ${token}`)).toBe(true)
        expect(toStore).not.toContain(token)
        for (const secret of [formSignature, formToken, urlSignature, urlToken]) expect(toApi).not.toContain(secret)
        if (name === "every answer is correct") {
          for (const secret of [formSignature, formToken, urlSignature, encodeURIComponent(urlToken)]) {
            expect(toStore).toContain(secret)
          }
        }
      })
    )
  }
})

describe("nothing that is exported over OpenTelemetry shows the token or a signature, if", () => {
  for (const [name, mood] of Object.entries(moods)) {
    live(name, () =>
      Effect.gen(function* () {
        const collector = yield* serve(() => ({ body: {} }))
        const exporter = Otlp.layerJson({
          baseUrl: collector.origin,
          resource: { serviceName: "canary" },
          tracerExportInterval: "50 millis"
        }).pipe(Layer.provide(FetchHttpClient.layer))
        yield* sayAll(mood, exporter, () => undefined)
        const exported = collector.received.map(({ body, path }) => ({ where: path, text: body.toString("utf8") }))
        const all = exported.map(({ text }) => text).join("\n")
        for (const word of ["CustomApps.create", "InstallerTransfer", "iru.calls", "resourceLogs"]) {
          expect(all).toContain(word)
        }
        expect(leaks(exported)).toEqual([])
      }).pipe(Effect.scoped)
    )
  }
})

describe("the configuration", () => {
  for (const [what, options] of [
    ["that is invalid because of the tenant's address", { tenantUrl: "https://example.com", apiToken: token }],
    ["that is invalid because of the token", { tenantUrl: "https://accuhive.api.iru.com", apiToken: `${token}!` }],
    ["that is invalid because of both", { tenantUrl: "", apiToken: ` ${token}` }],
    [
      "that is invalid because the variable of another host holds the token",
      { tenantUrl: "http://sandbox:8080", apiToken: "", allowInsecureHost: token }
    ],
    [
      "that is invalid because the token is given as the tenant",
      { tenantUrl: `https://${token}.kandji.io`, apiToken: "" }
    ],
    [
      "that is invalid because the address holds the token",
      { tenantUrl: `https://${token}@accuhive.api.iru.com`, apiToken: "" }
    ]
  ] as const) {
    live(`${what} fails without the token in the message`, () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(ApiConfig.layer(options))))
        expect(Exit.isFailure(exit)).toBe(true)
        expect(leaks(writtenDown("the exit", exit))).toEqual([])
        if (Exit.isFailure(exit)) expect(leaks([{ where: "it", text: Cause.pretty(exit.cause) }])).toEqual([])
      })
    )
  }

  live("that is valid shows the token neither when it is printed nor in the service", () =>
    Effect.gen(function* () {
      const config = yield* ApiConfig
      expect(leaks(writtenDown("the configuration", config))).toEqual([])
    }).pipe(Effect.provide(ApiConfig.layer({ tenantUrl: "https://accuhive.api.iru.com", apiToken: token })))
  )
})
