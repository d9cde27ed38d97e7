/**
 * A tracer that a test looks at.
 */
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

export interface Recorded {
  readonly name: string
  readonly parent: string | undefined
  readonly attributes: Record<string, unknown>
  readonly events: Array<{ readonly name: string; readonly attributes: Record<string, unknown> | undefined }>
  outcome: string | undefined
}

/** A tracer that keeps what it is told, in the order in which spans begin. */
export const recording = (spans: Array<Recorded>): Tracer.Tracer =>
  Tracer.make({
    context: (run) => run(),
    span: (name, parent, context, links, startTime, kind) => {
      const parentName = Option.filter(parent, (span): span is Tracer.Span => span._tag === "Span")
      const record: Recorded = {
        name,
        parent: Option.getOrUndefined(Option.map(parentName, (span) => span.name)),
        attributes: {},
        events: [],
        outcome: undefined
      }
      spans.push(record)
      return {
        _tag: "Span",
        name,
        spanId: String(spans.length),
        traceId: "trace",
        sampled: true,
        parent,
        context,
        links: [...links],
        status: { _tag: "Started", startTime },
        attributes: new Map(),
        kind,
        addLinks: () => undefined,
        attribute: (key, value) => void (record.attributes[key] = value),
        // What is logged at debug is an event too, by Effect's own doing.
        event: (name, _, attributes) => void (name === "retry" && record.events.push({ name, attributes })),
        end: (_, exit) => {
          record.outcome = Exit.isSuccess(exit) ? String(exit.value) : "failure"
        }
      }
    }
  })
