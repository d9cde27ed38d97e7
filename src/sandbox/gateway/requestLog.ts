/**
 * The requests, in order, without secrets.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { Answer, Handler, Incoming } from "./exchange.js"
import type { Target } from "./faults.js"

/** A request that the sandbox was sent. */
export interface RequestRecord {
  /** Counts up from 1. */
  readonly id: number
  /** When it came, in milliseconds since 1970. */
  readonly time: number
  /** The API, or the storage that installers go to. */
  readonly target: Target
  readonly method: string
  readonly path: string
  /** The query by name; the last value where a name comes twice. */
  readonly query: Readonly<Record<string, string>>
  /** The query as it was written, with its question mark. The signature of a presigned address is taken out. */
  readonly search: string
  /** By name in lower case. What authorises is replaced by `<redacted>`. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text, its first 64 KiB. `""` where none was read, for what went to storage, and for what is long ago. */
  readonly body: string
  /** The answer's status; nothing while there is none, and where the connection ended without one. */
  readonly status: number | undefined
  /** Milliseconds until the answer was ready; nothing while it is not. */
  readonly duration: number | undefined
  /** The answer's body where it is an error. */
  readonly problem: string | undefined
  /** A note of the sandbox: a path that it does not serve, or an injected fault. */
  readonly note: string | undefined
}

/** The requests so far. */
export interface RequestLog {
  readonly all: Effect.Effect<ReadonlyArray<RequestRecord>>
  /** Every request twice: as it comes, and again under the same id once its answer is ready. */
  readonly events: Stream.Stream<RequestRecord>
  readonly around: (target: Target, handler: Handler) => Handler
}

/** How many requests are kept. */
export const capacity = 10_000
const largestBody = 64 * 1024
/** All bodies together; the oldest go first. */
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
  problem: undefined,
  note: undefined
})

const decoder = new TextDecoder()

/** The fields of a body that hold a secret: the PIN of an erased or locked device, and a new passcode. */
const secretFields = /("(?:PIN|newPassword)"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}]+)/gi

const withoutSecrets = (body: string): string => body.replace(secretFields, `$1"${redacted}"`)

/** The same body, and what was read of it so far, as text. */
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

const problemOf = ({ body, status }: Answer): string | undefined =>
  status >= 400 && body._tag === "Bytes" ? decoder.decode(body.bytes.subarray(0, largestBody)) : undefined

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
      bodies += record.body.length - (before?.body.length ?? 0)
      records.set(record.id, record)
      const dropped = records.get(record.id - capacity)
      if (dropped !== undefined) bodies -= dropped.body.length
      records.delete(record.id - capacity)
      for (; bodies > mostBodies && oldestBody < record.id; oldestBody++) {
        const old = records.get(oldestBody)
        if (old === undefined || old.body === "") continue
        bodies -= old.body.length
        records.set(oldestBody, { ...old, body: "" })
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
          const finish = (end: Pick<RequestRecord, "note" | "problem" | "status">) =>
            Effect.flatMap(Clock.currentTimeMillis, (now) => {
              const done: RequestRecord = { ...record, ...end, body: text(), duration: now - time }
              if (records.has(record.id)) keep(done)
              return PubSub.publish(news, done)
            })
          const answer = yield* handler({ ...incoming, body }).pipe(
            Effect.onInterrupt(() => finish({ status: undefined, problem: undefined, note: "The caller went away." }))
          )
          yield* finish({
            status: answer.ending?._tag === "Drop" ? undefined : answer.status,
            problem: problemOf(answer),
            note: answer.note
          })
          return answer
        })
    }
  }
)
