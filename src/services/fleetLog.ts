/**
 * The log file of a fleet run. It has a line of JSON before each action on a device, and another one after it, so the
 * outcomes are still known after the process has ended.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { ApiClientError } from "../errors/ApiClientError.js"
import { invalidArgument } from "../operation/arguments.js"

const Line = Schema.Struct({
  device: Schema.String,
  state: Schema.Literal("started", "done", "failed", "skipped"),
  at: Schema.String,
  /** The name of the action, if the run has one. */
  action: Schema.optional(Schema.String),
  /** The tag and the reason of a failure. */
  error: Schema.optional(Schema.String)
})
type Line = typeof Line.Type

const readLine = Schema.decodeUnknownEither(Schema.parseJson(Line))

const operation = "Fleet.forEach"

/** Whether an unreadable line is the beginning of a valid line, because a crash stopped the write. */
const isCut = (line: string): boolean => {
  const begin = '{"device":"'
  return line.startsWith(begin) || begin.startsWith(line)
}

/** The id of a device in lower case, to compare ids: upper and lower case mean the same device. */
export const sameId = (device: string): string => device.toLowerCase()

type Refuse = (why: string, cause?: unknown) => ApiClientError

/**
 * Reads a log: the last state of each device, by `sameId`. A line that a crash cut off is ignored. A file that is not
 * such a log is refused, so that nothing is written to another file of the user.
 */
const statesIn = (
  fs: FileSystem.FileSystem,
  path: string,
  refuse: Refuse,
  action?: string
): Effect.Effect<ReadonlyMap<string, Line["state"]>, ApiClientError> =>
  Effect.gen(function* () {
    const states = new Map<string, Line["state"]>()
    if (!(yield* Effect.orElseSucceed(fs.exists(path), () => true))) return states
    const cannot = (cause: unknown) => refuse(`${path} cannot be read`, cause)
    const { type } = yield* Effect.mapError(fs.stat(path), cannot)
    // Opening a FIFO would wait until another process writes to it.
    if (type !== "File") return yield* refuse(`${path} is no file: it is a ${type}`)
    const text = yield* Effect.mapError(fs.readFileString(path), cannot)
    for (const [index, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue
      const read = readLine(line)
      if (Either.isRight(read)) {
        // Ignores lines of another action.
        const of = read.right.action ?? action
        if (action === undefined || of === action) states.set(sameId(read.right.device), read.right.state)
      } else if (!isCut(line)) return yield* refuse(`${path}, line ${index + 1}, is not a line of such a log`)
    }
    return states
  })

/** Reads a log: the last state of each device, by `sameId`. */
export const readLog = (
  path: string,
  action?: string
): Effect.Effect<ReadonlyMap<string, Line["state"]>, ApiClientError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    statesIn(fs, path, (why, cause) => invalidArgument(operation, { skip: [why] }, cause), action)
  )

/** Writes lines to the end of a file. */
export interface LogWriter {
  readonly write: (line: Omit<Line, "at">) => Effect.Effect<void, ApiClientError>
}

/** Opens a log, or creates it, to append lines. When `write` ends, the line is on the disk. */
export const openLog = (path: string): Effect.Effect<LogWriter, ApiClientError, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const refuse = (cause: unknown) =>
      invalidArgument(operation, { log: [`${path} cannot be written, so nothing more is done`] }, cause)
    yield* statesIn(fs, path, (why, cause) => invalidArgument(operation, { log: [why] }, cause))
    const file = yield* Effect.mapError(fs.open(path, { flag: "a+" }), refuse)
    const turn = yield* Effect.makeSemaphore(1)
    const append = (text: string) =>
      turn
        .withPermits(1)(Effect.zipRight(file.writeAll(new TextEncoder().encode(text)), file.sync))
        .pipe(Effect.mapError(refuse))
    // If a crash cut off the last line, the next line must not continue it.
    const { size } = yield* Effect.mapError(file.stat, refuse)
    if (size > 0n) yield* append("\n")
    return {
      write: (line) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          append(`${JSON.stringify({ ...line, at: new Date(now).toISOString() })}\n`)
        )
    }
  })

/** The part of a failure that is written to the log: its tag and its reason. Texts of answers are left out. */
export const nameOf = (error: unknown): string => {
  if (error instanceof ApiClientError) return `${error._tag} (${error.reason})`
  if (typeof error === "object" && error !== null && "_tag" in error) return String(error._tag)
  return error instanceof Error ? error.name : "failure"
}
