/**
 * What can be seen of a session from outside: a span for every call and every attempt, and metrics. None of them holds
 * the token, a body, a query or an id.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { Answer } from "./answer.js"
import type { Quota } from "./pace.js"
import { type Failed, failureKind, type Method } from "./retry.js"

/** What a call is, without what it is about. */
export interface CallFacts {
  readonly operation: string
  readonly method: Method
  /** The path with `{id}` where an id stands. */
  readonly template: string
  /** The tenant's host. */
  readonly host: string
}

const milliseconds = MetricBoundaries.fromIterable([5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000])

const calls = Metric.counter("iru.calls", { description: "Calls, by operation and outcome", incremental: true })
const duration = Metric.histogram("iru.call.duration", milliseconds, "Milliseconds of a call, waits and retries too")
const retries = Metric.counter("iru.retries", { description: "Repeated attempts, by operation", incremental: true })
const waits = Metric.histogram("iru.pace.wait", milliseconds, "Milliseconds that a request waited for its turn")
const quotaRemaining = Metric.gauge("iru.quota.remaining", { description: "Requests that a tenant has left this hour" })
const bytes = Metric.counter("iru.bytes", { description: "Bytes of bodies, by direction", incremental: true })

type Measure = (value: number) => void

/** A metric with a tag is looked up once: to make one anew costs more than to count. */
const tagged = <Type, Out>(metric: Metric.Metric<Type, number, Out>, tag: string): ((value: string) => Measure) => {
  const known = new Map<string, Measure>()
  return (value) => {
    const before = known.get(value)
    if (before !== undefined) return before
    const one = Metric.tagged(metric, tag, value)
    const measure: Measure = (input) => one.unsafeUpdate(input, [])
    known.set(value, measure)
    return measure
  }
}

const callsByOperation = new Map<string, (outcome: string) => Measure>()
const countCall = (operation: string, outcome: string): void => {
  const known = callsByOperation.get(operation)
  const byOutcome = known ?? tagged(Metric.tagged(calls, "operation", operation), "outcome")
  if (known === undefined) callsByOperation.set(operation, byOutcome)
  byOutcome(outcome)(1)
}
const durationOf = tagged(duration, "operation")
const retriesOf = tagged(retries, "operation")
const quotaOf = tagged(quotaRemaining, "tenant")
const bytesOf = tagged(bytes, "direction")

const attributesOf = ({ host, method, template }: CallFacts) => ({
  "http.request.method": method,
  "url.template": template,
  "server.address": host
})

/** Runs a call in a span of its own, and counts it. */
export const observeCall = <A>(
  facts: CallFacts,
  call: (span: Tracer.Span) => Effect.Effect<A, ApiClientError>
): Effect.Effect<A, ApiClientError> =>
  Effect.clockWith((clock) => {
    const start = clock.unsafeCurrentTimeMillis()
    return Effect.useSpan(facts.operation, { captureStackTrace: false, attributes: attributesOf(facts) }, (span) =>
      Effect.onExit(Effect.withParentSpan(call(span), span), (exit) => {
        countCall(facts.operation, outcomeOf(exit))
        durationOf(facts.operation)(clock.unsafeCurrentTimeMillis() - start)
        return Effect.void
      })
    )
  })

/** Runs one attempt in a span below its call's. */
export const observeAttempt = (
  facts: CallFacts,
  call: Tracer.Span,
  triesBefore: number,
  attempt: Effect.Effect<Answer, ApiClientError>
): Effect.Effect<Answer, ApiClientError> =>
  Effect.useSpan(
    `${facts.method} ${facts.template}`,
    { kind: "client", parent: call, captureStackTrace: false, attributes: attributesOf(facts) },
    (span) => {
      call.attribute("iru.attempts", triesBefore + 1)
      if (triesBefore > 0) span.attribute("http.request.resend_count", triesBefore)
      return Effect.onExit(attempt, (exit) => {
        const status = statusOf(exit)
        if (status !== undefined) {
          span.attribute("http.response.status_code", status)
          call.attribute("http.response.status_code", status)
        }
        return Effect.void
      })
    }
  )

/** A retry is a line in the log at debug, an event on the span, and a count. */
export const observeRetry = (
  { operation }: CallFacts,
  call: Tracer.Span,
  { error, tries }: Failed,
  pause: Duration.Duration
): Effect.Effect<void> =>
  Effect.clockWith((clock) => {
    retriesOf(operation)(1)
    call.event("retry", clock.unsafeCurrentTimeNanos(), {
      try: tries,
      cause: failureKind(error),
      pause: Duration.toMillis(pause)
    })
    return Effect.logDebug(`${error.message} Try ${tries + 1} follows in ${Duration.format(pause)}.`)
  })

/** A request waited so many milliseconds for its turn. */
export const observeWait = (millis: number): void => waits.unsafeUpdate(millis, [])

/** The tenant's quota, when an answer has come. */
export const observeQuota = (host: string, quota: Effect.Effect<Quota>): Effect.Effect<void> =>
  Effect.map(quota, ({ remaining }) => quotaOf(host)(remaining))

/** Bytes of the bodies of one exchange. */
export const observeBytes = (sent: number, received: number): void => {
  bytesOf("sent")(sent)
  bytesOf("received")(received)
}

const outcomeOf = (exit: Exit.Exit<unknown, ApiClientError>): string => {
  if (exit._tag === "Success") return "Success"
  const failure = Cause.failureOption(exit.cause)
  return Option.isSome(failure) ? failure.value.reason : Cause.isInterruptedOnly(exit.cause) ? "Interrupted" : "Defect"
}

const statusOf = (exit: Exit.Exit<Answer, ApiClientError>): number | undefined =>
  exit._tag === "Success" ? exit.value.status : Option.getOrUndefined(Cause.failureOption(exit.cause))?.status
