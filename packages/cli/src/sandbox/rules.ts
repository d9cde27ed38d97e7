/**
 * Reads the file of `--faults`.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { readFile } from "node:fs/promises"
import { Fault } from "effect-iru/sandbox"
import { Problem } from "../shell/Problem.js"

const reasonOf = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  return code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code ?? cause)
}

/** Reads the faults and checks them against their schema. */
export const readRules = (file: string): Effect.Effect<ReadonlyArray<Fault.Fault>, Problem> =>
  Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (cause) => new Problem({ message: `Cannot read ${file}: ${reasonOf(cause)}` })
  }).pipe(
    Effect.flatMap((text) =>
      Either.mapLeft(
        Fault.parseRules(text),
        (what) => new Problem({ message: `${file} is not a valid file of faults: ${what}` })
      )
    )
  )
