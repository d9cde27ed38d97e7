/**
 * What the page is told, as server-sent events: first where the tenant is and what was asked so far (`start`), then
 * every request (`request`) and the whole view whenever something in it has changed (`tenant`).
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Sandbox } from "../Sandbox.js"
import { filledParts } from "./parts.js"

const earlier = 100
const shownOfEach = 100

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

/** Everything on the page but the requests, as one event. */
const view = ({ faults, limits, state }: Sandbox.Service): Effect.Effect<string> =>
  Effect.gen(function* () {
    const snapshot = yield* state.snapshot({ limit: shownOfEach })
    const active = yield* faults
    return event("tenant", {
      parts: filledParts(snapshot),
      quota: yield* limits.quota,
      faults: active.map((fault, id) => ({ id, left: fault.left, text: describe(fault) }))
    })
  })

/** The events for one page, for as long as it listens. */
export const eventsOf = (sandbox: Sandbox.Service): Stream.Stream<Uint8Array> => {
  const start = Effect.map(sandbox.requests, (requests) =>
    event("start", { tenantUrl: sandbox.tenantUrl, requests: requests.slice(-earlier) })
  )
  const requests = Stream.map(sandbox.events, (record) => event("request", record))
  // Much changes without a request: installers are done with, limits recover, faults end, tests put records.
  const views = Stream.changes(Stream.repeatEffectWithSchedule(view(sandbox), Schedule.spaced("200 millis")))
  // Listening comes first: what is asked before `start` is written is in it.
  const told = Stream.concat(Stream.fromEffect(Effect.zipRight(Effect.yieldNow(), start)), views)
  return Stream.encodeText(Stream.merge(requests, told))
}
