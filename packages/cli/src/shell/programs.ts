/**
 * Other programs: what they need to know and must not show in a list of processes is given on their standard input.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { Problem } from "./Problem.js"

/** Whether a program is on the PATH. */
export const isThere = (program: string): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return folder !== ""
    } catch {
      return false
    }
  })

/** How a program ended. */
export interface Ended {
  readonly code: number
  readonly stdout: string
}

/** Runs a program to its end. Its standard error is the terminal's. */
export const runProgramWith = (
  program: string,
  args: ReadonlyArray<string>,
  input = "",
  stderr: "inherit" | "ignore" = "inherit"
): Effect.Effect<Ended, Problem> =>
  Effect.async((resume) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", stderr] })
    let stdout = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.on("error", (error) => resume(new Problem({ message: `Cannot run ${program}: ${error.message}` })))
    child.on("close", (code) => resume(Effect.succeed({ code: code ?? 1, stdout })))
    // A program that does not read to the end says so with its exit code.
    child.stdin?.on("error", () => undefined)
    child.stdin?.end(input)
  })
