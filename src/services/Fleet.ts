/**
 * Runs an action on many devices and reports the outcome of each. A failure on one device does not stop the others.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { invalidArgument } from "../operation/arguments.js"
import type { Any } from "../operation/Operation.js"
import * as operations from "../operations/index.js"
import { looking, makeGuard } from "../session/guard.js"
import { ApiClient } from "./ApiClient.js"
import { nameOf, openLog, readLog, sameId } from "./fleetLog.js"
import type * as Guard from "./Guard.js"

/** A device, or its id. */
export type Target = string | { readonly device_id: string }

/** An earlier run started an action on this device, but its process ended before the outcome was known. */
export class UnknownOutcome extends Data.TaggedError("UnknownOutcome")<{ readonly device: string }> {
  override get message(): string {
    return `An action on ${this.device} was begun before, and its outcome is unknown. With repeatUnknown: true it is done again.`
  }
}

/** The outcome of the action on a device. */
export type Outcome<T, A, E> =
  | { readonly outcome: "done"; readonly device: string; readonly target: T; readonly value: A }
  | { readonly outcome: "failed"; readonly device: string; readonly target: T; readonly error: E | UnknownOutcome }
  | { readonly outcome: "skipped"; readonly device: string; readonly target: T; readonly reason: string }

/** The progress of a run, as numbers of devices. */
export interface Progress {
  readonly done: number
  readonly failed: number
  readonly skipped: number
  /** The number of all devices. It is known if you passed a list or set `confirm`. */
  readonly total: number | undefined
}

/** Options of a run. */
export interface Options {
  /** How many devices are processed at the same time. Default 8. The request limits of the session also apply. */
  readonly concurrency?: number | undefined
  /**
   * After this many failures, the run starts no more actions and skips the devices that are left. A value below 1 is
   * the allowed share of failures among the devices that are done or failed; it applies once these are at least 20.
   */
  readonly stopAfter?: number | undefined
  /** Called after each device. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /**
   * The operation that the action calls. The run first collects all devices and asks the guard once for all of them.
   * The action can then call this operation on these devices, and apart from that only send reads.
   */
  readonly confirm?: Exclude<Guard.Name, `${string}.*` | `ApiClient.${string}`> | undefined
  /** Sends only reads. If an action would make another call, the device is skipped, and the reason names that call. */
  readonly dryRun?: boolean | undefined
  /**
   * A file for the outcomes. For each device, a line is written to disk before its action starts, and another one after
   * it.
   */
  readonly log?: string | undefined
  /**
   * A log of an earlier run. Devices that are done in it are skipped. The file may be missing, and may be the same as
   * `log`.
   */
  readonly skip?: string | undefined
  /** The name of the action in the log. Default: `confirm`. Lines of actions with another name are ignored. */
  readonly action?: string | undefined
  /**
   * Repeats the action on devices that, in the log `skip`, were started but have no outcome. Default: they fail with
   * `UnknownOutcome`.
   */
  readonly repeatUnknown?: boolean | undefined
}

/** The services that the options need: a session, to ask its guard, and a file system for the logs. */
type Needs<O> =
  | (O extends { readonly confirm: string } ? ApiClient : never)
  | (O extends { readonly log: string } | { readonly skip: string } ? FileSystem.FileSystem : never)

const idOf = (target: Target): string => (typeof target === "string" ? target : target.device_id)

/**
 * Runs an action on each of many devices, and emits an outcome when each action ends. A failure does not stop the other
 * actions. If a device occurs twice, the action runs on it once. If the stream is interrupted, requests that were sent
 * are not undone, and a logged warning names the devices whose action was started but has no outcome.
 *
 * @example
 * const restarted = Fleet.forEach(
 *   devices.stream({ blueprint_id: id }),
 *   ({ device_id }) => actions.restart(device_id),
 *   { confirm: "DeviceActions.restart", log: "restart.ndjson", skip: "restart.ndjson" }
 * )
 */
export const forEach = <T extends Target, A, E, R, E2 = never, R2 = never, const O extends Options = {}>(
  devices: Iterable<T> | Stream.Stream<T, E2, R2>,
  action: (device: T) => Effect.Effect<A, E, R>,
  options?: O & Options
): Stream.Stream<Outcome<T, A, E>, E2 | ApiClientError, R | R2 | Needs<O>> => {
  const run = Stream.unwrapScoped(prepare(devices, action, options ?? {}))
  return run as Stream.Stream<Outcome<T, A, E>, E2 | ApiClientError, R | R2 | Needs<O>>
}

const prepare = <T extends Target, A, E, R, E2, R2>(
  devices: Iterable<T> | Stream.Stream<T, E2, R2>,
  action: (device: T) => Effect.Effect<A, E, R>,
  options: Options
): Effect.Effect<
  Stream.Stream<Outcome<T, A, E>, E2 | ApiClientError, R | R2>,
  E2 | ApiClientError,
  R2 | ApiClient | FileSystem.FileSystem | Scope.Scope
