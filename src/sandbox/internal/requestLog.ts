/**
 * What was asked, in order, without a secret in it.
 */
import * as Effect from "effect/Effect"
import type { Incoming } from "./exchange.js"
import type { Handler, Target } from "./faults.js"

/** A request that the sandbox was sent. */
export interface RequestRecord {
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
  /** The answer's status; nothing while there is none. */
  readonly status: number | undefined
}

/** The requests so far. */
export interface RequestLog {
  readonly all: Effect.Effect<ReadonlyArray<RequestRecord>>
  readonly around: (target: Target, handler: Handler) => Handler
}

const redacted = "<redacted>"
const secretHeaders = ["authorization", "proxy-authorization", "cookie"]
const secretParameters = ["X-Amz-Signature", "X-Amz-Security-Token", "X-Amz-Credential"]

const recordOf = (target: Target, { headers, method, url }: Incoming): RequestRecord => ({
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
  status: undefined
})

/** An empty log that keeps the last `capacity` requests. */
export const makeRequestLog = (capacity: number): RequestLog => {
  const records = new Map<number, RequestRecord>()
  let next = 0
  return {
    all: Effect.sync(() => [...records.values()]),
    around: (target, handler) => (incoming) =>
      Effect.suspend(() => {
        const id = next++
        const record = recordOf(target, incoming)
        records.set(id, record)
        records.delete(id - capacity)
        return Effect.tap(handler(incoming), ({ ending, status }) => {
          if (records.has(id) && ending?._tag !== "Drop") records.set(id, { ...record, status })
          return Effect.void
        })
      })
  }
}
