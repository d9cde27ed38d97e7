/**
 * What the person at the terminal has to know and can do something about.
 */
import * as Data from "effect/Data"
import type { ExitCode } from "./exitCodes.js"

/** What is wrong, and what to do about it. At most three lines, and the exit code 1 unless there is a better one. */
export class Problem extends Data.TaggedError("Problem")<{ readonly message: string; readonly code?: ExitCode }> {}
