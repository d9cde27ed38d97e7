/**
 * A store on a real socket with one object, which misbehaves once for every request as a test tells it to, and behaves
 * after that.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** What goes wrong with one request. */
export interface Mood {
  /** The connection ends after this many bytes of the answer's body. */
  readonly cutAfter?: number
  /** Nothing follows after this many bytes of the answer's body. */
  readonly stallAfter?: number
  /** After this many bytes, one byte follows now and then. */
  readonly dribbleAfter?: number
  /** No head comes. */
  readonly silent?: boolean
  /** The whole object is sent, whatever part was asked for. */
  readonly ignoresRange?: boolean
  /** Neither a length nor chunks: the connection's end is the end. */
  readonly noLength?: boolean
  /** In chunks, without a length. */
  readonly chunked?: boolean
  /** The object is another one from now on. */
  readonly replacedBy?: Buffer
  readonly withoutEtag?: boolean
  /** These bytes come instead, and the length fits them. */
  readonly bytes?: Buffer
  readonly refuse?: { readonly status: number; readonly code?: string; readonly message?: string }
  readonly redirect?: string
  /** The connection ends after this many bytes of the request's body. */
  readonly cutRequestAfter?: number
  /** The request's body is read no further. */
  readonly stallRequestAfter?: number
  /** With `refuse`: the answer comes after this many bytes of the request's body. What follows is read, or met by a closed door. */
  readonly early?: { readonly after: number; readonly afterwards: "drain" | "close" }
}

export interface Seen {
  readonly method: string
  readonly url: string
  readonly range: string | undefined
  readonly ifMatch: string | undefined
  readonly headers: IncomingMessage["headers"]
  /** Of the request. */
  bytes: Buffer
  /** Whether the request's body came whole. */
  complete: boolean
}

export interface BadStore {
  readonly url: string
  readonly seen: ReadonlyArray<Seen>
  readonly ranges: () => ReadonlyArray<string | undefined>
  /** Connections that are open now. */
  readonly connections: () => number
  readonly most: () => number
}

const xml = (code = "InternalError", message = "We encountered an internal error. Please try again.") =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>1</RequestId></Error>`

/** Serves an object until the scope closes. Moods come in turn; a function says for each request what its mood is. */
export const badStore = (
  object: Buffer,
  moods: ReadonlyArray<Mood> | ((seen: Seen, count: number) => Mood | undefined) = []
): Effect.Effect<BadStore, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<{ readonly store: BadStore; readonly close: () => void }>((resume) => {
        const seen: Array<Seen> = []
        let current = object
        let answering = 0
        let most = 0
        const sockets = new Set<object>()
        const server = createServer((request, response) => {
          const one: Seen = {
            method: request.method ?? "",
            url: request.url ?? "",
            range: request.headers.range,
            ifMatch: request.headers["if-match"],
            headers: request.headers,
            bytes: Buffer.alloc(0),
            complete: false
          }
          const count = seen.push(one)
          const mood = (typeof moods === "function" ? moods(one, count) : moods[count - 1]) ?? {}
          if (mood.replacedBy !== undefined) current = mood.replacedBy
          most = Math.max(most, ++answering)
          response.once("close", () => answering--)
          request.on("error", () => undefined)
          response.on("error", () => undefined)
          if (one.method === "POST") receive(request, response, one, mood)
          else give(request, response, mood, current)
        })
        server.on("connection", (socket) => {
          sockets.add(socket)
          socket.once("close", () => sockets.delete(socket))
        })
        server.keepAliveTimeout = 60_000
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const store = {
            url: `http://127.0.0.1:${port}/bucket/app.pkg?X-Amz-Signature=${signature}`,
            seen,
            ranges: () => seen.map(({ range }) => range),
            connections: () => sockets.size,
            most: () => most
          }
          const close = () => {
            server.closeAllConnections()
            server.close()
          }
          resume(Effect.succeed({ store, close }))
        })
      }),
      ({ close }) => Effect.sync(close)
    ),
    ({ store }) => store
  )

/** Must be seen nowhere but in requests to the store. */
export const signature = "5ec2e7".repeat(8)

const refuse = (response: ServerResponse, { refuse }: Mood) => {
  const body = xml(refuse?.code, refuse?.message)
  response.writeHead(refuse?.status ?? 500, { "content-type": "application/xml", "content-length": body.length })
  response.end(body)
}

const give = (request: IncomingMessage, response: ServerResponse, mood: Mood, object: Buffer) => {
  const etag = `"${createHash("md5").update(object).digest("hex")}"`
  const body = mood.bytes ?? object
  const socket = response.socket
  if (mood.silent === true) return
  if (mood.refuse !== undefined) return refuse(response, mood)
  if (mood.redirect !== undefined) return void response.writeHead(302, { location: mood.redirect }).end()
  const ifMatch = request.headers["if-match"]
  if (ifMatch !== undefined && ifMatch !== etag)
    return refuse(response, { refuse: { status: 412, code: "PreconditionFailed" } })
  const [, first, last] =
    /^bytes=(\d+)-(\d*)$/.exec(mood.ignoresRange === true ? "" : (request.headers.range ?? "")) ?? []
  const from = Number(first ?? 0)
  if (first !== undefined && from >= body.length) {
    response.setHeader("content-range", `bytes */${body.length}`)
    return refuse(response, { refuse: { status: 416, code: "InvalidRange" } })
  }
  const to = last === undefined || last === "" ? body.length : Math.min(body.length, Number(last) + 1)
  const part = body.subarray(from, to)
  if (mood.noLength === true) {
    socket?.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    socket?.end(part.subarray(0, mood.cutAfter ?? part.length))
    return
  }
  response.writeHead(first === undefined ? 200 : 206, {
    ...(mood.withoutEtag === true ? {} : { etag }),
    ...(mood.chunked === true ? {} : { "content-length": part.length }),
    ...(first === undefined ? {} : { "content-range": `bytes ${from}-${to - 1}/${body.length}` })
  })
  const { cutAfter, dribbleAfter, stallAfter } = mood
  const stop = cutAfter ?? stallAfter ?? dribbleAfter
  if (stop === undefined) return void response.end(part)
  response.flushHeaders()
  response.write(part.subarray(0, stop), () => {
    if (cutAfter !== undefined) response.destroy()
    if (dribbleAfter === undefined) return
    const timer = setInterval(() => response.write("."), 40)
    response.once("close", () => clearInterval(timer))
  })
  if (stop === 0 && cutAfter !== undefined) response.destroy()
}

const receive = (request: IncomingMessage, response: ServerResponse, one: Seen, mood: Mood) => {
  let answered = false
  request.on("data", (chunk: Buffer) => {
    one.bytes = Buffer.concat([one.bytes, chunk])
    if (mood.cutRequestAfter !== undefined && one.bytes.length >= mood.cutRequestAfter) request.socket.resetAndDestroy()
    if (mood.stallRequestAfter !== undefined && one.bytes.length >= mood.stallRequestAfter) request.pause()
    if (mood.early === undefined || answered || one.bytes.length < mood.early.after) return
    answered = true
    refuse(response, mood)
    if (mood.early.afterwards === "close") {
      request.pause()
      response.once("finish", () => request.socket.destroy())
    }
  })
  request.once("end", () => {
    one.complete = true
    if (answered || mood.silent === true) return
    if (mood.refuse !== undefined) refuse(response, mood)
    else response.writeHead(204).end()
  })
}
