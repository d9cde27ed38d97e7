/**
 * Deliberate faults in answers.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Fault, FaultAnswer } from "../Fault.js"
import { SandboxError } from "../SandboxError.js"
import { answerProblem } from "./answerProblem.js"
import { isRecord } from "./body.js"
import { type Answer, content, type Ending, type Handler, type Incoming, json } from "./exchange.js"

/** The server that received a request. */
export type Target = "api" | "storage"

/** A fault that still affects requests. */
export interface ActiveFault {
  readonly fault: Fault
  /** How many more requests it will affect. */
  readonly left: number
}

/** The active faults. */
export interface Faults {
  /** Adds a fault. It stays active until its number of requests is used up or the scope closes. */
  readonly add: (fault: Fault) => Effect.Effect<void, SandboxError, Scope.Scope>
  /** The faults that will still affect requests. */
  readonly active: Effect.Effect<ReadonlyArray<ActiveFault>>
  readonly around: (target: Target, handler: Handler) => Handler
}

const dropped: Answer = { ...json(500, null), ending: { _tag: "Drop" } }

const answerOf = ({ body = "", headers = {}, status }: FaultAnswer): Answer => {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  if (body instanceof Uint8Array) return content(status, "application/octet-stream", body, lower)
  return typeof body === "string" ? content(status, "text/plain", body, lower) : json(status, body, lower)
}

const endingOf = (fault: Fault): Ending | undefined =>
  fault.drop === true
    ? { _tag: "Drop" }
    : fault.cutAfter !== undefined
      ? { _tag: "Cut", after: fault.cutAfter }
      : fault.stallAfter !== undefined
        ? { _tag: "Stall", after: fault.stallAfter }
        : undefined

const readUpTo = (incoming: Incoming, bytes: number): Effect.Effect<void> =>
  Effect.ignore(
    Effect.tryPromise(async () => {
      let seen = 0
      for await (const chunk of incoming.body) {
        seen += chunk.length
        if (seen >= bytes) return
      }
    })
  )

const decoder = new TextDecoder()

/** The same page of a listing with a different `next`. */
const withNext = (answer: Answer, next: string): Answer => {
  if (answer.body._tag !== "Bytes" || answer.headers["content-type"] !== "application/json") return answer
  const page: unknown = JSON.parse(decoder.decode(answer.body.bytes))
  return isRecord(page) && "next" in page ? json(answer.status, { ...page, next }, answer.headers) : answer
}

/** Runs with a clock that is one year ahead, so that every form and URL has expired. */
const aYearLater = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.clockWith((clock) =>
    Effect.withClock(effect, {
      [Clock.ClockTypeId]: Clock.ClockTypeId,
      currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + year),
      currentTimeNanos: clock.currentTimeNanos,
      sleep: (duration) => clock.sleep(duration),
      unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + year,
      unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos()
    })
  )

const year = 365 * 86_400_000

/**
 * Whether a path matches a pattern in which `*` stands for any text. Taking the first place of each part is always
 * enough.
 */
const globFits = (pattern: string, path: string): boolean => {
  const [start = "", ...rest] = pattern.split("*")
  const end = rest.pop()
  if (end === undefined) return path === start
  if (!path.startsWith(start)) return false
  let at = start.length
  for (const part of rest) {
    const found = path.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return path.length - end.length >= at && path.endsWith(end)
}

const pathFits = (pattern: Fault["path"], path: string): boolean =>
  pattern === undefined || (pattern instanceof RegExp ? path.search(pattern) >= 0 : globFits(pattern, path))

const time = (duration: Duration.DurationInput): string => Duration.format(duration)

/** The effects of a fault in words: `delay 5s, status 500`. */
export const effectsOf = (fault: Fault): string =>
  [
    fault.delay !== undefined && `delay ${time(fault.delay)}`,
    fault.respond !== undefined && `status ${fault.respond.status}`,
    fault.cutAfter !== undefined && `answer cut after ${fault.cutAfter} bytes`,
    fault.stallAfter !== undefined && `answer stops after ${fault.stallAfter} bytes`,
    fault.drop === true && "no answer",
    fault.cutRequestAfter !== undefined && `request cut after ${fault.cutRequestAfter} bytes`,
    fault.next !== undefined && "another next page",
    fault.processing !== undefined && `processing ${time(fault.processing)}`,
    fault.expired === true && "expired"
  ]
    .filter((effect) => effect !== false)
    .join(", ")

const explain = (fault: Fault): string => `Injected fault: ${effectsOf(fault)}`

const checked = (fault: Fault): Effect.Effect<void, SandboxError> => {
  const problem = fault.respond === undefined ? undefined : answerProblem(fault.respond)
  return problem === undefined
    ? Effect.void
    : Effect.fail(new SandboxError({ reason: "InvalidFault", detail: `The fault is not valid: ${problem}.` }))
}

export const makeFaults = (): Faults => {
  let active: ReadonlyArray<{ readonly fault: Fault; left: number }> = []

  const take = (target: Target, { method, url }: Incoming): Fault | undefined => {
    const found = active.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.target ?? target) === target &&
        (fault.method ?? method).toUpperCase() === method &&
        pathFits(fault.path, url.pathname)
    )
    if (found !== undefined) found.left -= 1
    return found?.fault
  }

  const apply = (fault: Fault, incoming: Incoming, handler: Handler): Effect.Effect<Answer> => {
    const { cutRequestAfter, next, processing, respond } = fault
    if (cutRequestAfter !== undefined) return Effect.as(readUpTo(incoming, cutRequestAfter), dropped)
    if (respond !== undefined) return Effect.succeed(answerOf(respond))
    const carriedOut = handler(
      processing === undefined ? incoming : { ...incoming, processing: Duration.toMillis(processing) }
    )
    const judged = fault.expired === true ? aYearLater(carriedOut) : carriedOut
    return next === undefined
      ? judged
      : Effect.map(judged, (answer) => withNext(answer, next.replaceAll("{url}", incoming.url.href)))
  }

  return {
    add: (fault) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.map(checked(fault), () => {
            const rule = { fault, left: fault.times ?? 1 }
            active = [...active, rule]
            return rule
          }),
          (rule) =>
            Effect.sync(() => {
              active = active.filter((other) => other !== rule)
            })
        )
      ),
    active: Effect.sync(() => active.flatMap(({ fault, left }) => (left > 0 ? [{ fault, left }] : []))),
    around: (target, handler) => (incoming) =>
      Effect.suspend(() => {
        const fault = take(target, incoming)
        if (fault === undefined) return handler(incoming)
        const answered = Effect.map(apply(fault, incoming, handler), (answer) => ({
          ...answer,
          ending: endingOf(fault) ?? answer.ending,
          note: explain(fault)
        }))
        return fault.delay === undefined ? answered : Effect.delay(answered, fault.delay)
      })
  }
}
