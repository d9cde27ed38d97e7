/**
 * Answers the requests of every operation with random and mutated answers. Each operation must return its result or
 * fail with an error of its type. The same seed gives the same run.
 *
 * `npm run fuzz -- [answers] [seed]`
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import {
  ApiClient,
  Blueprints,
  CustomApps,
  CustomProfiles,
  CustomScripts,
  InstallerTransfer,
  IruServices,
  isApiClientError,
  isPayloadError,
  SelfServiceCategories
} from "effect-iru"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

/** Random numbers from 0 to 1. The same seed gives the same numbers. */
const randomOf = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

type Random = () => number

const below = (random: Random, limit: number): number => Math.floor(random() * limit)

const pick = <A>(random: Random, [first, ...rest]: readonly [A, ...Array<A>]): A =>
  [first, ...rest][below(random, rest.length + 1)] ?? first

const id = "58429143-2a3b-4c1d-9d0e-aa11bb22cc33"
const times = { created_at: "2023-10-13T17:25:45.868709Z", updated_at: "" }
const script = { id, name: "s", active: true, execution_frequency: "once", restart: false, script: "true", ...times }
const profile = { id, name: "p", active: true, profile: "<plist/>", mdm_identifier: "com.p", ...times }
const app = {
  id,
  name: "a",
  file_key: "companies/c/App_0a1b2c3d.pkg",
  install_type: "package",
  install_enforcement: "install_once",
  active: true,
  restart: false,
  file_url: "https://storage.example/App.pkg?X-Amz-Signature=s",
  sha256: "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58",
  file_size: 13,
  ...times
}
const blueprint = { id, name: "b", params: {}, enrollment_code: { code: "1", is_active: true }, type: "classic" }
const place = {
  name: "App.pkg",
  expires: "2999-01-01T00:00:00Z",
  post_url: "https://storage.example/",
  post_data: { key: "App.pkg", policy: "e30=" },
  file_key: "companies/c/App_0a1b2c3d.pkg"
}
const template = { id: 1, name: "t", weight: 1, templates: [{ id: 2, name: "u", params: { a: 1 } }] }

/** The correct answer of the service to a request. */
const wellBehaved = (method: string, path: string): unknown => {
  const page = (record: unknown) =>
    method === "GET" ? { count: 1, next: null, previous: null, results: [record] } : record
  if (path.endsWith("/upload")) return place
  if (path.endsWith("/custom-apps")) return page(app)
  if (path.endsWith("/custom-scripts")) return page(script)
  if (path.endsWith("/custom-profiles")) return page(profile)
  if (path.endsWith("/blueprints")) return page(blueprint)
  if (path.endsWith("/templates/")) return page(template)
  if (path.endsWith("-library-items")) return page({ id, name: "i" })
  if (path.endsWith("-library-item")) return [id]
  if (path.endsWith("/categories")) return [{ id, name: "Utilities" }]
  if (path.includes("/custom-apps/")) return app
  if (path.includes("/custom-scripts/")) return script
  if (path.includes("/custom-profiles/")) return profile
  return blueprint
}

const oddValues: readonly [unknown, ...Array<unknown>] = [
  null,
  undefined,
  true,
  0,
  -1,
  1.5,
  2 ** 53 + 2,
  1e308,
  "",
  " ",
  "null",
  "\u0000",
  "\uD800",
  "🧨",
  "?limit=1&offset=300",
  "https://elsewhere.example/api?offset=1",
  "http://[bad",
  "Library Item already exists on Blueprint",
  "The upload is still being processed.",
  "x".repeat(70_000),
  [],
  {},
  [[]],
  [null],
  { detail: "no" },
  { detail: ["no", "never"] },
  { name: ["too long"] },
  { error: { code: 1 } },
  { toString: null, valueOf: 1, constructor: "x", hasOwnProperty: {} },
  Array.from({ length: 400 }, (_, at) => at)
]

const deep = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

