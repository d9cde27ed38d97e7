import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { describe, expect } from "vitest"
import { Fault, Sandbox } from "../../src/sandbox/index.js"
import { at, call, eventually, presign, send, textAt, upload, uploaded } from "./support.js"

const scripts = "/api/v1/library/custom-scripts"
const apps = "/api/v1/library/custom-apps"
const sandbox = Effect.provide(Sandbox.layer())
const get = call("GET", scripts)
const status = Effect.map(get, ({ status }) => status)

const createApp = (file_key: string) =>
  call("POST", apps, { json: { name: "x", file_key, install_type: "package", install_enforcement: "install_once" } })

describe("faults by name", () => {
  effect("a 429 of the gateway, with Retry-After in seconds", () =>
    Effect.gen(function* () {
      yield* Sandbox.fault(Fault.rateLimited({ path: scripts, retryAfter: 30 }))
      const refused = yield* get
      expect([refused.status, refused.json, refused.headers.get("retry-after")]).toEqual([
        429,
        { message: "API rate limit exceeded" },
        "30"
      ])
      expect(yield* status).toBe(200)
    }).pipe(Effect.scoped, sandbox)
  )

  effect("a token without the permission for some endpoints", () =>
    Effect.gen(function* () {
      yield* Sandbox.fault(Fault.forbidden({ method: "POST", path: "/api/v1/library/*", times: 2 }))
      const refused = yield* call("POST", scripts, { json: {} })
      expect([refused.status, textAt(refused.json, "detail")]).toEqual([403, expect.stringContaining("permission")])
      expect(yield* status).toBe(200)
      expect((yield* call("POST", "/api/v1/blueprints", { json: {} })).status).toBe(400)
    }).pipe(Effect.scoped, sandbox)
  )

  effect("a page that links to another host, or to itself", () =>
    Effect.gen(function* () {
      const { tenantUrl } = yield* Sandbox
      yield* Sandbox.fault(Fault.hostileNext("https://evil.example/api?offset=300", { path: scripts }))
      yield* Sandbox.fault(Fault.repeatedPage({ path: scripts }))
      expect((yield* get).json).toEqual({
        count: 0,
        next: "https://evil.example/api?offset=300",
        previous: null,
        results: []
      })
      expect(at((yield* call("GET", `${scripts}?limit=1`)).json, "next")).toBe(`${tenantUrl}${scripts}?limit=1`)
      expect(at((yield* get).json, "next")).toBeNull()
    }).pipe(Effect.scoped, sandbox)
  )

  effect("an installer with a longer processing time: 503 until then, only for that installer", () =>
    Effect.gen(function* () {
      yield* Sandbox.fault(Fault.processing("10 seconds"))
      const [slow, quick] = [yield* uploaded(), yield* uploaded()]
      const refused = yield* createApp(slow)
      expect([refused.status, refused.json]).toEqual([503, { detail: "The upload is still being processed." }])
      expect((yield* createApp(quick)).status).toBe(201)
      const glance = Effect.map(
        Effect.flatMap(Sandbox.state, ({ snapshot }) => snapshot()),
        ({ customApps }) => customApps.newest.map(({ installer }) => installer)
      )
      yield* TestClock.adjust("10 seconds")
      expect((yield* createApp(slow)).status).toBe(201)
      expect(yield* glance).toEqual(["ready", "ready"])
    }).pipe(Effect.scoped, sandbox)
  )

  effect("an expired URL and an expired form, refused with S3's messages, once", () =>
    Effect.gen(function* () {
      const app = yield* createApp(yield* uploaded("the installer"))
      const read = Effect.promise(async () => {
        const response = await fetch(textAt(app.json, "file_url"))
        return [response.status, await response.text()] as const
      })
      yield* Sandbox.fault(Fault.expired())
      const [refused, xml] = yield* read
      expect([refused, xml]).toEqual([403, expect.stringContaining("<Message>Request has expired</Message>")])
      expect(yield* read).toEqual([200, "the installer"])
      yield* Sandbox.fault(Fault.expired({ method: "POST" }))
      const place = yield* presign()
      const late = yield* upload(place, "bytes")
      expect([late.status, late.text]).toEqual([403, expect.stringContaining("Policy expired")])
      expect((yield* upload(place, "bytes")).status).toBe(204)
    }).pipe(Effect.scoped, sandbox)
  )

  effect("another status, a delay, a cut answer, a lost answer: each for the matching requests", () =>
    Effect.gen(function* () {
      yield* Sandbox.fault(Fault.status(502, { method: "GET", path: /custom-scripts$/ }, "<html>Bad Gateway</html>"))
      const gateway = yield* get
      expect([gateway.status, gateway.text]).toEqual([502, "<html>Bad Gateway</html>"])
      for (const fault of [Fault.cut(3), Fault.dropped(), Fault.cutRequest(0)]) {
        yield* Sandbox.fault(fault)
        expect((yield* Effect.either(Effect.sandbox(get)))._tag).toBe("Left")
      }
      yield* Sandbox.fault(Fault.delayed("1 minute"))
      const waiting = yield* Effect.fork(status)
      yield* eventually(Effect.map(Sandbox.requests, (requests) => requests.length === 5))
      yield* TestClock.adjust("1 minute")
      expect(yield* Fiber.join(waiting)).toBe(200)
    }).pipe(Effect.scoped, sandbox)
  )

  effect("active faults can be listed, and the log says which requests were affected", () =>
    Effect.gen(function* () {
      const { faults } = yield* Sandbox
      yield* Sandbox.fault(Fault.status(500, { path: scripts, times: 2 }))
      yield* get
      expect((yield* faults).map(({ fault, left }) => [fault.path, left])).toEqual([[scripts, 1]])
      yield* get
      expect(yield* faults).toEqual([])
      expect((yield* Sandbox.requests).map(({ note }) => note)).toEqual([
        "Injected fault: status 500",
        "Injected fault: status 500"
      ])
    }).pipe(Effect.scoped, sandbox)
  )
})

