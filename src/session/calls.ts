/**
 * Sends a call: waits for its turn, sends it, retries it if that is safe, and reads the answer.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberRef from "effect/FiberRef"
import * as Redacted from "effect/Redacted"
import type * as Tracer from "effect/Tracer"
import { ApiClientError } from "../errors/ApiClientError.js"
import * as Answer from "../operation/Answer.js"
import { invalidArgument } from "../operation/arguments.js"
import type { Query, RequestBody } from "../operation/body.js"
import type { Kind, Method } from "../operation/Operation.js"
import { explainAnswer, isSuccess, reasonOf } from "./answer.js"
import { makeGuarded, RulesAround, type Watch } from "./guard.js"
import { cutOff, type Exchange, type ExchangeLimits, execute } from "./exchange.js"
import { type Pacer, type Priority, RequestPriority, type Turn } from "./pace.js"
import { buildRequest, type Origin } from "./request.js"
import { mayHaveHappened, retrying, RetryOverride, type RetryPolicy } from "./retry.js"
import { hiding, secretsIn, withoutSecrets } from "./secrets.js"
import type { ServerTime } from "./serverTime.js"
import type { Session } from "./session.js"
import {
  type CallFacts,
  makeMeter,
  observeAttempt,
  observeCall,
  observeExchange,
  observeRefusal,
  observeRetry,
  observeWait
} from "./telemetry.js"
import type { Wire } from "./wire.js"

/** A call as the caller asks for it. */
export interface Outgoing {
  /** The name of the operation in errors, spans, metrics and logs. */
  readonly operation: string
  readonly method: Method
  readonly template: string
  readonly kind: Kind
  readonly path: string
  /**
   * The names of the ids in the path, and all arguments of the call: the ids come first. `undefined` if the caller
   * wrote the path.
   */
  readonly ids: { readonly names: ReadonlyArray<string>; readonly values: ReadonlyArray<unknown> } | undefined
  readonly query: Query | undefined
  readonly body?: RequestBody | undefined
  readonly priority?: Priority | undefined
}

/** A request, with the settings for its turn, its retries and its report. */
export interface Call extends CallFacts, Exchange {
  readonly kind: Kind
  readonly apiToken: Redacted.Redacted
  /** The arguments that the caller passed. They can contain secrets. */
  readonly values: ReadonlyArray<unknown>
  readonly policy: RetryPolicy
  readonly priority: Priority
}

/** Sends a call and reads its answer. */
export type Send = <A>(outgoing: Outgoing, read: Answer.Read<A>) => Effect.Effect<A, ApiClientError>

/** The settings and services that all calls of a session share. */
export interface Tenant {
  readonly apiToken: Redacted.Redacted
  readonly origin: Origin
  readonly wire: Wire
  readonly session: Session
  readonly pacer: Pacer
  readonly serverTime: ServerTime
  /** Asks the request budget that several processes share. */
  readonly admit: Turn<never>["admit"]
  readonly limits: ExchangeLimits
  readonly policy: RetryPolicy
  /** The rules of the session. */
  readonly guard: ReadonlyArray<Watch>
}

