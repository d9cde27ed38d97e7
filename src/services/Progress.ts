/**
 * The progress of transfers: of one transfer as a stream, or of all transfers of a program through a reporter.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { TransferProgress } from "./InstallerTransfer.js"

/** The last event of a transfer that succeeded. */
export interface Done<A> {
  readonly phase: "done"
  readonly result: A
}

/** The events of a transfer. The last one has the result. */
export type Event<A> = TransferProgress | Done<A>

/** Receives the progress of a transfer. */
export interface Listener {
  /** Called synchronously and often, so it must return quickly. */
  readonly onProgress: (progress: TransferProgress) => void
}

/**
 * Runs a transfer as a stream of its progress. The last event has the result; if the transfer fails, the stream fails.
 * A slow consumer misses events, but does not slow the transfer. If the consumer stops early, the transfer is
 * interrupted.
 *
 * @example
 * Progress.stream((options) => apps.download(id, { to: "installers/", ...options })).pipe(
 *   Stream.runForEach((event) =>
 *     event.phase === "done" ? Console.log(event.result.path) : Console.log(event.name, event.bytes, event.total)
 *   )
 * )
 */
export const stream = <A, E, R>(
  transfer: (listener: Listener) => Effect.Effect<A, E, R>
): Stream.Stream<Event<A>, E, R> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const events = yield* Mailbox.make<Event<A>, E>({ capacity: 16, strategy: "sliding" })
      yield* transfer({ onProgress: (progress) => void events.unsafeOffer(progress) }).pipe(
        Effect.flatMap((result) => events.offer({ phase: "done", result })),
        Mailbox.into(events),
        Effect.forkScoped
      )
      return Mailbox.toStream(events)
    })
  )

export declare namespace Reporter {
  /** The functions of a reporter. */
  export interface Service {
    /**
     * Announces a transfer, and returns the function to call with its progress. When the scope closes, the transfer has
     * ended; the exit of the scope says whether it succeeded.
     */
    readonly begin: Effect.Effect<Listener["onProgress"], never, Scope.Scope>
  }
}

/**
 * Receives the progress of every transfer of the programs that it is provided to. Their own `onProgress` is still
 * called. This service is optional. `effect-iru/node` has one that draws progress bars: `ProgressBar`.
 */
export class Reporter extends Context.Tag("effect-iru/Progress/Reporter")<Reporter, Reporter.Service>() {}
