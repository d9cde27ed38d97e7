/**
 * The server-sent events for the page. `start` comes first, with the tenant's address and the requests so far. `request`
 * comes for each new request. `tenant` comes when records, faults or limits have changed.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Sandbox } from "../Sandbox.js"
import { effectsOf } from "../gateway/faults.js"
import { type Hub, makeHub } from "./hub.js"

const earlier = 200

const event = (name: string, value: unknown): string => `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`

/** `status 429: GET, /api/v1/blueprints*` */
const describe = ({ fault }: Sandbox.ActiveFault): string => {
  const { method = "any method", path = "any path", target } = fault
  const where = target === "storage" ? `storage, ${path}` : String(path)
  return `${effectsOf(fault)}: ${method}, ${where}`
}

/** A request as a row of the page, which reads bodies and headers only when somebody opens the row. */
const inShort = ({ duration, id, method, note, path, search, status, target, time }: Sandbox.Request) => ({
  id,
  time,
  target,
  method,
  path,
  search,
  status,
  duration,
  note
})

/** Everything but the requests. The page reads its lists again when their version has changed. */
const view = ({ faults, limits, lists }: Sandbox.Service): Effect.Effect<string> =>
  Effect.gen(function* () {
    const active = yield* faults
    return event("tenant", {
      version: yield* lists.version,
      quota: yield* limits.quota,
      faults: active.map((fault, id) => ({ id, left: fault.left, text: describe(fault) }))
    })
  })

/** Requests within this time are sent as one chunk. The page draws them together too. */
const together = "50 millis"

/** The events for all pages. */
export const eventsOf = (sandbox: Sandbox.Service): Hub => {
  const start = Effect.map(sandbox.requests, (requests) =>
    event("start", { tenantUrl: sandbox.tenantUrl, requests: requests.slice(-earlier).map(inShort) })
  )
  const requests = sandbox.events.pipe(
    Stream.map((record) => event("request", inShort(record))),
    Stream.groupedWithin(100, together),
    Stream.map(Chunk.join(""))
  )
  // Some changes come without a request: processing ends, limits recover, faults end, a test puts a record.
  const views = Stream.changes(Stream.repeatEffectWithSchedule(view(sandbox), Schedule.spaced("200 millis")))
  return makeHub({
    source: Stream.merge(requests, views),
    first: Effect.zipWith(Effect.zipRight(Effect.yieldNow(), start), view(sandbox), (start, view) => start + view)
  })
}
