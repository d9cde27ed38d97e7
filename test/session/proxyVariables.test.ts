/**
 * What proxy variables may hold, and what the error or warning says if they hold something else.
 */
import { live } from "@effect/vitest"
import { ApiClient, InstallerTransfer } from "effect-iru"
import { Iru, NodeTransport } from "effect-iru/node"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createServer as createHttpServer } from "node:http"
import { type AddressInfo, createServer, type Server } from "node:net"
import { describe, expect } from "vitest"
import { token } from "../support/tenant.js"
import { recordingLogs } from "./support.js"

const host = "accuhive.api.kandji.io"
const proxyVariable = /^(?:https?|all|no)_proxy$/i

/** Runs a program in an environment with these proxy variables and no others. */
const withVariables =
  (variables: Readonly<Record<string, string>>) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const before = Object.entries(process.env).filter(([name]) => proxyVariable.test(name))
        for (const [name] of before) delete process.env[name]
        Object.assign(process.env, variables)
        return before
      }),
      () => program,
      (before) =>
        Effect.sync(() => {
          for (const name of Object.keys(variables)) delete process.env[name]
          Object.assign(process.env, Object.fromEntries(before))
        })
    )

const tenant = Iru.layer({ tenantUrl: host, apiToken: token })

const listening = (server: Server) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () => Effect.sync(() => server.close())
  )

/** A proxy that records each request and refuses it. */
const proxy = (status: number) =>
  Effect.gen(function* () {
    const asked: Array<string> = []
    const port = yield* listening(
      createHttpServer().on("connect", (request, socket) => {
        asked.push(`${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim())
        socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
      })
    )
    return { asked, port }
  })

/** Sends a request to the tenant, and gives the failure. */
const ask = Effect.flatMap(ApiClient, (client) => client.get("/api/v1/tags", Schema.Unknown)).pipe(
  Effect.flip,
  Effect.provide(Iru.layer({ tenantUrl: host, apiToken: token, retry: { times: 1, base: "1 millis" } })),
  Effect.orDie
)

/** Uploads an installer to a store, and gives the failure. */
const upload = Effect.flatMap(InstallerTransfer, (transfer) =>
  transfer.upload(
    { bytes: new Uint8Array(9), name: "a.pkg" },
    {
      presign: Effect.succeed({
        name: "a.pkg",
        expires: "2099-01-01T00:00:00Z",
        post_url: `https://${host}/`,
        post_data: Redacted.make({ key: "a.pkg" }),
        file_key: "a.pkg"
      })
    }
  )
).pipe(
  Effect.flip,
  Effect.provide(Iru.layer({ tenantUrl: host, apiToken: token, transfer: { retries: 1, retryDelay: "1 millis" } })),
  Effect.orDie
)

/** Starts a session with these variables, and gives the failure. */
const refusalOf = (variables: Readonly<Record<string, string>>, layer: Layer.Layer<never, unknown> = build(tenant)) =>
  Layer.build(layer).pipe(Effect.sandbox, Effect.flip, Effect.scoped, withVariables(variables), Effect.orDie)

const build = <A, E>(layer: Layer.Layer<A, E>): Layer.Layer<never, E> => Layer.discard(layer)

describe("a proxy variable that is not the address of a proxy", () => {
  for (const [variable, value, why] of [
    ["HTTPS_PROXY", "http://user:s3cret@proxy corp:8080", "not the address of a proxy"],
    ["https_proxy", "http://proxy.corp:808080", "not the address of a proxy"],
    ["HTTP_PROXY", "ftp://user:s3cret@proxy.corp:21", "over http:// or https://"],
    ["ALL_PROXY", "file:///s3cret", "over http:// or https://"],
    ["HTTPS_PROXY", "http://user:s3cret%zz@proxy.corp:8080", "write %25 for a %"],
    ["HTTPS_PROXY", "http://user:s3cret%ff@proxy.corp:8080", "write %25 for a %"],
    ["HTTPS_PROXY", "http://us%er:s3cret@proxy.corp:8080", "write %25 for a %"],
    ["all_proxy", "http://user:12/s3cret@proxy.corp:8080", "write %2F for /"],
    ["HTTPS_PROXY", "user:s3#cret@proxy.corp:8080", "write %2F for /"],
    ["HTTPS_PROXY", "http://:3128", "not the address of a proxy"],
    ["HTTPS_PROXY", "http://", "not the address of a proxy"],
    ["HTTPS_PROXY", `"http://user:s3cret@proxy.corp:8080"`, "more than a user, a password, a host and a port"],
    ["HTTPS_PROXY", "http://[::1", "not the address of a proxy"]
  ] as const) {
    live(`${variable}=${value} is a ConfigError that names it, without its password`, () =>
      Effect.gen(function* () {
        for (const layer of [build(tenant), build(NodeTransport.layer())]) {
          const cause = yield* refusalOf({ [variable]: value }, layer)
          const message = Cause.pretty(cause)
          expect(cause).toMatchObject({ _tag: "Fail", error: { _op: "InvalidData" } })
          expect(message).toContain(variable)
          expect(message).toContain(why)
          expect(message).not.toMatch(/s3|cret|user:12/)
        }
      })
    )
  }

  live("is named together with the other one if two are wrong", () =>
    Effect.gen(function* () {
      const message = Cause.pretty(yield* refusalOf({ HTTPS_PROXY: "http://a b", http_proxy: "ftp://c" }))
      expect(message).toContain("HTTPS_PROXY")
      expect(message).toContain("http_proxy")
    })
  )

  live("does not matter if NO_PROXY says that no proxy is used", () =>
    Effect.asVoid(withVariables({ HTTPS_PROXY: "http://a b", NO_PROXY: "*" })(Effect.scoped(Layer.build(tenant))))
  )
})

describe("the proxy for a request", () => {
  for (const [title, variables] of [
    ["HTTPS_PROXY as a host and a port without a scheme", (at: string) => ({ HTTPS_PROXY: at })],
    ["HTTPS_PROXY with blanks around it", (at: string) => ({ HTTPS_PROXY: ` http://${at}/ ` })],
    ["HTTPS_PROXY if https_proxy is empty", (at: string) => ({ https_proxy: "", HTTPS_PROXY: `http://${at}` })],
    ["ALL_PROXY", (at: string) => ({ ALL_PROXY: `http://${at}` })],
    ["all_proxy, even if HTTP_PROXY is set", (at: string) => ({ all_proxy: at, HTTP_PROXY: "http://127.0.0.1:9" })],
    ["HTTP_PROXY if no other variable is set", (at: string) => ({ HTTP_PROXY: at, HTTPS_PROXY: " " })]
  ] as const) {
    live(`comes from ${title}`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { asked, port } = yield* proxy(502)
          yield* withVariables(variables(`127.0.0.1:${port}`))(ask)
          expect(new Set(asked)).toEqual(new Set([`${host}:443`]))
        })
      )
    )
  }

  live("gets its user and password, unescaped", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { asked, port } = yield* proxy(502)
        yield* withVariables({ HTTPS_PROXY: `some%40one:p%25%2F@127.0.0.1:${port}` })(ask)
        expect(asked[0]).toBe(`${host}:443 Basic ${Buffer.from("some@one:p%/").toString("base64")}`)
      })
    )
  )

  live("may be a SOCKS 5 proxy, which resolves the tenant's name itself", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const asked: Array<string> = []
        const port = yield* listening(
          createServer((socket) => {
            socket.on("error", () => undefined)
            socket.once("data", () => {
              socket.write(Buffer.from([5, 0]))
              socket.once("data", (request) => {
                asked.push(request.subarray(5, 5 + (request[4] ?? 0)).toString())
                socket.end(Buffer.from([5, 2, 0, 1, 0, 0, 0, 0, 0, 0]))
              })
            })
          })
        )
        const error = yield* withVariables({ ALL_PROXY: `socks5://127.0.0.1:${port}` })(ask)
        expect(error.reason).toBe("Transport")
        expect(asked[0]).toBe(host)
      })
    )
  )
})