describe("faults as JSON", () => {
  const decode = Fault.parseRules

  effect("faults from a file have the same effects as the functions", () =>
    Effect.gen(function* () {
      const rules = Either.getOrThrow(
        decode(`[
          { "path": "/api/v1/library/*", "times": 1, "respond": { "status": 429, "headers": { "Retry-After": "1" }, "body": { "message": "slow down" } } },
          { "target": "storage", "method": "POST", "processing": "10s" },
          { "method": "GET", "path": "${scripts}", "next": "{url}" }
        ]`)
      )
      for (const rule of rules) yield* Sandbox.fault(rule)
      const limited = yield* get
      expect([limited.status, limited.json, limited.headers.get("retry-after")]).toEqual([
        429,
        { message: "slow down" },
        "1"
      ])
      expect((yield* createApp(yield* uploaded())).status).toBe(503)
      expect(at((yield* get).json, "next")).toMatch(/custom-scripts$/)
    }).pipe(Effect.scoped, sandbox)
  )

  effect("a single fault needs no list, times are text or milliseconds, and an error names the mistake", () =>
    Effect.sync(() => {
      expect(Either.getOrThrow(decode('{ "drop": true }'))).toEqual([{ drop: true }])
      for (const delay of ['"50ms"', '"0.05s"', '"50 millis"', "50"]) {
        const [rule] = Either.getOrThrow(decode(`{ "delay": ${delay} }`))
        expect(JSON.stringify(rule?.delay)).toContain('"millis":50')
      }
      for (const [text, mistake] of [
        ['{ "dealy": "1s" }', "dealy"],
        ['{ "delay": "soon" }', "soon"],
        ['[{ "times": -1 }]', "times"],
        ['[{ "respond": { "status": 99 } }]', "status"],
        ["{", "JSON"]
      ] as const) {
        const refused = decode(text)
        expect(Either.isLeft(refused) && refused.left).toContain(mistake)
      }
    })
  )
})

