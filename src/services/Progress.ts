/**
 * How far transfers are: as a stream of one, or told to a reporter that sees all of a program's.
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

/** The events of a transfer; the last one has its result. */
export type Event<A> = TransferProgress | Done<A>

/** Receives the progress of a transfer. */
export interface Listener {
  /** Called synchronously and often: keep it short. */
  readonly onProgress: (progress: TransferProgress) => void
}

/**
 * A transfer as a stream of how far it is. The last event has its result; where it fails, the stream fails. A consumer
 * that is slow misses events and never slows the transfer; one that stops interrupts it.
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
     * Announces a transfer: gives what its progress is to be told to. The transfer ends with the scope, whose exit says
     * how.
     */
    readonly begin: Effect.Effect<Listener["onProgress"], never, Scope.Scope>
  }
}

/**
 * Sees every transfer of the programs that it is provided to, beside what they do with `onProgress` themselves. None is
 * needed. `effect-iru/node` has one that draws bars: `ProgressBar`.
 */
export class Reporter extends Context.Tag("effect-iru/Progress/Reporter")<Reporter, Reporter.Service>() {}