> =>
  Effect.gen(function* () {
    const { concurrency = 8, confirm, dryRun = false, log, repeatUnknown = false, skip, stopAfter = Infinity } = options
    const name = options.action ?? confirm
    const naming = name === undefined ? {} : { action: name }
    const operation = confirm === undefined ? undefined : operationOf(confirm)
    const problems = {
      ...(Number.isInteger(concurrency) && concurrency > 0 ? {} : { concurrency: ["is no whole number above 0"] }),
      ...(stopAfter > 0 ? {} : { stopAfter: ["is no number above 0"] }),
      ...(confirm === undefined || operation !== undefined ? {} : { confirm: [`there is no operation ${confirm}`] })
    }
    if (Object.keys(problems).length > 0) return yield* invalidArgument("Fleet.forEach", problems)

    const before = skip === undefined ? new Map<string, string>() : yield* readLog(skip, name)
    /**
     * Whether an earlier run started the action on this device and logged no outcome, and `repeatUnknown` is not set.
     */
    const isUnknown = (device: string) => before.get(sameId(device)) === "started" && !repeatUnknown
    const writer = log === undefined || dryRun ? undefined : yield* openLog(log)
    const list = isIterable(devices) ? [...devices] : undefined
    let source: Stream.Stream<T, E2, R2> = isIterable(devices) ? Stream.fromIterable(list ?? []) : devices
    let total = list?.length
    let confirmed: Guard.Guard | undefined
    if (operation !== undefined) {
      const all = Chunk.toReadonlyArray(yield* Stream.runCollect(source))
      const ids = new Map(all.map((target) => [sameId(idOf(target)), idOf(target)]))
      const wanted = [...ids.values()].filter((id) => before.get(sameId(id)) !== "done" && !isUnknown(id))
      if (!dryRun) confirmed = yield* (yield* ApiClient).admit(operation, wanted)
      source = Stream.fromIterable(all)
      total = all.length
    }

    const counts = { done: 0, failed: 0, skipped: 0 }
    const seen = new Set<string>()
    const underWay = new Set<string>()
    const isStopped = () => {
      const worked = counts.done + counts.failed
      return stopAfter < 1 ? worked >= 20 && counts.failed > stopAfter * worked : counts.failed >= stopAfter
    }

    /** Why a device is skipped, or `undefined`. */
    const reasonToSkip = (device: string): string | undefined => {
      if (seen.has(sameId(device))) return "it came before in this run"
      if (before.get(sameId(device)) === "done") return `it is done, as ${skip} says`
      return isStopped() ? `the run has stopped after ${counts.failed} failures` : undefined
    }

    const act = (target: T, device: string): Effect.Effect<Outcome<T, A, E>, ApiClientError, R> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          yield* writer?.write({ device, ...naming, state: "started" }) ?? Effect.void
          underWay.add(device)
          let met: string | undefined
          const rules = dryRun ? dryRunGuard((operation) => (met ??= operation)) : confirmed
          const one = Effect.suspend(() => action(target))
          const exit = yield* Effect.exit(restore(rules === undefined ? one : ApiClient.withGuard(one, rules)))
          if (Exit.isSuccess(exit) || !Cause.isInterrupted(exit.cause)) underWay.delete(device)
          if (met !== undefined) return { outcome: "skipped", device, target, reason: `it would call ${met}` }
          if (Exit.isSuccess(exit)) {
            yield* writer?.write({ device, ...naming, state: "done" }) ?? Effect.void
            return { outcome: "done", device, target, value: exit.value }
          }
          const failure = Cause.failureOption(exit.cause)
          if (Option.isNone(failure)) return yield* Effect.failCause(exit.cause as Cause.Cause<never>)
          yield* writer?.write({ device, ...naming, state: "failed", error: nameOf(failure.value) }) ?? Effect.void
          return { outcome: "failed", device, target, error: failure.value }
        })
      )

    const outcomeOf = (target: T): Effect.Effect<Outcome<T, A, E>, ApiClientError, R> =>
      Effect.suspend((): Effect.Effect<Outcome<T, A, E>, ApiClientError, R> => {
        const device = idOf(target)
        const reason = reasonToSkip(device)
        seen.add(sameId(device))
        if (reason !== undefined) return Effect.succeed({ outcome: "skipped", device, target, reason })
        return isUnknown(device)
          ? Effect.succeed({ outcome: "failed", device, target, error: new UnknownOutcome({ device }) })
          : act(target, device)
      }).pipe(
        Effect.tap(({ outcome }) =>
          Effect.sync(() => {
            counts[outcome] += 1
            options.onProgress?.({ ...counts, total })
          })
        )
      )

    return Stream.mapEffect(source, outcomeOf, { concurrency, unordered: true }).pipe(
      Stream.ensuringWith((exit) =>
        Exit.isInterrupted(exit)
          ? Effect.logWarning(
              `Fleet.forEach was interrupted: ${counts.done} devices are done, ${counts.failed} failed, ${counts.skipped} were skipped. Begun, outcome unknown: ${underWay.size === 0 ? "none" : [...underWay].join(", ")}. No other was begun.`
            )
          : Effect.void
      )
    )
  })

const isIterable = <T>(devices: Iterable<T> | object): devices is Iterable<T> =>
  Symbol.iterator in devices && !(Stream.StreamTypeId in devices)

/** Refuses every call that is not a read, and reports the name of the refused call to `onMeet`. */
const dryRunGuard = (onMeet: (operation: string) => void): Guard.Guard =>
  makeGuard(() => [
    looking(({ kind, operation }) => {
      if (kind === "read") return undefined
      onMeet(operation)
      return { rule: "Fleet.forEach", detail: `A dry run sends no ${operation}.`, isQuiet: true }
    })
  ])

const operationOf = (name: string): Any | undefined => {
  const [service = "", verb = ""] = name.split(".")
  const groups: Readonly<Record<string, Readonly<Record<string, Any>>>> = operations
  return Object.hasOwn(groups, service) && Object.hasOwn(groups[service] ?? {}, verb)
    ? groups[service]?.[verb]
    : undefined
}
