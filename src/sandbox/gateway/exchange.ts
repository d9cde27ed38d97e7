/**
 * Requests and answers of the tenant, independent of sockets. `loopback.ts` and `inProcess.ts` translate them.
 */
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import { constants } from "node:fs"
import { open } from "node:fs/promises"
import { Readable } from "node:stream"
import type { Form } from "./multipart.js"

/** A request whose body has not been read yet. */
export interface Incoming {
  readonly method: string
  /** The whole URL, with the host that the caller used. */
  readonly url: URL
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Can be read at most once. Reading throws if the caller disconnects before the end. */
  readonly body: AsyncIterable<Uint8Array>
  /** If a fault sets it: how long the service processes an upload before it is ready, in milliseconds. */
  readonly processing?: number | undefined
}

/** A request whose body was read completely. */
export interface WholeRequest extends Omit<Incoming, "body"> {
  readonly bytes: Uint8Array
  /** The form in the body, or why it is malformed; `undefined` if the content type is not that of a form. */
  readonly form?: Either.Either<Form, string> | undefined
}

/** An answer to a request. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  /** How the answer is broken off or falsified, if a fault does that. */
  readonly ending?: Ending | undefined
  /** A note for the request log. It is not sent to the caller. */
  readonly note?: string | undefined
}

/** The body of an answer: bytes, a part of a file, or a stream. Files are read in pieces and never held in memory. */
export type Body =
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  | { readonly _tag: "File"; readonly path: string; readonly start: number; readonly length: number }
  | {
      readonly _tag: "Chunks"
      readonly chunks: AsyncIterable<Uint8Array>
      /** Closes the connection at once, even if the caller has stopped reading. */
      readonly cut?: AbortSignal | undefined
    }

/** A deliberate fault in how an answer ends. */
export type Ending =
  | { readonly _tag: "Cut"; readonly after: number }
  | { readonly _tag: "Stall"; readonly after: number }
  | { readonly _tag: "Drop" }

const encoder = new TextEncoder()

/** Text or bytes with a content type. */
export const content = (
  status: number,
  type: string,
  value: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {}
): Answer => ({
  status,
  headers: { "content-type": type, ...headers },
  body: { _tag: "Bytes", bytes: typeof value === "string" ? encoder.encode(value) : value }
})

/** A JSON answer. */
export const json = (status: number, value: unknown, headers?: Readonly<Record<string, string>>): Answer =>
  content(status, "application/json", JSON.stringify(value), headers)

/** An answer without a body. */
export const empty = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers,
  body: { _tag: "Bytes", bytes: new Uint8Array(0) }
})

/** The size of the body in bytes; `undefined` if it is not known. */
export const sizeOf = (body: Body): number | undefined =>
  body._tag === "Bytes" ? body.bytes.length : body._tag === "File" ? body.length : undefined

/**
 * The first `bytes` bytes from `start`, in pieces of one MiB. Fails if the path is a link or not a file, or if the file
 * is too short.
 */
export const readFile = ({ path, start }: Extract<Body, { _tag: "File" }>, bytes: number): Readable =>
  Readable.from(
    (async function* () {
      // Without `O_NONBLOCK`, opening a FIFO would wait for a writer.
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        const stats = await file.stat()
        if (!stats.isFile() || stats.size < start + bytes) throw new Error(`${path} is not the file that was stored.`)
        yield* file.createReadStream({ start, end: start + bytes - 1, highWaterMark: 1024 * 1024, autoClose: false })
      } finally {
        await file.close()
      }
    })(),
    { highWaterMark: 1 }
  )

/** The answer of the gateway, Kong, to a path that it does not know. */
export const noRoute = (requestId: string): Answer => ({
  ...json(404, { message: "no Route matched with those values", request_id: requestId }, { server: "kong/3.2.2" }),
  note: "The sandbox does not serve this path."
})

/** The page that the service sends when a library item to delete does not exist. */
export const notFoundPage: Answer = content(
  404,
  "text/html; charset=utf-8",
  `
<!doctype html>
<html lang="en">
<head>
  <title>Not Found</title>
</head>
<body>
  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>
</body>
</html>
`
)

/** The answer to an unknown id. */
export const noMatch = (model: string): Answer => json(404, { detail: `No ${model} matches the given query.` })

/** A 400 with the problems of one or more fields. */
export const invalid = (problems: Readonly<Record<string, unknown>>): Answer => json(400, problems)

/** A handler of requests. */
export type Handler = (incoming: Incoming) => Effect.Effect<Answer>
