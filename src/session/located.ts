/**
 * The line of a program that made a call, in the stack of the call's failure. An Effect runs long after it was made, so
 * without this a stack would show the runtime alone.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * Where a function was called: itself, its caller, and the caller of that. Each frame costs time, so there are no more.
 * It is written as text only if somebody reads it.
 */
const trace = (): Error => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 4
  const here = new Error()
  Error.stackTraceLimit = limit
  return here
}

/** The lines below `trace` and below the function that called it. V8 has the error's message above them. */
const callersOf = ({ stack = "" }: Error): string =>
  stack
    .split("\n")
    .slice(stack.startsWith("Error") ? 3 : 2)
    .join("\n")

const locate =
  (here: Error) =>
  <E>(error: E): E => {
    if (!(error instanceof Error)) return error
    const value = `${error.name}: ${error.message}\n${callersOf(here)}`
    return Object.defineProperty(error, "stack", { value, configurable: true, enumerable: false, writable: true })
  }

/** Makes the failures of a function name the line that called it. The outermost function counts. */
export const located =
  <Arguments extends ReadonlyArray<unknown>, A, E, R>(
    run: (...args: Arguments) => Effect.Effect<A, E, R>
  ): ((...args: Arguments) => Effect.Effect<A, E, R>) =>
  (...args) =>
    Effect.mapError(run(...args), locate(trace()))

/** `located` for a function that gives a stream. */
export const locatedStream =
  <Arguments extends ReadonlyArray<unknown>, A, E, R>(
    run: (...args: Arguments) => Stream.Stream<A, E, R>
  ): ((...args: Arguments) => Stream.Stream<A, E, R>) =>
  (...args) =>
    Stream.mapError(run(...args), locate(trace()))
