/**
 * What OpenTelemetry records of a session.
 */
import { effect } from "@effect/vitest"
import { ApiClient, CustomScripts } from "effect-iru"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Schema from "effect/Schema"
import { expect } from "vitest"
import { inTurn } from "../support/server.js"
import { type Recorded, recording } from "../support/tracer.js"
import { withTenant } from "../support/tenant.js"
import { recordingLogs } from "./support.js"

const id = "0ff1ce00-0000-4000-8000-000000000001"

effect("a call has a span, its attempts are child spans, and a retry is an event", () => {
  const spans: Array<Recorded> = []
  const lines: Array<string> = []
  return withTenant(
    inTurn({ status: 503, body: { detail: "Come back later." } }, { status: 404, body: { detail: "No." } }),
    {
      retry: { base: 0 }
    }
  )(({ origin }) =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      yield* Effect.flip(scripts.get(id)).pipe(
        Effect.withTracer(recording(spans)),
        Effect.provide(recordingLogs(lines))
      )
      const facts = {
        "http.request.method": "GET",
        "url.template": "/api/v1/library/custom-scripts/{library_item_id}",
        "server.address": new URL(origin).host
      }
      const attempt = "GET /api/v1/library/custom-scripts/{library_item_id}"
      expect(spans).toEqual(
        [
          {
            name: "CustomScripts.get",
            parent: undefined,
            attributes: { "iru.attempts": 2, "http.response.status_code": 404 },
            events: [{ name: "retry", attributes: { try: 1, cause: "Unavailable", pause: 0 } }],
            outcome: "failure"
          },
          {
            name: attempt,
            parent: "CustomScripts.get",
            attributes: { "http.response.status_code": 503 },
            events: [],
            outcome: "failure"
          },
          {
            name: attempt,
            parent: "CustomScripts.get",
            attributes: { "http.request.resend_count": 1, "http.response.status_code": 404 },
            events: [],
            outcome: "failure"
          }
        ].map((span) => ({ ...span, attributes: { ...facts, ...span.attributes } }))
      )
      expect(
        lines.filter((line) => line.startsWith("DEBUG CustomScripts.get: the service is not available (503)"))
      ).toEqual([expect.stringContaining("Try 2 follows in 0.")])
    })
  )
})

effect("a span holds nothing of the answer", () => {
  const spans: Array<Recorded> = []
  return withTenant(() => ({ body: { secret: "in the answer" } }))(() =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      yield* client.get("/api/v1/anything", Schema.Unknown).pipe(Effect.withTracer(recording(spans)))
      expect(spans.map(({ outcome }) => outcome)).toEqual(["undefined", "undefined"])
    })
  )
})

effect("calls, retries, bytes and the remaining quota are counted", () =>
  withTenant(
    inTurn({ status: 503 }, { body: { ok: 1 }, headers: { "x-ratelimit-remaining-hour": "1234" } }, { status: 404 }),
    { retry: { base: 0 } }
  )(({ origin }) =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      const call = client.get("/api/v1/counted", Schema.Unknown, { operation: "Counted.get" })
      yield* call
      yield* Effect.flip(call)
      yield* Effect.tagMetrics(Effect.flip(call), "job", "nightly")
      const tenant = new URL(origin).host
      const snapshot = Chunk.toReadonlyArray(Chunk.fromIterable(yield* Metric.snapshot))
      const value = (name: string, tags: Record<string, string>) =>
        snapshot
          .filter(
            ({ metricKey }) =>
              metricKey.name === name &&
              metricKey.tags.every(({ key, value }) => tags[key] === value) &&
              metricKey.tags.length === Object.keys(tags).length
          )
          .map(({ metricState }) => metricState)
      const operation = "Counted.get"
      expect(value("iru.calls", { tenant, operation, outcome: "Success" })).toMatchObject([{ count: 1 }])
      expect(value("iru.calls", { tenant, operation, outcome: "NotFound" })).toMatchObject([{ count: 1 }])
      expect(value("iru.calls", { tenant, operation, outcome: "NotFound", job: "nightly" })).toMatchObject([
        { count: 1 }
      ])
      expect(value("iru.retries", { tenant, operation })).toMatchObject([{ count: 1 }])
      expect(value("iru.call.duration", { tenant, operation })).toMatchObject([{ count: 2 }])
      expect(value("iru.quota.remaining", { tenant })).toMatchObject([{ value: 1233 }])
      expect(value("iru.bytes", { tenant, direction: "received" })).toMatchObject([{ count: 8 }])
    })
  )
)
