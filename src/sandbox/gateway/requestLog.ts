/**
 * Records the requests in order, without secrets.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { Answer, Handler, Incoming } from "./exchange.js"
import type { Target } from "./faults.js"

/** A request to the sandbox. */
export interface RequestRecord {
  /** Counts up from 1. */
  readonly id: number
  /** When it arrived, in milliseconds since 1970. */
  readonly time: number
  /** Whether it was sent to the API or to storage. */
  readonly target: Target
  readonly method: string
  readonly path: string
  /** The query parameters by name. If a name appears twice, the last value counts. */
  readonly query: Readonly<Record<string, string>>
  /** The original query string with its question mark, without the signature of a presigned URL. */
  readonly search: string
  /** The headers, with names in lower case. Credentials are replaced by `<redacted>`. */
  readonly headers: Readonly<Record<string, string>>
  /** The first 64 KiB of the body as text. `""` if no body was read, for requests to storage, and for old requests. */
  readonly body: string
  /** The status of the answer; `undefined` before the answer, or if the connection was closed without one. */
  readonly status: number | undefined
  /** Milliseconds until the answer was ready; `undefined` before that. */
  readonly duration: number | undefined
  /** The first 64 KiB of the answer's body as text, without secrets. `""` for files and for old requests. */
  readonly answer: string
  /** A note of the sandbox, about an unknown path or an injected fault. */
  readonly note: string | undefined
}

/** The requests so far. */
export interface RequestLog {
  readonly all: Effect.Effect<ReadonlyArray<RequestRecord>>
  /** Each request appears twice: when it arrives, and with the same id when its answer is ready. */
  readonly events: Stream.Stream<RequestRecord>
  readonly around: (target: Target, handler: Handler) => Handler
}

/** The number of requests that are kept. */
export const capacity = 10_000
const largestBody = 64 * 1024
/** The limit for all bodies together. The oldest bodies are dropped first. */
const mostBodies = 16 * 1024 * 1024

const redacted = "<redacted>"
const secretHeaders = ["authorization", "proxy-authorization", "cookie"]
const secretParameters = ["X-Amz-Signature", "X-Amz-Security-Token", "X-Amz-Credential", "auth"]

const recordOf = (id: number, time: number, target: Target, { headers, method, url }: Incoming): RequestRecord => ({
  id,
  time,
  target,
  method,
  path: url.pathname,
  query: Object.fromEntries(
    [...url.searchParams].map(([name, value]) => [name, secretParameters.includes(name) ? redacted : value])
  ),
  search: secretParameters.reduce(
    (search, name) => search.replace(new RegExp(`([?&]${name}=)[^&]*`), `$1${redacted}`),
    url.search
  ),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, secretHeaders.includes(name) ? redacted : value])
  ),
  body: "",
  status: undefined,
  duration: undefined,
  answer: "",
  note: undefined
})

const decoder = new TextDecoder()

/** The fields that hold a secret: PINs and passcodes, presigned addresses, and what signs an upload form. */
const secretFields =
  /("(?:PIN|newPassword|file_url|signed_url|policy|x-amz-[\w-]+)"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}]+)/gi

const withoutSecrets = (body: string): string => body.replace(secretFields, `$1"${redacted}"`)

/** The same body, and a function that returns the part that was read, as text. */
const overheard = (body: Incoming["body"]): { readonly body: Incoming["body"]; readonly text: () => string } => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  const listen = async function* () {
    for await (const chunk of body) {
      if (size < largestBody) chunks.push(chunk.slice(0, largestBody - size))
      size += chunk.length
      yield chunk
    }
  }
  return { body: { [Symbol.asyncIterator]: listen }, text: () => withoutSecrets(decoder.decode(Buffer.concat(chunks))) }
}

const textType = /^(?:text\/|application\/(?:json|xml|x-apple-aspen-config))/

/** Where the API tells the secrets of a device. */
const secretPath = /\/secrets\//

const answerOf = (path: string, { body, ending, headers, status }: Answer): string => {
  const isText = body._tag === "Bytes" && textType.test(headers["content-type"] ?? "")
  if (!isText || ending?._tag === "Drop") return ""
  return secretPath.test(path) && status < 400
    ? redacted
    : withoutSecrets(decoder.decode(body.bytes.subarray(0, largestBody)))
}

const sizeOf = (record: RequestRecord | undefined): number =>
  record === undefined ? 0 : record.body.length + record.answer.length

/** An empty log. */
export const makeRequestLog: Effect.Effect<RequestLog> = Effect.map(
  PubSub.sliding<RequestRecord>(1024),
  (news): RequestLog => {
    const records = new Map<number, RequestRecord>()
    let lastId = 0
    let bodies = 0
    let oldestBody = 1

    const keep = (record: RequestRecord): void => {
      const before = records.get(record.id)
      bodies += sizeOf(record) - sizeOf(before)
      records.set(record.id, record)
      const dropped = records.get(record.id - capacity)
      bodies -= sizeOf(dropped)
      records.delete(record.id - capacity)
      for (; bodies > mostBodies && oldestBody < record.id; oldestBody++) {
        const old = records.get(oldestBody)
        if (old === undefined || sizeOf(old) === 0) continue
        bodies -= sizeOf(old)
        records.set(oldestBody, { ...old, body: "", answer: "" })
      }
    }

    return {
      all: Effect.sync(() => [...records.values()]),
      events: Stream.fromPubSub(news),
      around: (target, handler) => (incoming) =>
        Effect.gen(function* () {
          const time = yield* Clock.currentTimeMillis
          const record = recordOf(++lastId, time, target, incoming)
          keep(record)
          yield* PubSub.publish(news, record)
          const { body, text } = target === "api" ? overheard(incoming.body) : { body: incoming.body, text: () => "" }
          const finish = (end: Pick<RequestRecord, "answer" | "note" | "status">) =>
            Effect.flatMap(Clock.currentTimeMillis, (now) => {
              const done: RequestRecord = { ...record, ...end, body: text(), duration: now - time }
              if (records.has(record.id)) keep(done)
              return PubSub.publish(news, done)
            })
          const answer = yield* handler({ ...incoming, body }).pipe(
            Effect.onInterrupt(() => finish({ status: undefined, answer: "", note: "The caller went away." }))
          )
          yield* finish({
            status: answer.ending?._tag === "Drop" ? undefined : answer.status,
            answer: answerOf(record.path, answer),
            note: answer.note
          })
          return answer
        })
    }
  }
)