const oddValue = (random: Random): unknown => (random() < 0.01 ? deep(2_000) : pick(random, oddValues))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** A copy of a value with a change at one place. */
const mutated = (random: Random, value: unknown): unknown => {
  if (!isObject(value) || random() < 0.25) return oddValue(random)
  if (Array.isArray(value)) {
    const at = below(random, value.length + 1)
    return pick<() => unknown>(random, [
      (): unknown => [...value.slice(0, at), mutated(random, value[at]), ...value.slice(at + 1)],
      () => [...value, ...value],
      () => value.slice(0, at)
    ])()
  }
  const keys = Object.keys(value)
  const key = keys[below(random, keys.length)] ?? "id"
  return pick<() => unknown>(random, [
    (): unknown => ({ ...value, [key]: mutated(random, value[key]) }),
    () => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)),
    () => ({ ...value, next: pick(random, ["?offset=300", "//elsewhere", "", "?a=b", "http://[bad"]) }),
    () => ({ ...value, [String(oddValue(random)).slice(0, 20)]: value[key] })
  ])()
}

const written = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ""
  } catch {
    return ""
  }
}

/** A text with a random change. */
const garbled = (random: Random, text: string): string => {
  const at = below(random, text.length + 1)
  const end = at + below(random, 20)
  return pick<() => string>(random, [
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + text.slice(end),
    () => text.slice(0, at) + String.fromCharCode(below(random, 0x3000)) + text.slice(at),
    () =>
      text.slice(0, at) +
      pick(random, ["{", "}", "[", "]", '"', ",", ":", "\\", "1e999", "-", "NaN"]) +
      text.slice(end),
    () => text + text,
    () => text.replace(/"[^"]*":/, '"__proto__":'),
    () => text.replace(/"[^"]*":/, '"\\u005f_proto__":'),
    () => text.replace(/:[^,}]*/, ":1e999"),
    () => `<html><title>${text.slice(0, at)}`,
    () => `<title>${text.slice(0, 50)}</title><h1>${text.slice(at)}`,
    () => `\uFEFF${text}`,
    () => ""
  ])()
}

/** Bytes with a random change. */
const corrupted = (random: Random, bytes: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(bytes)
  for (let time = below(random, 4); time >= 0; time--) copy[below(random, copy.length)] = below(random, 256)
  return random() < 0.3 ? copy.slice(0, below(random, copy.length)) : copy
}

const bodyOf = (random: Random, well: unknown): Uint8Array => {
  const value = random() < 0.7 ? mutated(random, well) : well
  const text = random() < 0.35 ? garbled(random, written(value)) : written(value)
  const bytes = new TextEncoder().encode(text)
  const packed = random() < 0.1 ? Uint8Array.from(gzipSync(bytes)) : bytes
  return random() < 0.2 ? corrupted(random, packed) : packed
}

const oddHeaders: readonly [readonly [string, string], ...Array<readonly [string, string]>] = [
  ["retry-after", "0"],
  ["retry-after", "99999999999999999999999999"],
  ["retry-after", "Wed, 21 Oct 2999 07:28:00 GMT"],
  ["retry-after", "Wed, 21 Oct 1999 07:28:00 GMT"],
  ["retry-after", "-1"],
  ["retry-after", "soon"],
  ["content-length", "7"],
  ["content-length", "99999999999"],
  ["content-length", "x"],
  ["content-encoding", "gzip"],
  ["content-encoding", "br, gzip"],
  ["content-type", "text/html; charset=utf-16"],
  ["location", "http://[bad"],
  ["x-ratelimit-remaining-hour", "9999"],
  ["x-ratelimit-remaining-hour", "x"],
  ["ratelimit-reset", "-5"],
  ["x-echo", "y".repeat(9_000)]
]

const statuses: readonly [number, ...Array<number>] = [
  200, 200, 200, 200, 200, 200, 201, 202, 204, 206, 299, 301, 302, 304, 307, 308, 400, 400, 401, 403, 404, 405, 409,
  410, 413, 415, 418, 422, 451, 499, 500, 501, 502, 503, 503, 504, 599
]

/** Answers that make a session wait. They are rare, because the session then sends nothing for a while. */
const slowing: readonly [ResponseInit, ...Array<ResponseInit>] = [
  { status: 429 },
  { status: 429, headers: { "retry-after": "99999999999" } },
  { status: 200, headers: { "x-ratelimit-remaining-hour": "0" } },
  { status: 200, headers: { "ratelimit-remaining": "0", "ratelimit-reset": "999999999" } }
]

const circular = (): Error => {
  const error = new Error("")
  error.cause = error
  return error
}