/** Makes the function that sends all calls of a session. */
export const makeSend = ({
  admit,
  apiToken,
  guard,
  limits,
  origin,
  pacer,
  policy,
  serverTime,
  session,
  wire
}: Tenant): Send => {
  const { host } = new URL(origin.tenantUrl)
  const meter = makeMeter(host)
  const guarded = makeGuarded(guard)

  /** Makes one try: waits for its turn, sends the request, and turns an answer outside 2xx into a failure. */
  const attempt =
    (call: Call, span: Tracer.Span | undefined) =>
    (triesBefore: number): Effect.Effect<Answer.Response, ApiClientError> =>
      pacer.run({ ...turnOf(call, triesBefore), watch: session.watch, admit }, (learn) =>
        observeAttempt(
          call,
          span,
          triesBefore,
          Effect.flatMap(execute(wire, session, call, limits), (response) =>
            Effect.clockWith((clock) => {
              serverTime.learn(response.headers["date"], clock.unsafeCurrentTimeMillis())
              const learned = learn(response)
              const sent = call.request.body.contentLength ?? 0
              observeExchange(call, { sent, received: response.bytes.byteLength }, pacer.quota())
              return Effect.zipRight(learned, isSuccess(response) ? Effect.succeed(response) : refusal(call, response))
            })
          )
        )
      )

  /** Makes the tries of a call until one succeeds or the policy allows no other one. */
  const answerTo = <A>(
    call: Call,
    read: Answer.Read<A>,
    span: Tracer.Span | undefined
  ): Effect.Effect<Answer.Response, ApiClientError> =>
    Effect.suspend(() => {
      let maybeDone = false
      const answer = retrying(call.method, call.policy, attempt(call, span), (failed, pause) => {
        maybeDone ||= mayHaveHappened(failed.error)
        return Effect.zipRight(
          observeRetry(call, span, failed, pause),
          Effect.flatMap(session.sleep(pause), (isThere) =>
            isThere ? Effect.void : Effect.fail(closed(call, failed.tries))
          )
        )
      })
      // If the answer to an earlier try was lost, a 404 means that the earlier try deleted the record.
      return call.method === "DELETE" && read === Answer.nothing.read
        ? Effect.catchIf(
            answer,
            (error) => error.reason === "NotFound" && maybeDone,
            () => Effect.succeed(noContent)
          )
        : answer
    })

  return (outgoing, read) =>
    Effect.withFiberRuntime((fiber) => {
      const context = fiber.getFiberRef(FiberRef.currentContext)
      const { body, kind, method, operation, path, query, template } = outgoing
      const request = buildRequest(origin, method, path, query, body)
      if (Either.isLeft(request)) return Effect.fail(invalidArgument(operation, { body: [request.left] }))
      const call: Call = {
        operation,
        method,
        template,
        kind,
        path,
        request: request.right,
        apiToken,
        values: outgoing.ids?.values ?? [],
        host,
        meter,
        labels: fiber.getFiberRef(FiberRef.currentMetricLabels),
        policy: { ...policy, ...Context.get(context, RetryOverride) },
        priority: Context.get(context, RequestPriority) ?? outgoing.priority ?? "interactive"
      }
      const sent = observeCall(call, (span) =>
        session.run(
          Effect.flatMap(answerTo(call, read, span), (response) =>
            Either.mapLeft(read(response), (problem) =>
              failure(call, { reason: "Decode", status: response.status, ...problem })
            )
          ),
          () => closed(call, 0)
        )
      )
      const asked = guarded(outgoing, Context.get(context, RulesAround))
      return asked === undefined
        ? sent
        : Effect.zipRight(
            Effect.catchAll(asked, ({ cause, detail, isQuiet = false }) => {
              const error = failure(call, { reason: "Refused", detail, cause })
              return isQuiet ? Effect.fail(error) : observeRefusal(error, call)
            }),
            sent
          )
    })
}

const noContent: Answer.Response = { status: 204, headers: {}, bytes: new Uint8Array() }

/** Returns the token and the secrets among the arguments, such as a PIN or a passcode. */
const secretsOf = ({ apiToken, values }: Call): ReadonlyArray<string> => [
  Redacted.value(apiToken),
  ...secretsIn(values)
]

/** Makes the failure of a call. The answer may repeat the request, so the request's secrets are removed from it. */
const failure = (
  call: Call,
  what: Omit<ConstructorParameters<typeof ApiClientError>[0], "operation" | "method" | "path">
): ApiClientError => {
  const { method, operation, path } = call
  return new ApiClientError({ operation, method, path, ...what, ...withoutSecrets(secretsOf(call), what) })
}

const closed = (call: Call, triesBefore: number): ApiClientError =>
  failure(call, { reason: "SessionClosed", detail: triesBefore === 0 ? undefined : cutOff })

const turnOf = (call: Call, triesBefore: number): Omit<Turn<ApiClientError>, "watch"> => ({
  closed: () => closed(call, triesBefore),
  priority: call.priority,
  maxWait: call.policy.maxWait,
  onWait: (millis) => observeWait(call, millis),
  tooLong: (wait) =>
    failure(call, {
      reason: "RateLimited",
      retryAfter: wait,
      detail: `Not sent: the wait would be longer than ${Duration.format(call.policy.maxWait)}, the longest allowed.`
    })
})

const refusal = (call: Call, response: Answer.Response): Effect.Effect<never, ApiClientError> =>
  Effect.clockWith((clock) =>
    Effect.fail(
      failure(call, {
        reason: reasonOf(response.status),
        status: response.status,
        ...explainAnswer(response, clock.unsafeCurrentTimeMillis(), hiding(secretsOf(call)))
      })
    )
  )
