/**
 * The line of a program that made a call, in the stack of the call's failure. An Effect runs long after it was made, so
 * without this a stack would show the runtime alone.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

interface Trace {
  readonly stack?: string
}

/** The stack from the caller of a function on. It is written as text only if somebody reads it. */
const traceOf = (boundary: (...args: never) => unknown): Trace => {
  const trace: Trace = {}
  // Only V8 and engines that follow it have this.
  Error.captureStackTrace?.(trace, boundary)
  return trace
}

const locate =
  (trace: Trace) =>
  <E>(error: E): E => {
    const { stack } = trace
    if (!(error instanceof Error) || stack === undefined) return error
    const frames = stack.slice(stack.indexOf("\n"))
    const value = `${error.name}: ${error.message}${frames}`
    return Object.defineProperty(error, "stack", { value, configurable: true, enumerable: false, writable: true })
  }

/** Makes the failures of a function name the line that called it. The outermost function counts. */
export const located = <Arguments extends ReadonlyArray<unknown>, A, E, R>(
  run: (...args: Arguments) => Effect.Effect<A, E, R>
): ((...args: Arguments) => Effect.Effect<A, E, R>) => {
  const boundary = (...args: Arguments): Effect.Effect<A, E, R> =>
    Effect.mapError(run(...args), locate(traceOf(boundary)))
  return boundary
}

/** `located` for a function that gives a stream. */
export const locatedStream = <Arguments extends ReadonlyArray<unknown>, A, E, R>(
  run: (...args: Arguments) => Stream.Stream<A, E, R>
): ((...args: Arguments) => Stream.Stream<A, E, R>) => {
  const boundary = (...args: Arguments): Stream.Stream<A, E, R> =>
    Stream.mapError(run(...args), locate(traceOf(boundary)))
  return boundary
}
