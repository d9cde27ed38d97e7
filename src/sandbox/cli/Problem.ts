/**
 * What the person at the terminal has to know and can do something about.
 */
import * as Data from "effect/Data"

/** One line. */
export class Problem extends Data.TaggedError("Problem")<{ readonly message: string }> {}
