/**
 * Connections that fail, break or are very slow, and servers that cannot prove who they are.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { describe, live } from "@effect/vitest"
import { ApiClient, ApiConfig, CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import { lookup } from "node:dns"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, expect } from "vitest"
import { token, withTenant } from "../support/tenant.js"
import { expectNothingUnhandled, getOne, http, rawServer, script, withRawTenant } from "./support.js"

expectNothingUnhandled()

const failure = Effect.flip(getOne())
const json = JSON.stringify(script("a"))

const create = Effect.flatMap(CustomScripts, (scripts) =>
  scripts.create({ name: "x", script: "true", execution_frequency: "once" })
)

/** A session over a transport that a test made, with any tenant URL. */
const over = (connect: Undici.buildConnector.BuildOptions, tenantUrl: string) =>
  CustomScripts.layer.pipe(
    Layer.provide(ApiClient.layer({ retry: { times: 1, base: "1 millis" } })),
    Layer.provide(ApiConfig.layer({ tenantUrl, apiToken: token })),
    Layer.provide(NodeHttpClient.layerUndiciWithoutDispatcher),
    Layer.provide(
      Layer.scoped(
        NodeHttpClient.Dispatcher,
        Effect.acquireRelease(
          Effect.sync(() => new Undici.Agent({ connect })),
          (agent) => Effect.promise(() => agent.destroy())
        )
      )
    ),
    Layer.orDie
  )

describe("a connection that cannot be opened", () => {
  live("because it is refused is a Transport failure that says so", () =>
    Effect.gen(function* () {
      const { origin } = yield* Effect.scoped(rawServer(() => undefined))
      const error = yield* Effect.flip(Effect.provide(getOne(), over({}, origin)))
      expect(error.reason).toBe("Transport")
      expect(error.message).toContain("ECONNREFUSED")
    })
  )

  live("because the name is unknown is a Transport failure that says so", () =>
    Effect.gen(function* () {
      const unknown = over(
        { lookup: (_host, options, done) => lookup("no-such-tenant.invalid", options, done) },
        "https://no-such-tenant.api.kandji.io"
      )
      const error = yield* Effect.flip(Effect.provide(getOne(), unknown))
      expect(error.reason).toBe("Transport")
      expect(error.message).toMatch(/ENOTFOUND|EAI_AGAIN/)
    })
  )
})

describe("a connection that breaks", () => {
  live("after the request arrived is a Transport failure; a read is tried again, a create is not", () =>
    withRawTenant((socket) => void socket.resetAndDestroy(), { retry: { times: 2, base: "1 millis" } })(
      ({ received }) =>
        Effect.gen(function* () {
          expect((yield* failure).reason).toBe("Transport")
          expect(received).toHaveLength(3)
          expect((yield* Effect.flip(create)).reason).toBe("Transport")
          expect(received).toHaveLength(4)
        })
    )
  )

  live("in the middle of the body is a Transport failure", () =>
    withRawTenant((socket) => {
      socket.write(http([`content-length: ${json.length}`], json.slice(0, 20)), () => socket.resetAndDestroy())
    })(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Transport")))
  )

  live("before any answer is a Transport failure", () =>
    withRawTenant((socket) => void socket.end())(() =>
      Effect.map(failure, ({ reason }) => expect(reason).toBe("Transport"))
    )
  )

  live("fails only its own call, and the next call uses a new connection", () => {
    let turn = 0
    return withRawTenant((socket) => {
      if (turn++ === 0) socket.destroy()
      else socket.write(http([`content-length: ${json.length}`], json))
    })(() =>
      Effect.gen(function* () {
        expect((yield* failure).reason).toBe("Transport")
        expect((yield* getOne()).id).toBe("a")
      })
    )
  })
})

describe("an answer that arrives very slowly", () => {
  const drip = (write: () => boolean, isClosed: () => boolean) => {
    const timer = setInterval(() => void (isClosed() ? clearInterval(timer) : write()), 20)
  }
  const impatient = { timeout: "300 millis" } as const

  live("with its headers byte by byte, is a Timeout of the attempt", () =>
    withRawTenant((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx-slow: ")
      drip(
        () => socket.write("y"),
        () => socket.destroyed
      )
    }, impatient)(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("Timeout")
        expect(error.detail).toBe("No complete answer within 300ms.")
      })
    )
  )

  live("with its body byte by byte, is a Timeout of the attempt, and the connection is closed", () => {
    const closed = new Set<string>()
    return withRawTenant((socket) => {
      socket.on("close", () => closed.add("body"))
      socket.write(http([`content-length: 100000`], "{"))
      drip(
        () => socket.write(" "),
        () => socket.destroyed
      )
    }, impatient)(() =>
      Effect.gen(function* () {
        expect((yield* failure).reason).toBe("Timeout")
        yield* Effect.iterate(false, {
          while: (isClosed) => !isClosed,
          body: () =>
            Effect.delay(
              Effect.sync(() => closed.has("body")),
              "5 millis"
            )
        })
      })
    )
  })

  live("with the body of an error byte by byte, is a Timeout too", () =>
    withRawTenant((socket) => {
      socket.write(http([`content-length: 100000`], "{", "400 Bad Request"))
      drip(
        () => socket.write(" "),
        () => socket.destroyed
      )
    }, impatient)(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Timeout")))
  )

  live("and has sent nothing at all, is a Timeout; a read is tried again, a create is not", () =>
    withTenant(() => "handled", { ...impatient, retry: { times: 1, base: "1 millis" } })(({ received }) =>
      Effect.gen(function* () {
        expect((yield* failure).reason).toBe("Timeout")
        expect(received).toHaveLength(2)
        expect((yield* Effect.flip(create)).reason).toBe("Timeout")
        expect(received).toHaveLength(3)
      })
    )
  )
})