const oddFailures: readonly [() => unknown, ...Array<() => unknown>] = [
  () => new TypeError("fetch failed", { cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }) }),
  () => new TypeError("fetch failed", { cause: new TypeError("fetch failed") }),
  () => new AggregateError([], "none"),
  () => new AggregateError([new AggregateError([Object.assign(new Error(""), { code: 7 })])], ""),
  () => Object.assign(new Error("refused"), { code: "ECONNREFUSED", syscall: "connect" }),
  circular,
  () => "a text",
  () => undefined,
  () => null,
  () => Object.create(null)
]

interface Scripted {
  readonly fetch: typeof fetch
  /** The number of answers so far. */
  readonly answers: () => number
  /** Starts the next call. */
  readonly begin: () => void
  /** Prints the last answer. */
  readonly last: () => string
}

/** A `fetch` that gives random answers. After twenty answers to one call, it gives correct ones. */
const scripted = (random: Random): Scripted => {
  let [answers, ofThisCall] = [0, 0]
  let last = (): string => ""
  const answer = (url: string, method: string): Response => {
    answers++
    const well = wellBehaved(method, new URL(url).pathname)
    if (++ofThisCall > 20) return new Response(written(well))
    if (random() < 0.04) {
      const failure = pick(random, oddFailures)()
      last = () => inspect(failure)
      throw failure
    }
    const isSlowing = random() < 0.002
    const status = pick(random, statuses)
    const headers = random() < 0.15 ? [pick(random, oddHeaders)] : []
    const init: ResponseInit = isSlowing
      ? pick(random, slowing)
      : { status, headers: headers.map(([name, value]): [string, string] => [name, value]) }
    const bytes = bodyOf(random, well)
    last = () => `${method} ${url} ${inspect(init)} ${Buffer.from(bytes).toString("latin1").slice(0, 2_000)}`
    return new Response([204, 205, 304].includes(status) && !isSlowing ? null : Uint8Array.from(bytes), init)
  }
  return {
    fetch: async (input, init) => answer(String(input), init?.method ?? "GET"),
    answers: () => answers,
    begin: () => {
      ofThisCall = 0
    },
    last: () => last()
  }
}

/** Transfers no bytes, but requests upload forms and download addresses as the real one does. */
const transfer = Layer.succeed(
  InstallerTransfer,
  InstallerTransfer.of({
    inspect: () => Effect.succeed({ name: "App.pkg", size: 13 }),
    sha256: () => Effect.succeed(app.sha256),
    upload: (_, { presign }) => Effect.map(presign, (place) => ({ ...place, size: 13, sha256: app.sha256 })),
    download: (source, path) =>
      Effect.map(source, ({ sha256 = "", size = 0 }) => ({ path, size, sha256, verified: true })),
    stream: (source) => Stream.map(Stream.fromEffect(source), () => new Uint8Array())
  })
)

const everyCall = Effect.gen(function* () {
  const client = yield* ApiClient
  const scripts = yield* CustomScripts
  const profiles = yield* CustomProfiles
  const apps = yield* CustomApps
  const blueprints = yield* Blueprints
  const categories = yield* SelfServiceCategories
  const processing = { processing: Schedule.recurs(2) }
  const newScript = { name: "s", script: "true", execution_frequency: "once" } as const
  const newProfile = { name: "p", runs_on_mac: true, file: { content: "<plist/>" } }
  const newApp = { name: "a", install_type: "package", install_enforcement: "install_once" } as const
  const installer = { bytes: new Uint8Array(13), name: "App.pkg" }
  const item = { library_item_id: id }
  const anything = Schema.Record({ key: Schema.String, value: Schema.Unknown })
  const everything: readonly [Effect.Effect<unknown, unknown>, ...Array<Effect.Effect<unknown, unknown>>] = [
    client.get("/api/v1/library/custom-apps/x", anything),
    Stream.runDrain(client.pages("/api/v1/library/custom-scripts", anything, { prefetch: 0 })),
    Stream.runDrain(scripts.stream()),
    scripts.list(),
    scripts.get(id),
    scripts.create(newScript),
    scripts.update(id, { name: "t" }),
    scripts.delete(id),
    profiles.list(),
    profiles.get(id),
    profiles.create(newProfile),
    profiles.update(id, { name: "q" }),
    profiles.delete(id),
    apps.list(),
    apps.get(id),
    apps.create({ ...newApp, installer }, processing),
    apps.update(id, { installer }, processing),
    apps.publish({ ...newApp, installer }, processing),
    apps.presign("App.pkg"),
    apps.download(id, { to: "App.pkg" }),
    Stream.runDrain(apps.installer(id)),
    Stream.runDrain(apps.downloadAll(apps.stream(), { to: "/nowhere" })),
    apps.delete(id),
    blueprints.list({ name: "b" }),
    blueprints.get(id),
    blueprints.create({ name: "b", enrollment_code: { is_active: true } }),
    blueprints.update(id, { name: "c" }),
    blueprints.delete(id),
    Stream.runDrain(blueprints.templates()),
    blueprints.libraryItems(id),
    blueprints.assign(id, item),
    blueprints.remove(id, item),
    categories.list(),
    categories.find("Utilities")
  ]
  return everything
})

