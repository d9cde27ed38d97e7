/**
 * Runs the effect of a command in this process: signals, closed pipes, exit codes.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { forTerminal } from "../output/values.js"
import { type ExitCode, exitCodes } from "./exitCodes.js"

interface RunOptions {
  /** The name that is printed in front of a defect. */
  readonly name: string
  /** The exit code of an interrupted command. */
  readonly interrupted: ExitCode
}

let isWork = false

/** Run this before the command changes something: it then continues even if the reader of its output is gone. */
export const goOnWithoutReader: Effect.Effect<void> = Effect.sync(() => {
  isWork = true
})

/** A second signal within this time counts as the first one sent twice. */
const grace = 1000

/** Runs a command to its end and sets the exit code of the process. */
export const runCommand = (effect: Effect.Effect<ExitCode>, { interrupted, name }: RunOptions): Promise<void> =>
  new Promise((resolve) => {
    const fiber = Effect.runFork(effect)
    let asked = Infinity
    /** Ends the command when it cannot write to standard output. */
    let broken: ExitCode | undefined
    const stop = () => {
      if (Date.now() - asked > grace) process.exit(exitCodes.interrupted)
      asked = Math.min(asked, Date.now())
      fiber.unsafeInterruptAsFork(fiber.id())
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop)
    // A closed standard error loses messages, but does not stop the command.
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