describe("over TLS, a server", () => {
  const certificates: { folder: string; files: Record<string, { key: Buffer; cert: Buffer }>; ca: Buffer } = {
    folder: "",
    files: {},
    ca: Buffer.alloc(0)
  }

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "effect-iru-certificates-"))
    const openssl = (...args: ReadonlyArray<string>) =>
      execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] })
    const key = ["-newkey", "rsa:2048", "-nodes"]
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=A private CA")
    for (const [name, names, days] of [
      ["good", "IP:127.0.0.1", "2"],
      ["other", "DNS:another.example", "2"],
      ["expired", "IP:127.0.0.1", "-1"]
    ] as const) {
      const [request, cert] = [`${name}.csr`, `${name}.crt`]
      const names_ = ["-addext", `subjectAltName=${names}`]
      openssl("req", ...key, "-keyout", `${name}.key`, "-out", request, "-subj", `/CN=${name}`, ...names_)
      const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy"]
      openssl("x509", "-req", "-in", request, ...signing, "-out", cert, "-days", days)
    }
    const self = ["-keyout", "self.key", "-out", "self.crt", "-days", "2", "-subj", "/CN=self"]
    openssl("req", "-x509", ...key, ...self, "-addext", "subjectAltName=IP:127.0.0.1")
    for (const name of ["good", "other", "expired", "self"]) {
      certificates.files[name] = {
        key: await readFile(join(folder, `${name}.key`)),
        cert: await readFile(join(folder, `${name}.crt`))
      }
    }
    certificates.ca = await readFile(join(folder, "ca.crt"))
    return () => rm(folder, { recursive: true, force: true })
  })

  interface Secure {
    readonly origin: string
    readonly received: ReadonlyArray<string>
    readonly connections: () => number
  }

  const secure = (certificate: string): Effect.Effect<Secure, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.async<Secure & { readonly close: () => void }>((resume) => {
        const received: Array<string> = []
        const server = createServer(certificates.files[certificate] ?? {}, (request, response) => {
          received.push(request.url ?? "")
          response.end(json)
        })
        let connections = 0
        server.on("connection", () => void connections++)
        server.on("tlsClientError", () => undefined)
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(
            Effect.succeed({ origin: `https://127.0.0.1:${port}`, received, connections: () => connections, close })
          )
        })
      }),
      ({ close }) => Effect.sync(close)
    )

  live("with a certificate of an authority that the program trusts is called", () =>
    Effect.gen(function* () {
      const { origin, received } = yield* secure("good")
      expect((yield* Effect.provide(getOne(), over({ ca: certificates.ca }, origin))).id).toBe("a")
      expect(received).toHaveLength(1)
    }).pipe(Effect.scoped)
  )

  for (const [certificate, what, code] of [
    ["self", "with a self-signed certificate", /SELF_SIGNED.*NODE_EXTRA_CA_CERTS=/],
    ["other", "with a certificate for another name", /altnames|ALTNAME(?!.*NODE_EXTRA)/],
    ["expired", "with an expired certificate", /expired.*the clock of this machine/]
  ] as const) {
    live(`${what} causes a Transport failure that says so; it gets no request and no second try`, () =>
      Effect.gen(function* () {
        const { connections, origin, received } = yield* secure(certificate)
        for (const [at, call] of [getOne(), create].entries()) {
          const error = yield* Effect.flip(Effect.provide(call, over({ ca: certificates.ca }, origin)))
          expect(error.reason).toBe("Transport")
          expect(error.message).toMatch(code)
          expect(connections()).toBe(at + 1)
        }
        expect(received).toEqual([])
      }).pipe(Effect.scoped)
    )
  }

  live("that does not speak TLS causes a Transport failure", () =>
    Effect.gen(function* () {
      const { port } = yield* rawServer(() => undefined)
      const error = yield* Effect.flip(
        Effect.provide(getOne(), over({ timeout: 500, ca: certificates.ca }, `https://127.0.0.1:${port}`))
      )
      expect(error.reason).toBe("Transport")
    }).pipe(Effect.scoped)
  )
})
