/**
 * A server on a real socket that answers as a test tells it to, and remembers what it was asked.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export interface Received {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** The query as it was written. */
  readonly search: string
  readonly headers: IncomingMessage["headers"]
  readonly body: Buffer
}

export interface Reply {
  readonly status?: number
  /** An object is sent as JSON; a string or bytes as they are. */
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

export interface TestServer {
  readonly origin: string
  readonly received: ReadonlyArray<Received>
}

/** Every request as `"GET /api/v1/blueprints"`, in order. */
export const requestsTo = ({ received }: TestServer): ReadonlyArray<string> =>
  received.map(({ method, path }) => `${method} ${path}`)

/** The last request; fails the test where there was none. */
export const lastRequest = ({ received }: TestServer): Received => {
  const last = received.at(-1)
  if (last === undefined) throw new Error("nothing was sent")
  return last
}

export type Handler = (
  request: Received,
  raw: { request: IncomingMessage; response: ServerResponse }
) => Reply | "handled" | Promise<Reply | "handled">

/** Serves until the scope closes. A handler that writes the response itself returns `"handled"`. */
export const serve = (handler: Handler, port = 0): Effect.Effect<TestServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<TestServer & { readonly close: () => void }>((resume) => {
      const received: Array<Received> = []
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("error", () => undefined)
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const url = new URL(request.url ?? "/", "http://localhost")
          const seen: Received = {
            method: request.method ?? "",
            path: url.pathname,
            query: Object.fromEntries(url.searchParams),
            search: url.search,
            headers: request.headers,
            body: Buffer.concat(chunks)
          }
          received.push(seen)
          void Promise.resolve(handler(seen, { request, response })).then((reply) => {
            if (reply !== "handled") answer(response, reply)
          })
        })
      })
      server.listen(port, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ origin: `http://127.0.0.1:${port}`, received, close }))
      })
    }),
    (server) => Effect.sync(server.close)
  )

const answer = (response: ServerResponse, { body, headers = {}, status = 200 }: Reply): void => {
  const isRaw = typeof body === "string" || body instanceof Uint8Array
  const type = isRaw || body === undefined ? {} : { "content-type": "application/json" }
  response.writeHead(status, { ...type, ...headers })
  response.end(isRaw ? body : body === undefined ? undefined : JSON.stringify(body))
}

/** Answers from a list, one after the other; the last one stays. */
export const inTurn = (...replies: ReadonlyArray<Reply | Handler>): Handler => {
  let turn = 0
  return (request, raw) => {
    const next = replies[Math.min(turn++, replies.length - 1)] ?? {}
    return typeof next === "function" ? next(request, raw) : next
  }
}

/**
 * Answers by method and path: `{ "GET /api/v1/blueprints": { body } }`. A `*` stands for one segment. What is not in the
 * table does not exist.
 */
export const routes = (table: Readonly<Record<string, Reply | Handler>>): Handler => {
  const entries = Object.entries(table).map(([route, reply]) => {
    const pattern = route.split("*").map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    return [new RegExp(`^${pattern.join("[^/]+")}$`), reply] as const
  })
  return (request, raw) => {
    const found = entries.find(([route]) => route.test(`${request.method} ${request.path}`))?.[1]
    return typeof found === "function"
      ? found(request, raw)
      : (found ?? { status: 404, body: { detail: "Not found." } })
  }
}
