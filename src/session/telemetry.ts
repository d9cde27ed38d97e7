/**
 * Makes spans for calls and attempts, and updates metrics. Neither contains the token, a body or a query. Ids appear
 * only in the messages of failures.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKey from "effect/MetricKey"
import type * as MetricKeyType from "effect/MetricKeyType"
import type * as MetricLabel from "effect/MetricLabel"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { Response } from "../operation/Answer.js"
import type { Method } from "../operation/Operation.js"
import type { Quota } from "./pace.js"
import { type Failed, failureKind } from "./retry.js"

/** Describes a call without its ids and other values. */
export interface CallFacts {
  readonly operation: string
  readonly method: Method
  /** The path with the names of its ids: `/api/v1/tags/{tag_id}`. */
  readonly template: string
  /** The tenant's host. */
  readonly host: string
  readonly meter: Meter
  /** The tags that `Effect.tagMetrics` set for this part of the program. */
  readonly labels: Labels
}

/** The tags of a metric. */
export type Labels = ReadonlyArray<MetricLabel.MetricLabel>

const milliseconds = MetricBoundaries.fromIterable([5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000])

const calls = MetricKey.counter("iru.calls", { description: "Calls, by operation and outcome", incremental: true })
const duration = MetricKey.histogram("iru.call.duration", milliseconds, "Milliseconds of a call, waits and retries too")
const retries = MetricKey.counter("iru.retries", { description: "Repeated attempts, by operation", incremental: true })
const waits = MetricKey.histogram("iru.pace.wait", milliseconds, "Milliseconds that a request waited for its turn")
const quota = MetricKey.gauge("iru.quota.remaining", { description: "Requests that a tenant has left this hour" })
const refused = MetricKey.counter("iru.refused", {
  description: "Calls that a guard did not admit, by operation",
  incremental: true
})
const bytes = MetricKey.counter("iru.bytes", { description: "Bytes of bodies, by direction", incremental: true })

/** Adds one value to a metric. */
type Measure = (value: number, labels: Labels) => void

/** The metrics of one tenant. */
export interface Meter {
  readonly calls: (operation: string) => (outcome: string) => Measure
  readonly duration: (operation: string) => Measure
  readonly retries: (operation: string) => Measure
  readonly refused: (operation: string) => Measure
  readonly bytes: (direction: "sent" | "received") => Measure
  readonly waits: Measure
  readonly quota: Measure
}

type NumberKey<Out> = MetricKey.MetricKey<MetricKeyType.MetricKeyType<number, Out>>

const measureOf = <Out>(key: NumberKey<Out>): Measure => {
  const metric = Metric.fromMetricKey(key)
  return (value, labels) => metric.unsafeUpdate(value, labels)
}

/** Makes a metric for each value of a tag, and keeps it, because making a metric costs more than counting. */
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

export const makeMeter = (host: string): Meter => {
  const own = <Type extends MetricKeyType.MetricKeyType.Untyped>(key: MetricKey.MetricKey<Type>) =>
    MetricKey.tagged(key, "tenant", host)
  return {
    calls: tagged(own(calls), "operation", (key) => tagged(key, "outcome", measureOf)),
    duration: tagged(own(duration), "operation", measureOf),
    retries: tagged(own(retries), "operation", measureOf),
    refused: tagged(own(refused), "operation", measureOf),
    bytes: tagged(own(bytes), "direction", measureOf),
    waits: measureOf(own(waits)),
    quota: measureOf(own(quota))
  }
}

const attributesOf = ({ host, method, template }: CallFacts) => ({
  "http.request.method": method,
  "url.template": template,
  "server.address": host
})

/**
 * A span gets the failure of a call, but not its result: an exporter keeps spans for a while, and a result can be a
 * whole page of records.
 */
const withoutResult = <A, E>(exit: Exit.Exit<A, E>): Exit.Exit<void, E> => Exit.asVoid(exit)

/** Effect's default tracer, which exports no spans. */
const nobody = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** A span, if a tracer is provided. Otherwise none is made, because its random ids cost more than sending a request. */
type Traced = Tracer.Span | undefined

