/**
 * Answers that go wrong on purpose.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Answer, content, type Ending, type Incoming, json } from "./exchange.js"

/** Which of the two servers a request went to. */
export type Target = "api" | "storage"

/** An answer in place of the tenant's own. */
export interface FaultAnswer {
  readonly status: number
  /** An object is sent as JSON, a string as it is, with the content type of `headers` or `text/plain`. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** What goes wrong, and for which requests. */
export interface Fault {
  /** Default: any method. */
  readonly method?: string | undefined
  /** The whole path, or a pattern that it matches. Default: any path. */
  readonly path?: string | RegExp | undefined
  /** Default: both. */
  readonly target?: Target | undefined
  /** How many requests it hits. Default 1. */
  readonly times?: number | undefined
  /** How long the request lies before anything is done with it. */
  readonly delay?: Duration.DurationInput | undefined
  /** The answer. The request is not carried out. */
  readonly respond?: FaultAnswer | undefined
  /** The request is carried out, but the connection ends after this many bytes of the answer's body. */
  readonly cutAfter?: number | undefined
  /** The request is carried out, but nothing follows after this many bytes of the answer's body. */
  readonly stallAfter?: number | undefined
  /** The request is carried out, but the connection ends without an answer. */
  readonly drop?: boolean | undefined
  /** The connection ends after this many bytes of the request's body, and nothing is carried out. */
  readonly cutRequestAfter?: number | undefined
}

/** A handler of requests, and the answers that it gives. */
export type Handler = (incoming: Incoming) => Effect.Effect<Answer>

/** The rules that are in force. */
export interface Faults {
  /** In force until its requests are used up or its scope closes. */
  readonly add: (fault: Fault) => Effect.Effect<void, never, Scope.Scope>
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

/** No rules yet. */
export const makeFaults = (): Faults => {
  let active: ReadonlyArray<{ readonly fault: Fault; left: number }> = []

  const take = (target: Target, { method, url }: Incoming): Fault | undefined => {
    const found = active.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.target ?? target) === target &&
        (fault.method ?? method).toUpperCase() === method &&
        (fault.path === undefined ||
          (typeof fault.path === "string" ? fault.path === url.pathname : url.pathname.search(fault.path) >= 0))
    )
    if (found !== undefined) found.left -= 1
    return found?.fault
  }

  return {
    add: (fault) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => {
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
    around: (target, handler) => (incoming) =>
      Effect.suspend(() => {
        const fault = take(target, incoming)
        if (fault === undefined) return handler(incoming)
        const ending = endingOf(fault)
        const answered =
          fault.cutRequestAfter !== undefined
            ? Effect.as(readUpTo(incoming, fault.cutRequestAfter), dropped)
            : fault.respond !== undefined
              ? Effect.succeed(answerOf(fault.respond))
              : handler(incoming)
        const ended = ending === undefined ? answered : Effect.map(answered, (answer) => ({ ...answer, ending }))
        return fault.delay === undefined ? ended : Effect.delay(ended, fault.delay)
      })
  }
}
