/**
 * Asks the user questions. They go to standard error, so that standard output has only the results of the command.
 */
import * as Effect from "effect/Effect"
import { createInterface } from "node:readline"
import { Writable } from "node:stream"
import { printable } from "../output/values.js"
import { exitCodes } from "./exitCodes.js"
import { Problem } from "./Problem.js"

/** Whether there is a terminal to ask on. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY

const declined = new Problem({ message: "Not done.", code: exitCodes.usage })

/** Reads a line. Ctrl-C and the end of the input count as a refusal. */
const line = (question: string, echo: boolean): Effect.Effect<string, Problem> =>
  Effect.async((resume) => {
    let isMuted = false
    const output = new Writable({
      write: (chunk, _encoding, done) => {
        if (!isMuted) process.stderr.write(chunk)
        done()
      }
    })
    const reader = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 })
    reader.on("SIGINT", () => reader.close())
    reader.on("close", () => {
      if (!echo) process.stderr.write("\n")
      resume(declined)
    })
    reader.question(printable(question), (answer) => {
      resume(Effect.succeed(answer.trim()))
      reader.close()
    })
    isMuted = !echo
    return Effect.sync(() => reader.close())
  })

/** Asks for a text. */
export const askText = (question: string): Effect.Effect<string, Problem> => line(question, true)

/** Asks for a text without showing it. */
export const askSecret = (question: string): Effect.Effect<string, Problem> => line(question, false)

/** Asks a yes-or-no question. Fails unless the answer is yes. */
export const askYes = (question: string): Effect.Effect<void, Problem> =>
  Effect.flatMap(line(`${question} [y/N] `, true), (answer) => (/^y(es)?$/i.test(answer) ? Effect.void : declined))

/** Fails unless the user types exactly one of the texts. */
export const askTyped = (question: string, accepted: ReadonlyArray<string>): Effect.Effect<void, Problem> =>
  Effect.flatMap(line(question, true), (answer) => (accepted.includes(answer) ? Effect.void : declined))

/** Reads standard input to its end. */
export const readStdin: Effect.Effect<string, Problem> = Effect.tryPromise({
  try: async () => {
    const chunks: Array<Buffer> = []
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks).toString("utf8")
  },
  catch: (cause) => new Problem({ message: `Cannot read standard input: ${String(cause)}` })
})
