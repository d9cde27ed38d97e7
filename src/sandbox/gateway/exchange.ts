/**
 * The requests and answers of the tenant, independent of sockets: the gateways translate.
 */
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import { constants } from "node:fs"
import { open } from "node:fs/promises"
import { Readable } from "node:stream"
import type { Form } from "./multipart.js"

/** A request as it arrives. */
export interface Incoming {
  readonly method: string
  /** The whole address, with the host that the caller used. */
  readonly url: URL
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Read at most once, or not at all. It throws when the caller goes away in the middle. */
  readonly body: AsyncIterable<Uint8Array>
  /** How long what is uploaded will be looked at, in milliseconds, where a fault says so. */
  readonly processing?: number | undefined
}

/** A request that has arrived whole. */
export interface WholeRequest extends Omit<Incoming, "body"> {
  readonly bytes: Uint8Array
  /** The form in it, or what is wrong with it, if it says that it is one. */
  readonly form?: Either.Either<Form, string> | undefined
}

/** What is sent back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  /** How the answer ends, when not as it should. */
  readonly ending?: Ending | undefined
  /** For the request log, not for the caller. */
  readonly note?: string | undefined
}

/** The bytes of an answer: at hand, a part of a file, or as they come. A file is never held in memory. */
export type Body =
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  | { readonly _tag: "File"; readonly path: string; readonly start: number; readonly length: number }
  | {
      readonly _tag: "Chunks"
      readonly chunks: AsyncIterable<Uint8Array>
      /** Ends the connection at once, also while the caller reads nothing. */
      readonly cut?: AbortSignal | undefined
    }

/** An answer that goes wrong on purpose. */
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

/** The first bytes of a part of a file, in pieces of a mebibyte. Fails if it is a link, no file, or ends too early. */
export const readFile = ({ path, start }: Extract<Body, { _tag: "File" }>, bytes: number): Readable =>
  Readable.from(
    (async function* () {
      // A FIFO would keep what opens it waiting.
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        const stats = await file.stat()
        if (!stats.isFile() || stats.size < start + bytes) throw new Error(`${path} is not what was stored.`)
        yield* file.createReadStream({ start, end: start + bytes - 1, highWaterMark: 1024 * 1024, autoClose: false })
      } finally {
        await file.close()
      }
    })(),
    { highWaterMark: 1 }
  )

/** The gateway's own answer to a path that it does not know. */
export const noRoute = (requestId: string): Answer => ({
  ...json(404, { message: "no Route matched with those values", request_id: requestId }, { server: "kong/3.2.2" }),
  note: "The sandbox does not serve this path."
})

/** The page that the service sends for a library item that is not there to be deleted. */
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

/** The answer to an id that no record has. */
export const noMatch = (model: string): Answer => json(404, { detail: `No ${model} matches the given query.` })

/** The 400 of a field, or of several. */
export const invalid = (problems: Readonly<Record<string, unknown>>): Answer => json(400, problems)

/** A handler of requests. */
export type Handler = (incoming: Incoming) => Effect.Effect<Answer>
