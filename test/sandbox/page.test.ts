/**
 * The page at `/`, without a browser: who can open it, which events it gets, and who may use its buttons.
 */
import { live } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { request } from "node:http"
import { describe, expect } from "vitest"
import { makeFaultDesk } from "../../src/sandbox/page/faultDesk.js"
import { pageRoutes } from "../../src/sandbox/page/page.js"
import { withoutSecrets } from "../../src/sandbox/page/records.js"
import { Sandbox } from "../../src/sandbox/index.js"
import { call, reply } from "./support.js"

const withPage = Effect.provide(Sandbox.layer({ routes: pageRoutes(Effect.runSync(makeFaultDesk), ["sandbox.test"]) }))
const categories = "/api/v1/self-service/categories"
const rule = JSON.stringify({ respond: { status: 500 } })

interface Asked {
  readonly status: number
  readonly text: string
}

/** Sends a request with any `Host`. `fetch` cannot set this header. */
const ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = ""
): Effect.Effect<Asked, never, Sandbox> =>
  Effect.flatMap(Sandbox, ({ tenantUrl }) =>
    Effect.promise(
      () =>
        new Promise<Asked>((resolve, reject) => {
          const sent = request(`${tenantUrl}${path}`, { method, headers, agent: false }, (response) => {
            let text = ""
            response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
            response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
          })
          sent.on("error", reject)
          sent.end(body)
        })
    )
  )

const get = (path: string) =>
  Effect.flatMap(Sandbox, ({ tenantUrl }) =>
    Effect.promise(async () => reply(await fetch(`${tenantUrl}${path}`, { redirect: "manual" })))
  )

const status = Effect.map(call("GET", categories), ({ status }) => status)

