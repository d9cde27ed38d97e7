/**
 * Requests through a proxy, and with a company's own certificate authority: only the proxy can resolve the tenant's
 * name, and only this company trusts the certificate.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile, execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer as createHttpServer } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import { type AddressInfo, connect, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Duplex } from "node:stream"
import { promisify } from "node:util"
import { describe, expect } from "vitest"
import { bundled } from "../support/programs.js"
import { token } from "../support/tenant.js"

const installed = spawnSync("openssl", ["version"]).status === 0
if (!installed) console.warn("openssl is not installed: the tests of proxies and company certificates did not run.")

const file = bundled("test/session/proxy.worker.ts", "test/session/proxy.installers.ts")

const tenant = "accuhive.api.kandji.io"

/** The installer in the store. */
const installer = Buffer.alloc(3_000_000, "installer")

/** A company's certificate authority, and a certificate for the tenant's name that it has signed. */
const certificates = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "effect-iru-proxy-"))
    const file = (name: string) => join(folder, name)
    const openssl = (...args: ReadonlyArray<string>) => execFileSync("openssl", args, { stdio: "ignore", cwd: folder })
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Company CA")
    openssl("req", ...newKey, "-keyout", "tenant.key", "-out", "tenant.csr", "-subj", `/CN=${tenant}`)
    writeFileSync(file("names"), `subjectAltName=DNS:${tenant}`)
    openssl(
      "x509",
      "-req",
      "-in",
      "tenant.csr",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      "names",
      "-out",
      "tenant.pem"
    )
    return { folder, ca: file("ca.pem"), key: readFileSync(file("tenant.key")), cert: readFileSync(file("tenant.pem")) }
  }),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** A server that listens until the scope closes. */
const listening = (server: Server, sockets = new Set<Duplex>()) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.on("connection", (socket: Duplex) => sockets.add(socket))
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
  )

const setUp = Effect.gen(function* () {
  const { ca, cert, key } = yield* certificates
  const authorizations: Array<string | undefined> = []
  const tenantPort = yield* listening(
    createHttpsServer({ cert, key }, (request, response) => {
      authorizations.push(request.headers.authorization)
      if (request.url === "/installer.pkg") return void response.end(installer)
      if (request.method === "POST") {
        request.resume().once("end", () => response.writeHead(204).end())
        return
      }
      response.writeHead(200, { "content-type": "application/json" })
      response.end(JSON.stringify({ from: "the tenant" }))
    })
  )
  /** The requests that the proxy received. */
  const asked: Array<string> = []
  const proxy = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ""}`)
    response.writeHead(502).end()
  }).on("connect", (request, client: Duplex, head) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim())
    if (request.headers.authorization !== undefined) asked.push("The proxy was shown the token.")
    const upstream = connect(tenantPort, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n")
      upstream.write(head)
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on("error", () => client.destroy())
    client.on("error", () => upstream.destroy())
  })
  const proxyPort = yield* listening(proxy)

  const run = (environment: Record<string, string>, program = "proxy.worker.ts"): Effect.Effect<string> =>
    Effect.promise(async () => {
      const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)))
      const { stdout } = await promisify(execFile)(process.execPath, [file(`test/session/${program}`)], {
        env: { ...rest, IRU_TENANT_URL: `https://${tenant}`, IRU_API_TOKEN: token, ...environment }
      })
      return stdout.trim()
    })
  return { asked, authorizations, ca, proxyPort, run }
})

describe.runIf(installed)("behind a proxy", () => {
  live(
    "a tenant is reached, and a company's own authority is trusted; the proxy does not see the token",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { asked, authorizations, ca, proxyPort, run } = yield* setUp
          const said = yield* run({
            HTTPS_PROXY: `http://someone:password@127.0.0.1:${proxyPort}`,
            NODE_EXTRA_CA_CERTS: ca
          })
          expect(said).toBe("the tenant")
          expect(authorizations).toEqual([`Bearer ${token}`])
          expect(asked).toEqual([`CONNECT ${tenant}:443 Basic ${Buffer.from("someone:password").toString("base64")}`])
        })
      ),
    90_000
  )

  live(
    "installers are uploaded and downloaded through the proxy, and the proxy does not see the token",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { asked, authorizations, ca, proxyPort, run } = yield* setUp
          const environment = { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`, NODE_EXTRA_CA_CERTS: ca }
          const digest = createHash("sha256").update(installer).digest("hex")
          expect(yield* run(environment, "proxy.installers.ts")).toBe(`store.pkg is up; ${digest} is down`)
          expect(authorizations).toEqual([undefined, undefined])
          expect(new Set(asked)).toEqual(new Set([`CONNECT ${tenant}:443`]))
        })
      ),
    90_000
  )

  live(
    "a certificate of an unknown authority is refused, and nothing is sent",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { authorizations, proxyPort, run } = yield* setUp
          const said = yield* run({ https_proxy: `http://127.0.0.1:${proxyPort}` })
          expect(said).toMatch(/^Transport: .*(UNABLE_TO_|SELF_SIGNED|unable to verify).*NODE_EXTRA_CA_CERTS=/)
          expect(authorizations).toEqual([])
        })
      ),
    90_000
  )

  live(
    "hosts that NO_PROXY names, and this machine, are called directly",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { asked, proxyPort, run } = yield* setUp
          const proxy = `http://127.0.0.1:${proxyPort}`
          const direct = yield* listening(
            createHttpServer((_, response) => {
              response.writeHead(200, { "content-type": "application/json" })
              response.end(JSON.stringify({ from: "this machine" }))
            })
          )
          const local = { IRU_TENANT_URL: `http://127.0.0.1:${direct}` }
          expect(yield* run({ ...local, HTTP_PROXY: proxy, HTTPS_PROXY: proxy })).toBe("this machine")
          const nowhere = { IRU_TENANT_URL: `http://127.9.9.9:${direct}`, HTTP_PROXY: proxy }
          expect(yield* run(nowhere)).toMatch(/^Transport: /)
          expect(yield* run({ HTTPS_PROXY: proxy, NO_PROXY: "example.com, .kandji.io" })).toMatch(
            /^(Transport|Timeout): /
          )
          expect(asked).toEqual([])
        })
      ),
    90_000
  )
})
