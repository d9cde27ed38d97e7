import { effect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { Agent, request } from "node:http"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, vi } from "vitest"
import { Sandbox, SandboxError } from "../../src/sandbox/index.js"
import { at, call, eventually, formBytes, formType, presign, send, upload, uploaded } from "./support.js"

const sandbox = Effect.provide(Sandbox.layer())
const categories = "/api/v1/self-service/categories"
let folder = ""

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-test-"))
  vi.stubEnv("TMPDIR", folder)
})

afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** Every file that sandboxes have made and not removed. */
const files = (): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? entry.name : []))

describe("the life of a sandbox", () => {
  effect(
    "it listens only on the loopback address, with a token in the service's form, and storage on another port",
    () =>
      Effect.gen(function* () {
        const { apiToken, storageUrl, tenantUrl } = yield* Sandbox
        expect(tenantUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
        expect(storageUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
        expect(storageUrl).not.toBe(tenantUrl)
        expect(apiToken).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
        expect((yield* presign()).url.startsWith(`${storageUrl}/`)).toBe(true)
      }).pipe(sandbox)
  )

  effect("two sandboxes share nothing", () =>
    Effect.gen(function* () {
      const count = Effect.map(call("GET", "/api/v1/blueprints"), ({ json }) => at(json, "count"))
      const create = call("POST", "/api/v1/blueprints", { json: { name: "x", enrollment_code: { is_active: true } } })
      const other = Effect.provide(count, Sandbox.layer())
      yield* create
      expect([yield* count, yield* other]).toEqual([1, 0])
    }).pipe(sandbox)
  )

  effect("a port in use is a typed failure that names it", () =>
    Effect.gen(function* () {
      const port = Number(new URL((yield* Sandbox).tenantUrl).port)
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Sandbox.layer({ port }))))
      expect(error).toBeInstanceOf(SandboxError)
      expect(error.reason).toBe("PortInUse")
      expect(error.message).toContain(`Port ${port} on 127.0.0.1 is in use`)
      const impossible = yield* Effect.flip(Effect.scoped(Layer.build(Sandbox.layer({ port: 99_999 }))))
      expect(impossible.reason).toBe("Listen")
    }).pipe(sandbox)
  )

  effect("when the scope closes, nothing remains: no idle connection, no stalled answer, no upload, no file", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const service = yield* Layer.buildWithScope(Sandbox.layer(), scope)
      const inside = Effect.provide(service)
      const { apiToken, fault, storageUrl, tenantUrl } = Context.get(service, Sandbox)

      const agent = new Agent({ keepAlive: true })
      const headers = { authorization: `Bearer ${apiToken}` }
      yield* Effect.promise(
        () =>
          new Promise<void>((resolve) =>
            request(`${tenantUrl}${categories}`, { agent, headers }, (response) =>
              response.resume().on("end", () => resolve())
            ).end()
          )
      )
      yield* Scope.extend(fault({ path: categories, stallAfter: 1 }), scope)
      const stalled = yield* Effect.promise(() => fetch(`${tenantUrl}${categories}`, { headers }))
      expect(stalled.status).toBe(200)

      yield* inside(uploaded("kept until the end"))
      const place = yield* inside(presign())
      const { hostname, port } = new URL(storageUrl)
      const form = formBytes([...place.fields, ["file", "x".repeat(3 << 20), "x.pkg"]])
      const socket = connect(Number(port), hostname)
      const closed = yield* Deferred.make<void>()
      socket.on("error", () => undefined).on("close", () => Deferred.unsafeDone(closed, Exit.void))
      socket.write(
        `POST ${new URL(place.url).pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: ${formType}\r\nContent-Length: ${form.length}\r\n\r\n`
      )
      socket.write(form.subarray(0, 2 << 20))
      yield* eventually(Effect.sync(() => files().length === 2))

      yield* Scope.close(scope, Exit.void)
      yield* Deferred.await(closed)
      expect(files()).toEqual([])
      const after = yield* Effect.either(Effect.tryPromise(() => fetch(tenantUrl)))
      expect(after._tag).toBe("Left")
      agent.destroy()
    })
  )

  effect("an upload that is cut leaves no file and no installer", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      const { hostname, port } = new URL(place.url)
      const form = formBytes([...place.fields, ["file", "x".repeat(3 << 20), "x.pkg"]])
      const socket = connect(Number(port), hostname)
      socket.on("error", () => undefined)
      socket.write(
        `POST ${new URL(place.url).pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: ${formType}\r\nContent-Length: ${form.length}\r\n\r\n`
      )
      socket.write(form.subarray(0, 2 << 20))
      yield* eventually(Effect.sync(() => files().length === 1))
      socket.destroy()
      yield* eventually(Effect.sync(() => files().length === 0))
      const app = yield* call("POST", "/api/v1/library/custom-apps", {
        json: { name: "x", file_key: place.key, install_type: "package", install_enforcement: "install_once" }
      })
      expect(app.json).toMatchObject({ sha256: "", file_size: 0 })
    }).pipe(sandbox)
  )

  effect("a refused installer leaves no file, one that replaces another leaves one file", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      yield* send(place.url, [...place.fields, ["x", "extra"], ["file", "bytes", "x.pkg"]])
      expect(files()).toEqual([])
      yield* upload(place, "first")
      yield* upload(place, "second")
      expect(files()).toHaveLength(1)
    }).pipe(sandbox)
  )
})

