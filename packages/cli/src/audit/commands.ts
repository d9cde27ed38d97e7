/**
 * `iru audit`: the audit log, and its events as they come.
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

/** The position that a file keeps. `undefined` if there is no file yet. */
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
                message: `${path} holds no position in the audit log. Delete it to begin now, or name another file.`,
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
        // Kept after they are written: an event may come twice after a crash, and none is lost.
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
      "iru audit --follow                               # a line of JSON for each event, as they come",
      "iru audit --follow --state audit.json >> audit.ndjson   # goes on where it stopped"
    )
    .option("--follow", "Print events as they come, a line of JSON for each, until Ctrl-C")
    .option("--state <file>", "Keep in this file up to where events are printed, and go on from there")
    .option("--from <time>", "Where to begin if the file of --state is not there yet. Default: now", timeOf)
    .option("--every <seconds>", "How often to look for events. Default: 30", wholeNumber(1))
  withSession(command.allowExcessArguments())
  command.action(async () => {
    const options: FollowOptions = command.opts()
    if (command.args.length > 0) command.error(`There is no '${command.args[0]}' here, only list`)
    if (options.follow !== true) command.help()
    await executeOn(command, options, (tenant) =>
      Effect.zipRight(tell(`Events of ${tenant.label}, until Ctrl-C`), follow(options))
    )
  })
  defineOperations(command)
}
