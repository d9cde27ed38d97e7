/**
 * What the page is told, as server-sent events: first where the tenant is and what was asked so far (`start`), then
 * every request (`request`) and the whole view whenever something in it has changed (`tenant`).
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Sandbox } from "../Sandbox.js"
import { type Hub, makeHub } from "./hub.js"

const earlier = 200

const event = (name: string, value: unknown): string => `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`

const harms = [
  ["delay", "late"],
  ["cutAfter", "cut"],
  ["stallAfter", "stalled"],
  ["drop", "lost"],
  ["cutRequestAfter", "request cut"],
  ["next", "another next"],
  ["processing", "processing"],
  ["expired", "expired"]
] as const

/** `429 for GET to /api/v1/blueprints*` */
const describe = ({ fault }: Sandbox.ActiveFault): string => {
  const { method = "anything", path, respond, target } = fault
  const harm = harms.flatMap(([key, word]) => (fault[key] === undefined ? [] : [word]))
  const all = respond === undefined ? harm : [respond.status, ...harm]
  return `${all.join(", ")} for ${method} to ${String(path ?? target ?? "anywhere")}`
}

/** A request as a row of the page. Its bodies and headers are read when it is opened. */
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

/** What has changed beside requests. The page reads its lists again whenever their version is another one. */
const view = ({ faults, limits, lists }: Sandbox.Service): Effect.Effect<string> =>
  Effect.gen(function* () {
    const active = yield* faults
    return event("tenant", {
      version: yield* lists.version,
      quota: yield* limits.quota,
      faults: active.map((fault, id) => ({ id, left: fault.left, text: describe(fault) }))
    })
  })

/** Many requests in a short time are one chunk for every page: the page draws them at once as well. */
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
  // Much changes without a request: installers are done with, limits recover, faults end, tests put records.
  const views = Stream.changes(Stream.repeatEffectWithSchedule(view(sandbox), Schedule.spaced("200 millis")))
  return makeHub({
    source: Stream.merge(requests, views),
    first: Effect.zipWith(Effect.zipRight(Effect.yieldNow(), start), view(sandbox), (start, view) => start + view)
  })
}
