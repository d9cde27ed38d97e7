/**
 * Runs other programs. Secrets are passed on standard input, because arguments are visible in the list of processes.
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

/** Runs a program to its end. Its standard error goes to the terminal. */
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
    // If the program stops reading early, its exit code tells whether it failed.
    child.stdin?.on("error", () => undefined)
    child.stdin?.end(input)
  })