describe("a longer processing time", () => {
  effect("has no effect if the form is refused: nothing was uploaded", () =>
    Effect.gen(function* () {
      yield* Sandbox.fault(Fault.processing("1 hour"))
      const place = yield* presign()
      yield* send(place.url, [...place.fields, ["unknown", "field"], ["file", "bytes", "x.pkg"]])
      expect((yield* createApp(place.key)).status).toBe(201)
    }).pipe(Effect.scoped, sandbox)
  )
})

describe("an invalid fault is refused when it is set", () => {
  const headers: ReadonlyArray<Readonly<Record<string, string>>> = [
    { "bad name": "x" },
    { "": "x" },
    { "x-split": "a\r\nset-cookie: b" },
    { "x-nul": "a\0b" },
    { "x-emoji": "🚀" },
    { "Content-Length": "5" },
    { "transfer-encoding": "chunked" }
  ]

  effect("a header that HTTP does not allow, or that marks the end of the answer; the next request is answered", () =>
    Effect.gen(function* () {
      for (const bad of headers) {
        const error = yield* Effect.flip(Sandbox.fault({ respond: { status: 500, headers: bad } }))
        expect(error).toMatchObject({ _tag: "SandboxError", reason: "InvalidFault" })
        expect(Either.isLeft(Fault.parseRules(JSON.stringify({ respond: { status: 500, headers: bad } })))).toBe(true)
      }
      expect(yield* status).toBe(200)
    }).pipe(Effect.scoped, sandbox)
  )

  effect("an invalid status", () =>
    Effect.gen(function* () {
      for (const bad of [0, 99, 101, 600, 1000, 200.5, Number.NaN]) {
        expect(yield* Effect.flip(Sandbox.fault(Fault.status(bad)))).toMatchObject({ reason: "InvalidFault" })
      }
    }).pipe(Effect.scoped, sandbox)
  )

  effect("every header that HTTP allows is sent", () =>
    Effect.gen(function* () {
      const allowed = { "x-empty": "", "retry-after": "2", server: "cloudflare" }
      yield* Sandbox.fault({ respond: { status: 503, headers: allowed } })
      const { headers } = yield* get
      for (const [name, value] of Object.entries(allowed)) expect(headers.get(name)).toBe(value)
    }).pipe(Effect.scoped, sandbox)
  )
})

describe("the path of a fault", () => {
  const cases: ReadonlyArray<readonly [pattern: string, path: string, fits: boolean]> = [
    ["/api/v1/tags", "/api/v1/tags", true],
    ["/api/v1/tags", "/api/v1/tags/1", false],
    ["*", "/anything", true],
    ["/api/*/tags", "/api/v1/tags", true],
    ["/api/*/tags", "/api//tags", true],
    ["/api/*/tags", "/api/tags", false],
    ["/a*b*c", "/abbc", true],
    ["/a*b*c", "/acb", false],
    ["/aa*aa", "/aaa", false],
    ["/aa*aa", "/aaaa", true],
    ["/*.pkg", "/a.pkg.pkg", true],
    ["/a.c", "/abc", false],
    ["*tags*", "/api/v1/tags/1", true],
    ["", "/", false]
  ]
  effect("must match completely; * stands for any text, and no other character is special", () =>
    Effect.gen(function* () {
      const { tenantUrl } = yield* Sandbox
      for (const [path, asked, fits] of cases) {
        const { status } = yield* Effect.scoped(
          Effect.zipRight(Sandbox.fault(Fault.status(599, { path })), call("GET", `${tenantUrl}${asked}`))
        )
        expect([path, asked, status === 599]).toEqual([path, asked, fits])
      }
    }).pipe(sandbox)
  )

  effect("with a thousand stars takes time proportional to its length, even if it does not match", () =>
    Effect.gen(function* () {
      const { tenantUrl } = yield* Sandbox
      yield* Sandbox.fault(Fault.status(599, { path: `${"*a".repeat(1000)}!`, times: 2 }))
      expect((yield* call("GET", `${tenantUrl}/${"a".repeat(4000)}`)).status).toBe(404)
      expect((yield* call("GET", `${tenantUrl}/${"a".repeat(4000)}!`)).status).toBe(599)
    }).pipe(Effect.scoped, sandbox)
  )
})
