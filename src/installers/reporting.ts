/**
 * Reports the progress of transfers to their caller, and to the program's `Reporter` if there is one.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { TransferOptions } from "../services/InstallerTransfer.js"
import { Reporter } from "../services/Progress.js"

const announced = <Options extends TransferOptions>(options: Options): Effect.Effect<Options, never, Scope.Scope> =>
  Effect.flatMap(
    Effect.serviceOption(Reporter),
    Option.match({
      onNone: () => Effect.succeed(options),
      onSome: (reporter) =>
        Effect.map(reporter.begin, (report) => ({
          ...options,
          onProgress: (progress) => {
            report(progress)
            options.onProgress?.(progress)
          }
        }))
    })
  )

/** Runs a transfer and reports its progress. */
export const reported = <Options extends TransferOptions, A, E, R>(
  options: Options,
  transfer: (options: Options) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => Effect.scoped(Effect.flatMap(announced(options), transfer))

/** Runs a transfer that gives a stream, and reports its progress. */
export const reportedStream = <Options extends TransferOptions, A, E, R>(
  options: Options,
  transfer: (options: Options) => Stream.Stream<A, E, R>
): Stream.Stream<A, E, R> => Stream.unwrapScoped(Effect.map(announced(options), transfer))