describe("the request log", () => {
  effect("every request is listed in order, with its status, and without the token", () =>
    Effect.gen(function* () {
      const { apiToken } = yield* Sandbox
      yield* call("GET", `${categories}?source=a&source=b`)
      yield* call("GET", "/nothing", { headers: { "x-mine": "yes" } })
      yield* uploaded("bytes")
      const requests = yield* Sandbox.requests
      expect(requests.map(({ method, path, status, target }) => [target, method, path, status])).toEqual([
        ["api", "GET", categories, 200],
        ["api", "GET", "/nothing", 404],
        ["api", "POST", "/api/v1/library/custom-apps/upload", 201],
        ["storage", "POST", "/iru-sandbox/", 204]
      ])
      expect(requests[0]).toMatchObject({
        query: { source: "b" },
        search: "?source=a&source=b",
        headers: { authorization: "<redacted>" }
      })
      expect(requests[1]?.headers["x-mine"]).toBe("yes")
      expect(JSON.stringify(requests)).not.toContain(apiToken)
    }).pipe(sandbox)
  )
})

describe("faults", () => {
  const get = call("GET", categories)
  const status = Effect.map(get, ({ status }) => status)

  effect("the next matching requests get another answer; later ones get the usual answer", () =>
    Effect.gen(function* () {
      yield* Sandbox.fault({
        method: "get",
        path: categories,
        times: 2,
        respond: { status: 429, headers: { "Retry-After": "7" }, body: { message: "API rate limit exceeded" } }
      })
      expect((yield* call("GET", "/api/v1/blueprints")).status).toBe(200)
      const first = yield* get
      expect(first.status).toBe(429)
      expect(first.headers.get("retry-after")).toBe("7")
      expect(first.json).toEqual({ message: "API rate limit exceeded" })
      expect([yield* status, yield* status]).toEqual([429, 200])
    }).pipe(Effect.scoped, sandbox)
  )

  effect("a fault ends with its scope", () =>
    Effect.gen(function* () {
      const during = Effect.zipRight(
        Sandbox.fault({ path: /self-service/, times: 9, respond: { status: 500 } }),
        status
      )
      expect(yield* Effect.scoped(during)).toBe(500)
      expect(yield* status).toBe(200)
    }).pipe(sandbox)
  )

  effect("an answer is cut after some bytes, or is not sent, although the request took effect", () =>
    Effect.gen(function* () {
      const create = call("POST", "/api/v1/library/custom-scripts", {
        json: { name: "x", execution_frequency: "once", script: "true" }
      })
      yield* Sandbox.fault({ method: "POST", cutAfter: 5 })
      yield* Sandbox.fault({ method: "POST", drop: true })
      for (const _ of [1, 2]) expect((yield* Effect.either(Effect.sandbox(create)))._tag).toBe("Left")
      expect(at((yield* call("GET", "/api/v1/library/custom-scripts")).json, "count")).toBe(2)
    }).pipe(Effect.scoped, sandbox)
  )

  effect("a request is cut after some bytes and has no effect", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      yield* Sandbox.fault({ target: "storage", cutRequestAfter: 1 })
      expect((yield* Effect.either(Effect.sandbox(upload(place, "x".repeat(4 << 20)))))._tag).toBe("Left")
      expect((yield* upload(place, "bytes")).status).toBe(204)
    }).pipe(Effect.scoped, sandbox)
  )

  effect("a stalled answer sends its head and its first bytes, and then nothing", () =>
    Effect.gen(function* () {
      const { apiToken, tenantUrl } = yield* Sandbox
      yield* Sandbox.fault({ stallAfter: 1 })
      const abort = new AbortController()
      const response = yield* Effect.promise(() =>
        fetch(`${tenantUrl}${categories}`, {
          headers: { authorization: `Bearer ${apiToken}` },
          signal: abort.signal
        })
      )
      const reader = response.body?.getReader()
      const first = yield* Effect.promise(async () => reader?.read())
      expect(first?.value).toEqual(new TextEncoder().encode("["))
      const more = yield* Effect.fork(Effect.either(Effect.tryPromise(async () => reader?.read())))
      abort.abort()
      expect((yield* Fiber.join(more))._tag).toBe("Left")
    }).pipe(Effect.scoped, sandbox)
  )

  effect("a delay follows Effect's clock", () =>
    Effect.gen(function* () {
      yield* Sandbox.fault({ delay: "1 hour" })
      const waiting = yield* Effect.fork(status)
      yield* eventually(Effect.map(Sandbox.requests, (requests) => requests.length === 1))
      expect(yield* Fiber.poll(waiting)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 hour")
      expect(yield* Fiber.join(waiting)).toBe(200)
    }).pipe(Effect.scoped, sandbox)
  )
})
