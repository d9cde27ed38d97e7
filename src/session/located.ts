/**
 * Adds the line of the program that made a call to the stack of the call's failure. An Effect runs long after it was
 * made, so without this, a stack would only show the runtime's own functions.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * Captures four frames of the stack: this function, the function that was called, its caller, and the caller of that
 * one. More frames would cost more time. V8 turns the frames into text only when the text is read.
 */
const trace = (): Error => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 4
  const here = new Error()
  Error.stackTraceLimit = limit
  return here
}

/**
 * The lines of the stack below `trace` and the function that called it. In V8, the message of the error stands above
 * them.
 */
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

/**
 * Makes the failures of a function name the line that called it. If such functions call each other, the failure names
 * the call of the outermost one.
 */
export const located =
  <Arguments extends ReadonlyArray<unknown>, A, E, R>(
    run: (...args: Arguments) => Effect.Effect<A, E, R>
  ): ((...args: Arguments) => Effect.Effect<A, E, R>) =>
  (...args) =>
    Effect.mapError(run(...args), locate(trace()))

/** `located` for a function that returns a stream. */
export const locatedStream =
  <Arguments extends ReadonlyArray<unknown>, A, E, R>(
    run: (...args: Arguments) => Stream.Stream<A, E, R>
  ): ((...args: Arguments) => Stream.Stream<A, E, R>) =>
  (...args) =>
    Stream.mapError(run(...args), locate(trace()))