describe("the page", () => {
  live("needs no token, and its policy allows only its own script", () =>
    Effect.gen(function* () {
      const page = yield* get("/")
      expect(page.status).toBe(200)
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
      const policy = page.headers.get("content-security-policy") ?? ""
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).not.toContain("unsafe")
      expect(policy).toContain("frame-ancestors 'none'")
      for (const [, asset = ""] of page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
        expect((yield* get(asset)).status, asset).toBe(200)
      }
      expect(page.text).not.toMatch(/<script(?! src=)|style="| on\w+="/)
    }).pipe(withPage)
  )

  live("is smaller than 60 KB", () =>
    Effect.gen(function* () {
      const parts = yield* Effect.all(["/", "/_sandbox/page.css", "/_sandbox/page.js"].map(get))
      expect(parts.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(60_000)
    }).pipe(withPage)
  )

  live("is separate from the API: its requests are not recorded and no fault applies to them", () =>
    Effect.gen(function* () {
      yield* Sandbox.fault({ times: 5, respond: { status: 500 } })
      expect((yield* get("/")).status).toBe(200)
      expect((yield* get("/_sandbox/nothing")).status).toBe(404)
      expect((yield* ask("POST", "/", { "content-type": "application/json" })).status).toBe(405)
      expect(yield* Sandbox.requests).toEqual([])
      expect((yield* get("/_sandbox")).status).toBe(500)
    }).pipe(Effect.scoped, withPage)
  )

  live("does not exist in a tenant without a page", () =>
    Effect.gen(function* () {
      for (const path of ["/", "/_sandbox/page.js"]) {
        expect((yield* get(path)).json).toMatchObject({ message: "no Route matched with those values" })
      }
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})

describe("the events of the page", () => {
  live("are the earlier requests, then each new request and its changes, and never contain the token", () =>
    Effect.gen(function* () {
      const { apiToken, tenantUrl } = yield* Sandbox
      yield* call("GET", categories)
      const events = yield* Effect.promise(() => fetch(`${tenantUrl}/_sandbox/events`))
      expect(events.headers.get("content-type")).toBe("text/event-stream")
      const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader()
      let text = ""
      const until = (part: RegExp) =>
        Effect.promise(async () => {
          while (!part.test(text)) text += (await reader?.read())?.value ?? ""
        })
      yield* until(/^event: start\ndata: .*"path":"\/api\/v1\/self-service\/categories".*\n\nevent: tenant\n.*\n\n/s)
      yield* call("POST", "/api/v1/library/custom-scripts", {
        json: { name: "Inventory", execution_frequency: "once", script: "true" }
      })
      yield* until(/event: request\ndata: .*"method":"POST".*"status":201/)
      const versions = () => new Set(Array.from(text.matchAll(/"version":"([^"]+)"/g), ([, version]) => version))
      while (versions().size < 2)
        yield* until(new RegExp(`(?:event: tenant.*){${text.split("event: tenant").length}}`, "s"))
      const { json } = yield* get("/_sandbox/lists/customScripts?limit=5")
      expect(json).toMatchObject({ count: 1, found: 1, rows: [{ name: "Inventory" }] })
      expect(text).not.toContain(apiToken)
      yield* Effect.promise(async () => reader?.cancel())
    }).pipe(withPage)
  )
})

live("the page gets URL and token as one line for a shell, and other sites do not", () =>
  Effect.gen(function* () {
    const { apiToken, tenantUrl } = yield* Sandbox
    const { host } = new URL(tenantUrl)
    const json = { "content-type": "application/json" }
    const asked = (headers: Readonly<Record<string, string>>) =>
      ask("POST", "/_sandbox/environment", { ...json, ...headers })
    expect((yield* asked({ host })).text).toBe(`export IRU_TENANT_URL=${tenantUrl} IRU_API_TOKEN=${apiToken}`)
    expect((yield* asked({ host: "sandbox.test:8080" })).text).toBe(
      `export IRU_TENANT_URL=http://sandbox.test:8080 IRU_API_TOKEN=${apiToken} IRU_ALLOW_INSECURE_HOST=sandbox.test:8080`
    )
    expect((yield* asked({ host, origin: "http://evil.example" })).status).toBe(403)
    expect((yield* asked({ host: "evil.example" })).status).toBe(421)
  }).pipe(withPage)
)

live("the events stop when the page is closed", () =>
  Effect.gen(function* () {
    const over = yield* Deferred.make<void>()
    const routes = (sandbox: Sandbox.Service) =>
      pageRoutes(Effect.runSync(makeFaultDesk))({
        ...sandbox,
        events: Stream.ensuring(sandbox.events, Deferred.succeed(over, undefined))
      })
    const { tenantUrl } = yield* Sandbox.serve({ routes })
    const abort = new AbortController()
    const events = yield* Effect.promise(() => fetch(`${tenantUrl}/_sandbox/events`, { signal: abort.signal }))
    yield* Effect.promise(async () => events.body?.getReader().read())
    abort.abort()
    yield* Deferred.await(over)
  }).pipe(Effect.scoped)
)

describe("the buttons of the page", () => {
  const json = { "content-type": "application/json" }

  live("set one or several faults in the form of --fault, and remove all of them", () =>
    Effect.gen(function* () {
      expect((yield* ask("POST", "/_sandbox/faults", json, rule)).status).toBe(204)
      expect([yield* status, yield* status]).toEqual([500, 200])
      const many = JSON.stringify([{ times: 2, respond: { status: 503 } }, { respond: { status: 429 } }])
      yield* ask("POST", "/_sandbox/faults", json, many)
      expect([yield* status, yield* status, yield* status, yield* status]).toEqual([503, 503, 429, 200])
      yield* ask("POST", "/_sandbox/faults", json, many)
      expect((yield* ask("DELETE", "/_sandbox/faults", json)).status).toBe(204)
      expect(yield* status).toBe(200)
    }).pipe(withPage)
  )

  live("show a message if a fault is not valid", () =>
    Effect.gen(function* () {
      const refused = yield* ask("POST", "/_sandbox/faults", json, '{"respond":{"status":"bad"}}')
      expect(refused.status).toBe(400)
      expect(refused.text).toContain("respond.status: Expected number")
      expect((yield* ask("POST", "/_sandbox/faults", json, "{")).status).toBe(400)
      expect(yield* status).toBe(200)
    }).pipe(withPage)
  )

  live("cannot be used by another site, and the page cannot be read under a foreign host name or in a frame", () =>
    Effect.gen(function* () {
      const { tenantUrl } = yield* Sandbox
      const host = new URL(tenantUrl).host
      const port = new URL(tenantUrl).port
      const press = (headers: Readonly<Record<string, string>>) =>
        Effect.map(ask("POST", "/_sandbox/faults", { ...json, ...headers }, rule), ({ status }) => status)

      expect(yield* press({ origin: "https://evil.example" })).toBe(403)
      expect(yield* press({ origin: "null" })).toBe(403)
      expect(yield* press({ origin: `http://127.0.0.1:${Number(port) + 1}` })).toBe(403)
      expect(yield* press({ "sec-fetch-site": "cross-site" })).toBe(403)
      expect(yield* press({ "sec-fetch-site": "same-site" })).toBe(403)
      expect(yield* press({ "content-type": "text/plain" })).toBe(415)
      expect(yield* press({ "content-type": "application/x-www-form-urlencoded" })).toBe(415)
      expect(yield* press({ host: `evil.example:${port}` })).toBe(421)
      expect(yield* press({ host: `127.0.0.1.evil.example:${port}` })).toBe(421)
      expect(
        yield* press({ host: `localhost.evil.example:${port}`, origin: `http://localhost.evil.example:${port}` })
      ).toBe(421)
      expect(yield* status).toBe(200)

      for (const path of ["/", "/_sandbox/events", "/_sandbox/page.js"]) {
        expect((yield* ask("GET", path, { host: `evil.example:${port}` })).status).toBe(421)
      }
      for (const own of [host, `localhost:${port}`, `[::1]:${port}`, `sandbox.test:${port}`, `LOCALHOST:${port}`]) {
        expect((yield* ask("GET", "/", { host: own })).status, own).toBe(200)
      }
      expect(yield* press({ origin: tenantUrl, "sec-fetch-site": "same-origin" })).toBe(204)
      expect(yield* status).toBe(500)
    }).pipe(withPage)
  )

  live("open a record with its secret fields hidden, but no list that the page does not show", () =>
    Effect.gen(function* () {
      const { customScripts } = yield* Sandbox.state
      const { id } = yield* customScripts.put({ name: "Inventory" })
      const { host } = new URL((yield* Sandbox).tenantUrl)
      const opened = yield* ask("GET", `/_sandbox/records/customScripts/${id}`, { host })
      expect(JSON.parse(opened.text)).toMatchObject({ record: { id, name: "Inventory" }, canBeDeleted: true })
      for (const path of [`customScripts/none`, `deviceSecrets/${id}`, `snapshot/${id}`, `constructor/${id}`]) {
        expect((yield* ask("GET", `/_sandbox/records/${path}`, { host })).status, path).toBe(404)
      }
      expect(
        withoutSecrets({ name: "Mac", unlock_pin: "123456", passcode_enabled: true, mdm: { push_token: "t" } })
      ).toBe('{"name":"Mac","unlock_pin":"<hidden>","passcode_enabled":true,"mdm":{"push_token":"<hidden>"}}')
    }).pipe(withPage)
  )
})
