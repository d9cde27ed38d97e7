/**
 * `iru audit`: lists the audit log, and with `--follow` prints new events as they arrive.
 */
import { AuditEvents, AuditPosition } from "effect-iru"
import { InvalidArgumentError } from "commander"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { readFile } from "node:fs/promises"
import { defineOperations } from "../operations/define.js"
import { wholeNumber } from "../operations/numbers.js"
import { tell, write } from "../output/print.js"
import { executeOn, type SessionOptions, withSession } from "../shell/execute.js"
import { exitCodes } from "../shell/exitCodes.js"
import { replaceable, writeWhole } from "../shell/files.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"

interface FollowOptions extends SessionOptions {
  readonly follow?: boolean
  readonly state?: string
  readonly from?: Date
  readonly every?: number
}

const Position = Schema.parseJson(AuditPosition)

/** Reads the position in the audit log from a file. `undefined` if the file does not exist yet. */
const readPosition = (path: string): Effect.Effect<AuditPosition | undefined, Problem> =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8").catch((cause) => (cause.code === "ENOENT" ? undefined : Promise.reject(cause))),
    catch: (cause) => new Problem({ message: `Cannot read ${path}: ${String(cause)}` })
  }).pipe(
    (text) => Effect.zipRight(replaceable(path), text),
    Effect.flatMap((text) =>
      text === undefined
        ? Effect.succeed(undefined)
        : Either.mapLeft(
            Schema.decodeUnknownEither(Position)(text),
            () =>
              new Problem({
                message: `${path} is not a file of --state. Delete it to start with new events, or give another file.`,
                code: exitCodes.usage
              })
          )
    )
  )

const keepPosition = (path: string, position: AuditPosition): Effect.Effect<void, Problem> =>
  writeWhole(path, Stream.make(new TextEncoder().encode(`${Schema.encodeSync(Position)(position)}\n`)))

const follow = ({ every = 30, from, state }: FollowOptions) =>
  Effect.gen(function* () {
    const log = yield* AuditEvents
    const position = state === undefined ? undefined : yield* readPosition(state)
    yield* Stream.runForEachChunk(log.follow({ from: position ?? from, every: `${every} seconds` }), (events) =>
      Effect.gen(function* () {
        const last = Chunk.last(events)
        yield* write(
          Chunk.toReadonlyArray(events)
            .map(({ event }) => `${JSON.stringify(event)}\n`)
            .join("")
        )
        // Saved after the events are printed: after a crash an event may be printed twice, but none is lost.
        if (state !== undefined && last._tag === "Some") yield* keepPosition(state, last.value.position)
      })
    )
  })

const timeOf = (text: string): Date => {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError("It must be a time, such as 2026-11-26T08:00:00Z")
  return time
}

/** Makes a command `iru audit`. */
export const auditCommand = (command: ShellCommand): void => {
  command
    .description("The audit log: who changed what, and who read a secret.")
    .usage("list [options] | --follow [options]")
    .examples(
      "iru audit list --limit 20",
      "iru audit --follow                               # prints each new event as a line of JSON",
      "iru audit --follow --state audit.json >> audit.ndjson   # continues where it stopped"
    )
    .option("--follow", "Print new events as they arrive, a line of JSON for each, until Ctrl-C")
    .option("--state <file>", "Save the position in this file, and continue from there next time")
    .option(
      "--from <time>",
      "The time of the first event if the file of --state does not exist yet. Default: now",
      timeOf
    )
    .option("--every <seconds>", "How often to check for new events. Default: 30", wholeNumber(1))
  withSession(command.allowExcessArguments())
  command.action(async () => {
    const options: FollowOptions = command.opts()
    if (command.args.length > 0) command.error(`Unknown command '${command.args[0]}'. The only one is list`)
    if (options.follow !== true) command.help()
    await executeOn(command, options, (tenant) =>
      Effect.zipRight(tell(`Events of ${tenant.label}, until Ctrl-C`), follow(options))
    )
  })
  defineOperations(command)
}