describe("a proxy that refuses a connection", () => {
  for (const [status, advice, tries] of [
    [407, "Set HTTPS_PROXY=http://user:password@host:port", 1],
    [403, "Have the host allowed there, or name it in NO_PROXY", 1],
    [502, "The proxy could not reach the host (502)", 2]
  ] as const) {
    for (const [title, program] of [
      ["a call", ask],
      ["an upload", upload]
    ] as const) {
      live(`(${status}) makes ${title} fail after ${tries} tries, and the message says what to do`, () =>
        Effect.scoped(
          Effect.gen(function* () {
            const { asked, port } = yield* proxy(status)
            const error = yield* withVariables({ HTTPS_PROXY: `127.0.0.1:${port}` })(program)
            expect(error).toMatchObject({ reason: "Transport", message: expect.stringContaining(advice) })
            expect(asked).toHaveLength(tries)
          })
        )
      )
    }
  }
})

describe("a SOCKS proxy of an unsupported kind", () => {
  const logsOf = (variables: Readonly<Record<string, string>>, layer: Layer.Layer<never, unknown> = build(tenant)) =>
    Effect.gen(function* () {
      const logs: Array<string> = []
      yield* Layer.build(layer).pipe(
        Effect.scoped,
        Effect.provide(recordingLogs(logs)),
        withVariables(variables),
        Effect.orDie
      )
      return logs.filter((line) => line.startsWith("WARN"))
    })

  for (const [variable, scheme] of [
    ["HTTPS_PROXY", "socks5h"],
    ["ALL_PROXY", "socks4"],
    ["all_proxy", "socks4a"]
  ] as const) {
    live(`(${variable}=${scheme}://…) logs one warning that names the variable, and the session starts`, () =>
      Effect.gen(function* () {
        const variables = { [variable]: `${scheme}://user:s3cret@127.0.0.1:1080` }
        for (const layer of [build(tenant), build(NodeTransport.layer())]) {
          const warnings = yield* logsOf(variables, layer)
          expect(warnings).toHaveLength(1)
          expect(warnings[0]).toContain(`${variable} names a ${scheme} proxy`)
          expect(warnings[0]).not.toContain("s3cret")
        }
      })
    )
  }

  live("logs no warning if NO_PROXY names the tenant, or if the tenant is on this machine", () =>
    Effect.gen(function* () {
      const socks = { ALL_PROXY: "socks5h://127.0.0.1:1080" }
      for (const NO_PROXY of ["*", host, ".kandji.io", "example.com, *.api.kandji.io", `${host}:443`])
        expect(yield* logsOf({ ...socks, NO_PROXY })).toEqual([])
      for (const no_proxy of ["example.com", `${host}:8443`, "andji.io"])
        expect(yield* logsOf({ ...socks, no_proxy })).toHaveLength(1)
      const local = Iru.layer({ tenantUrl: "http://127.0.0.1:1", apiToken: token })
      expect(yield* logsOf(socks, build(local))).toEqual([])
    })
  )

  live("does not keep another proxy from being used", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { asked, port } = yield* proxy(502)
        const variables = { HTTPS_PROXY: "socks5h://127.0.0.1:1080", HTTP_PROXY: `127.0.0.1:${port}` }
        yield* Effect.provide(withVariables(variables)(ask), recordingLogs([]))
        expect(asked[0]).toBe(`${host}:443`)
      })
    )
  )
})
