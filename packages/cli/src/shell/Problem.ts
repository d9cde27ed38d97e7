/**
 * An error that the user can understand and fix.
 */
import * as Data from "effect/Data"
import type { ExitCode } from "./exitCodes.js"

/** Says what is wrong and how to fix it, in at most three lines. The exit code is 1 unless another one is given. */
export class Problem extends Data.TaggedError("Problem")<{ readonly message: string; readonly code?: ExitCode }> {}
