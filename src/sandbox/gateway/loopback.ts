/**
 * Serves the tenant over HTTP, on the loopback address unless another address is given.
 *
 * It uses plain `node:http`, because the sandbox does what other servers avoid: it cuts answers in the middle, stops
 * sending without closing, and reads a request to its end after the answer was sent.
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { SandboxError } from "../SandboxError.js"
import { type Answer, type Handler, type Incoming, readFile, sizeOf } from "./exchange.js"

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void

/** Where to listen. */
export interface Address {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
}

const listenFailure = (cause: NodeJS.ErrnoException, { host, port }: Address): SandboxError =>
  cause.code === "EADDRINUSE"
    ? new SandboxError({
        reason: "PortInUse",
        detail: `Port ${port} on ${host} is in use. Choose another one, or 0 for any that is free.`,
        cause
      })
    : new SandboxError({ reason: "Listen", detail: `Cannot listen on ${host}:${port}: ${cause.message}`, cause })

/** Listens until the scope closes. Then all connections are closed, also idle ones. */
const listen = (address: Address, onRequest: OnRequest): Effect.Effect<Server, SandboxError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Server, SandboxError>((resume) => {
      const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, onRequest)
      const onError = (cause: Error) => resume(Effect.fail(listenFailure(cause, address)))
      server.once("error", onError)
      server.on("clientError", (_, socket) => {
        if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
      })
      const onListening = () => {
        server.off("error", onError)
        server.on("error", () => undefined)
        resume(Effect.succeed(server))
      }
      try {
        server.listen(address.port, address.host, onListening)
      } catch (cause) {
        onError(cause instanceof Error ? cause : new Error(String(cause)))
      }
    }),
    (server) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

const incomingOf = (request: IncomingMessage, origin: string): Incoming => {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ")
  }
  const target = request.url?.startsWith("/") === true ? request.url : "/"
  return {
    method: request.method ?? "GET",
    url: new URL(`${addressOf(headers["host"], origin)}${target}`),
    headers,
    // If a handler stops reading early, the request is not destroyed: the rest is read and dropped after the answer.
    body: { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]() }
  }
}

const addressOf = (host: string | undefined, origin: string): string => {
  const address = `http://${host ?? ""}`
  return host !== undefined && URL.canParse(address) && new URL(address).pathname === "/" ? address : origin
}

/** Sends an answer, or the part of it that a fault allows. Ends when the exchange is over, for whatever reason. */
const deliver = (request: IncomingMessage, response: ServerResponse, answer: Answer): Effect.Effect<void> =>
  Effect.async((resume) => {
    const done = () => resume(Effect.void)
    const { body, ending, headers, status } = answer
    const { socket } = request
    const size = sizeOf(body)
    if (response.destroyed || ending?._tag === "Drop") {
      socket.destroy()
      return done()
    }
    response.once("close", done)

    const bodiless = request.method === "HEAD" || status === 204 || status === 304
    if (body._tag === "Chunks") body.cut?.addEventListener("abort", () => socket.destroy(), { once: true })
    response.sendDate = false
    try {
      response.writeHead(status, {
        ...headers,
        ...(status === 204 || status === 304 || size === undefined ? {} : { "content-length": String(size) })
      })
    } catch {
      // If the answer cannot be sent, the connection is closed, so that the caller does not wait.
      socket.destroy()
      return done()
    }
    response.flushHeaders()

    const wanted = bodiless ? 0 : (size ?? Infinity)
    const sent = ending === undefined ? wanted : Math.min(ending.after, wanted)
    const finish = () => {
      if (ending?._tag === "Stall") return
      if (ending?._tag === "Cut") {
        socket.destroySoon()
      } else if (request.complete) {
        response.end()
      } else {
        // If the answer ended now, Node would close the connection while the caller is still sending, and the caller
        // would lose the answer.
        request.once("close", () => response.end())
        request.once("end", () => response.end())
        request.resume()
      }
    }
    if (sent === 0) {
      finish()
    } else if (body._tag === "Bytes") {
      response.write(body.bytes.subarray(0, sent), finish)
    } else {
      const source = body._tag === "File" ? readFile(body, sent) : Readable.from(body.chunks)
      response.once("close", () => source.destroy())
      source.once("end", finish).once("error", () => socket.destroy())
      source.pipe(response, { end: false })
    }
  })

/** Whether a host means all addresses of this machine. */
export const isWildcard = (host: string): boolean => ["", "0.0.0.0", "::"].includes(host)

/** The origin for callers. A wildcard address cannot be called, so the loopback address replaces it. */
const originOf = (server: Server, { host, port }: Address): string => {
  const callable = !isWildcard(host) ? host : host === "::" ? "::1" : "127.0.0.1"
  const bound = server.address()
  const actual = typeof bound === "object" && bound !== null ? bound.port : port
  return `http://${callable.includes(":") ? `[${callable}]` : callable}:${actual}`
}

/** Listens and handles requests. Returns the origin. */
export const serve = (address: Address, handler: Handler): Effect.Effect<string, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never>()
    const server = yield* listen(address, (request, response) => {
      request.on("error", () => undefined)
      response.on("error", () => undefined)
      const fiber = run(
        Effect.suspend(() => handler(incomingOf(request, originOf(server, address)))).pipe(
          Effect.flatMap((answer) => deliver(request, response, answer))
        )
      )
      response.once("close", () => fiber.unsafeInterruptAsFork(fiber.id()))
    })
    return originOf(server, address)
  })
