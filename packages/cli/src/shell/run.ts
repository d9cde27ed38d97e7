/**
 * Runs the effect of a command in this process: signals, closed pipes, exit codes.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { forTerminal } from "../output/values.js"
import { type ExitCode, exitCodes } from "./exitCodes.js"

interface RunOptions {
  /** The name that stands before a defect. */
  readonly name: string
  /** What a command ends with that was interrupted. */
  readonly interrupted: ExitCode
}

let isWork = false

/** From here on the command changes something: it goes on to its end, even if nobody reads what it prints. */
export const goOnWithoutReader: Effect.Effect<void> = Effect.sync(() => {
  isWork = true
})

/** How long a second signal is taken for the same wish as the first. */
const grace = 1000

/** Runs a command to its end, and leaves its exit code in the process. */
export const runCommand = (effect: Effect.Effect<ExitCode>, { interrupted, name }: RunOptions): Promise<void> =>
  new Promise((resolve) => {
    const fiber = Effect.runFork(effect)
    let asked = Infinity
    /** What a broken standard output ends the command with. */
    let broken: ExitCode | undefined
    const stop = () => {
      if (Date.now() - asked > grace) process.exit(exitCodes.interrupted)
      asked = Math.min(asked, Date.now())
      fiber.unsafeInterruptAsFork(fiber.id())
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop)
    // Nobody reads the messages any more: that stops nothing.
    process.stderr.on("error", () => undefined)
    process.stdout.on("error", (error) => {
      const isClosed = "code" in error && error.code === "EPIPE"
      if (isClosed && isWork) return
      if (!isClosed) process.stderr.write(`${name}: Cannot write to standard output: ${error.message}\n`)
      broken = isClosed ? exitCodes.ok : exitCodes.failure
      stop()
    })

    fiber.addObserver((exit) => {
      process.exitCode = Exit.match(exit, {
        onSuccess: (code) => code,
        onFailure: (cause) => {
          if (Cause.isInterruptedOnly(cause)) return broken ?? interrupted
          process.stderr.write(forTerminal(`${name}: ${Cause.pretty(cause)}\n`))
          return exitCodes.failure
        }
      })
      resolve()
    })
  })