export interface Report {
  readonly calls: number
  readonly answers: number
  /** The number of calls with each outcome. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Results that must not occur: defects, and errors outside the types. */
  readonly findings: ReadonlyArray<string>
}

/** Describes what is wrong with the outcome of a call. `undefined` if nothing is. */
const problemOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  if (Cause.isDie(exit.cause) || Cause.isInterrupted(exit.cause)) return Cause.pretty(exit.cause)
  const error = Cause.squash(exit.cause)
  if (isPayloadError(error)) return undefined
  if (!isApiClientError(error)) return `an error outside the types: ${inspect(error)}`
  if (error.reason === "InvalidArgument") return `refused before it was sent: ${error.message}`
  const [message, json, printed] = [error.message, JSON.stringify(error), inspect(error)]
  if (Math.max(message.length, json.length, printed.length) > 1_000_000) return "an error that is too long to read"
  return undefined
}

const outcomeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "Success"
  const error = Cause.squash(exit.cause)
  return isApiClientError(error) || isPayloadError(error)
    ? `${error._tag} ${"reason" in error ? error.reason : ""}`
    : "?"
}

/** Makes calls until a number of answers is reached. */
export const fuzz = (answers: number, seed: number): Effect.Effect<Report> =>
  Effect.gen(function* () {
    const random = randomOf(seed)
    const outcomes: Record<string, number> = {}
    const findings: Array<string> = []
    let [calls, given] = [0, 0]
    // After an answer that asks to wait, a tenant gets no more requests. So every batch has its own tenant.
    for (let batch = 0; given < answers; batch++) {
      const script = scripted(random)
      const options: IruServices.Options = {
        tenantUrl: `http://127.0.0.1:${1 + (batch % 65_000)}`,
        apiToken: "0ff1ce00-cafe-4bad-8bad-c0ffee000001",
        pace: { perSecond: 1e6, perHour: 1e6 },
        retry: { times: 1, base: 0, maxWait: 0 }
      }
      const session = IruServices.layer(options).pipe(
        Layer.provide([
          FetchHttpClient.layer.pipe(Layer.provide(Layer.succeed(FetchHttpClient.Fetch, script.fetch))),
          NodeFileSystem.layer,
          transfer
        ])
      )
      yield* Effect.gen(function* () {
        const all = yield* everyCall
        for (let call = 0; call < 100; call++) {
          script.begin()
          const exit = yield* Effect.exit(pick(random, all))
          calls++
          const outcome = outcomeOf(exit)
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
          const problem = problemOf(exit)
          if (problem !== undefined) findings.push(`batch ${batch}, call ${call}: ${problem}\n${script.last()}`)
        }
      }).pipe(Effect.provide(session), Effect.orDie)
      given += script.answers()
    }
    return { calls, answers: given, outcomes, findings }
  })

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [answers = 100_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number)
  const report = await Effect.runPromise(fuzz(answers, seed))
  console.log(`${report.answers} answers to ${report.calls} calls, seed ${seed}`)
  console.table(report.outcomes)
  for (const finding of report.findings.slice(0, 20)) console.log(`\n${finding}`)
  console.log(report.findings.length === 0 ? "Only typed errors came out." : `${report.findings.length} findings.`)
  process.exitCode = report.findings.length === 0 ? 0 : 1
}
