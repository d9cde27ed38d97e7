/**
 * What can be seen of a session from outside: a span for every call and every attempt, and metrics. None of them holds
 * the token, a body, a query or an id.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKey from "effect/MetricKey"
import type * as MetricKeyType from "effect/MetricKeyType"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
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

const calls = MetricKey.counter("iru.calls", { description: "Calls, by operation and outcome", incremental: true })
const duration = MetricKey.histogram("iru.call.duration", milliseconds, "Milliseconds of a call, waits and retries too")
const retries = MetricKey.counter("iru.retries", { description: "Repeated attempts, by operation", incremental: true })
const waits = MetricKey.histogram("iru.pace.wait", milliseconds, "Milliseconds that a request waited for its turn")
const quota = MetricKey.gauge("iru.quota.remaining", { description: "Requests that a tenant has left this hour" })
const bytes = MetricKey.counter("iru.bytes", { description: "Bytes of bodies, by direction", incremental: true })

type Measure = (value: number) => void

const measureOf = <Out>(key: MetricKey.MetricKey<MetricKeyType.MetricKeyType<number, Out>>): Measure => {
  const metric = Metric.fromMetricKey(key)
  return (value) => metric.unsafeUpdate(value, [])
}

/** A metric with a tag is made once for each value: to make one costs more than to count. */
const tagged = <Type extends MetricKeyType.MetricKeyType.Untyped, Made>(
  key: MetricKey.MetricKey<Type>,
  tag: string,
  make: (key: MetricKey.MetricKey<Type>) => Made
): ((value: string) => Made) => {
  const known = new Map<string, Made>()
  return (value) => {
    const before = known.get(value)
    if (before !== undefined) return before
    const made = make(MetricKey.tagged(key, tag, value))
    known.set(value, made)
    return made
  }
}

const callsOf = tagged(calls, "operation", (key) => tagged(key, "outcome", measureOf))
const durationOf = tagged(duration, "operation", measureOf)
const retriesOf = tagged(retries, "operation", measureOf)
const quotaOf = tagged(quota, "tenant", measureOf)
const bytesOf = tagged(bytes, "direction", measureOf)
const waited = measureOf(waits)

const attributesOf = ({ host, method, template }: CallFacts) => ({
  "http.request.method": method,
  "url.template": template,
  "server.address": host
})

/**
 * A span hears of a failure, and not of a result: an exporter keeps spans for a while, and a result is a page of records
 * or the text of a whole answer.
 */
const withoutResult = <A, E>(exit: Exit.Exit<A, E>): Exit.Exit<void, E> => Exit.asVoid(exit)

/** The tracer that is there where none was provided. It passes its spans on to nobody. */
const nobody = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** A span of a call, or none where nobody would hear of it: its random ids cost more than to send a request. */
type Traced = Tracer.Span | undefined

const withSpan = <A, E>(
  name: string,
  facts: CallFacts,
  options: Tracer.SpanOptions,
  use: (span: Traced) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.tracerWith((tracer) =>
    tracer === nobody
      ? use(undefined)
      : Effect.flatMap(
          Effect.makeSpan(name, { captureStackTrace: false, attributes: attributesOf(facts), ...options }),
          use
        )
  )

/** Runs a call in a span of its own, and counts it. */
export const observeCall = <A>(
  facts: CallFacts,
  call: (span: Traced) => Effect.Effect<A, ApiClientError>
): Effect.Effect<A, ApiClientError> =>
  Effect.clockWith((clock) => {
    const start = clock.unsafeCurrentTimeMillis()
    return withSpan(facts.operation, facts, {}, (span) =>
      Effect.onExit(call(span), (exit) => {
        callsOf(facts.operation)(outcomeOf(exit))(1)
        durationOf(facts.operation)(clock.unsafeCurrentTimeMillis() - start)
        span?.end(clock.unsafeCurrentTimeNanos(), withoutResult(exit))
        return Effect.void
      })
    )
  })

/** Runs one attempt in a span below its call's. */
export const observeAttempt = (
  facts: CallFacts,
  call: Traced,
  triesBefore: number,
  attempt: Effect.Effect<Answer, ApiClientError>
): Effect.Effect<Answer, ApiClientError> =>
  call === undefined
    ? attempt
    : withSpan(`${facts.method} ${facts.template}`, facts, { kind: "client", parent: call }, (span) => {
        call.attribute("iru.attempts", triesBefore + 1)
        if (triesBefore > 0) span?.attribute("http.request.resend_count", triesBefore)
        return Effect.onExit(attempt, (exit) =>
          Effect.clockWith((clock) => {
            const status = statusOf(exit)
            if (status !== undefined) {
              span?.attribute("http.response.status_code", status)
              call.attribute("http.response.status_code", status)
            }
            span?.end(clock.unsafeCurrentTimeNanos(), withoutResult(exit))
            return Effect.void
          })
        )
      })

/** A retry is a line in the log at debug, an event on the span, and a count. */
export const observeRetry = (
  { operation }: CallFacts,
  call: Traced,
  { error, tries }: Failed,
  pause: Duration.Duration
): Effect.Effect<void> =>
  Effect.clockWith((clock) => {
    retriesOf(operation)(1)
    call?.event("retry", clock.unsafeCurrentTimeNanos(), {
      try: tries,
      cause: failureKind(error),
      pause: Duration.toMillis(pause)
    })
    const line = Effect.logDebug(`${error.message} Try ${tries + 1} follows in ${Duration.format(pause)}.`)
    return call === undefined ? line : Effect.withParentSpan(line, call)
  })

/** A request waited so many milliseconds for its turn. */
export const observeWait = (millis: number): void => waited(millis)

/** The tenant's quota, when an answer has come. */
export const observeQuota = (host: string, { remaining }: Quota): void => quotaOf(host)(remaining)

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