const withSpan = <A, E, R>(
  name: string,
  attributes: Record<string, unknown>,
  options: Tracer.SpanOptions,
  use: (span: Traced) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.tracerWith((tracer) =>
    tracer === nobody
      ? use(undefined)
      : Effect.flatMap(Effect.makeSpan(name, { captureStackTrace: false, attributes, ...options }), use)
  )

/** Runs a call in a span of its own, and counts it. */
export const observeCall = <A>(
  facts: CallFacts,
  call: (span: Traced) => Effect.Effect<A, ApiClientError>
): Effect.Effect<A, ApiClientError> =>
  Effect.clockWith((clock) => {
    const start = clock.unsafeCurrentTimeMillis()
    const { labels, meter, operation } = facts
    return withSpan(operation, attributesOf(facts), {}, (span) =>
      Effect.onExit(call(span), (exit) => {
        meter.calls(operation)(outcomeOf(exit))(1, labels)
        meter.duration(operation)(clock.unsafeCurrentTimeMillis() - start, labels)
        span?.end(clock.unsafeCurrentTimeNanos(), withoutResult(exit))
        return Effect.void
      })
    )
  })

/**
 * Runs an operation that makes several calls in a span of its own, the parent of their spans. It is not counted as a
 * call.
 */
export const observeComposition = <A, E, R>(name: string, self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  withSpan(name, {}, {}, (span) =>
    span === undefined
      ? self
      : Effect.onExit(Effect.withParentSpan(self, span), (exit) =>
          Effect.clockWith((clock) => Effect.sync(() => span.end(clock.unsafeCurrentTimeNanos(), withoutResult(exit))))
        )
  )

/** Runs one attempt in a span of its own, a child of the call's span. */
export const observeAttempt = (
  facts: CallFacts,
  call: Traced,
  triesBefore: number,
  attempt: Effect.Effect<Response, ApiClientError>
): Effect.Effect<Response, ApiClientError> =>
  call === undefined
    ? attempt
    : withSpan(`${facts.method} ${facts.template}`, attributesOf(facts), { kind: "client", parent: call }, (span) => {
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

/** Reports a retry: a debug line in the log, an event on the span, and a count. */
export const observeRetry = (
  { labels, meter, operation }: CallFacts,
  call: Traced,
  { error, tries }: Failed,
  pause: Duration.Duration
): Effect.Effect<void> =>
  Effect.clockWith((clock) => {
    meter.retries(operation)(1, labels)
    call?.event("retry", clock.unsafeCurrentTimeNanos(), {
      try: tries,
      cause: failureKind(error),
      pause: Duration.toMillis(pause)
    })
    const line = Effect.logDebug(`${error.message} Try ${tries + 1} follows in ${Duration.format(pause)}.`)
    return call === undefined ? line : Effect.withParentSpan(line, call)
  })

/**
 * Reports a refusal with a warning in the log and a count, then fails with it. Nothing was sent, so there is no span.
 */
export const observeRefusal = (
  error: ApiClientError,
  { labels, meter, operation }: Pick<CallFacts, "labels" | "meter" | "operation">
): Effect.Effect<never, ApiClientError> => {
  meter.refused(operation)(1, labels)
  return Effect.zipRight(Effect.logWarning(error.message), Effect.fail(error))
}

/** Records how many milliseconds a request waited for its turn. */
export const observeWait = ({ labels, meter }: CallFacts, millis: number): void => meter.waits(millis, labels)

/** Records the bytes of both bodies of one exchange, and the requests that the tenant has left. */
export const observeExchange = (
  { labels, meter }: CallFacts,
  { received, sent }: { readonly sent: number; readonly received: number },
  { remaining }: Quota
): void => {
  meter.bytes("sent")(sent, labels)
  meter.bytes("received")(received, labels)
  meter.quota(remaining, labels)
}

const transferred = tagged(bytes, "direction", measureOf)

/** Counts the bytes that a transfer moved to or from storage. They have no tenant tag. */
export const observeTransfer = (direction: "sent" | "received", size: number): Effect.Effect<void> =>
  Effect.map(FiberRef.get(FiberRef.currentMetricLabels), (labels) => transferred(direction)(size, labels))

const outcomeOf = (exit: Exit.Exit<unknown, ApiClientError>): string => {
  if (exit._tag === "Success") return "Success"
  const failure = Cause.failureOption(exit.cause)
  return Option.isSome(failure) ? failure.value.reason : Cause.isInterruptedOnly(exit.cause) ? "Interrupted" : "Defect"
}

const statusOf = (exit: Exit.Exit<Response, ApiClientError>): number | undefined =>
  exit._tag === "Success" ? exit.value.status : Option.getOrUndefined(Cause.failureOption(exit.cause))?.status
