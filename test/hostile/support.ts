/**
 * Servers that break the rules, and a check of what a test leaves behind.
 */
import { CustomScripts } from "effect-iru"
import type { Iru } from "effect-iru/node"
import { Iru as IruNode } from "effect-iru/node"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { afterAll, beforeAll, expect } from "vitest"
import { tenantAt } from "../support/tenant.js"

/** A custom script in the service's form. */
export const script = (id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id,
  name: `Script ${id}`,
  active: true,
  execution_frequency: "once",
  restart: false,
  script: "#!/bin/zsh\necho hello",
  remediation_script: "",
  created_at: "2024-01-20T20:07:48.000000Z",
  updated_at: "2024-01-20T20:07:48.000000Z",
  ...more
})

export interface RawServer {
  readonly origin: string
  readonly port: number
  /** The text that arrived on each connection. */
  readonly received: ReadonlyArray<string>
}

/** A server on plain sockets: it calls `onRequest` with the socket once the head of a request has arrived. */
export const rawServer = (
  onRequest: (socket: Socket, head: string) => void
): Effect.Effect<RawServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<RawServer & { readonly close: () => void }>((resume) => {
      const received: Array<string> = []
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        let head = ""
        sockets.add(socket)
        socket.on("error", () => undefined)
        socket.on("close", () => sockets.delete(socket))
        socket.on("data", (bytes) => {
          head += bytes.toString("latin1")
          if (!head.includes("\r\n\r\n")) return
          received.push(head)
          const request = head
          head = ""
          onRequest(socket, request)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          for (const socket of sockets) socket.destroy()
          server.close()
        }
        resume(Effect.succeed({ origin: `http://127.0.0.1:${port}`, port, received, close }))
      })
    }),
    (server) => Effect.sync(server.close)
  )

/** An answer in bytes: status line, headers and body. */
export const http = (headers: ReadonlyArray<string>, body: string | Uint8Array = "", status = "200 OK"): Buffer =>
  Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${headers.join("\r\n")}\r\n\r\n`), Buffer.from(body)])

/** A client of a server on plain sockets. It never tries again, so that one answer is one failure. */
export const withRawTenant =
  (onRequest: (socket: Socket, head: string) => void, options: Partial<Iru.Options> = {}) =>
  <A, E>(
    program: (server: RawServer) => Effect.Effect<A, E, IruNode.Services>
  ): Effect.Effect<A, E | Effect.Effect.Error<ReturnType<typeof getOne>>> =>
    Effect.scoped(
      Effect.flatMap(rawServer(onRequest), (server) =>
        Effect.provide(program(server), IruNode.layer(tenantAt(server.origin, { retry: { times: 0 }, ...options })))
      )
    ).pipe(Effect.orDie)

/** Reads one script, as the simplest call. */
export const getOne = (id = "a") => Effect.flatMap(CustomScripts, (scripts) => scripts.get(id))

/** No test of this file may cause an unhandled rejection or an uncaught exception. */
export const expectNothingUnhandled = (): void => {
  const unhandled: Array<unknown> = []
  const note = (error: unknown) => void unhandled.push(error)
  beforeAll(() => {
    process.on("unhandledRejection", note)
    process.on("uncaughtExceptionMonitor", note)
  })
  afterAll(async () => {
    await new Promise((resolve) => setImmediate(resolve))
    process.off("unhandledRejection", note)
    process.off("uncaughtExceptionMonitor", note)
    expect(unhandled).toEqual([])
  })
}
