/**
 * Shows the progress of a program's transfers in its terminal. The program itself needs no change.
 */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { type Listener, Reporter } from "../services/Progress.js"
import { conclusion, speedometer, type Transfer, verbAfter } from "./progress/describe.js"
import { type Display, lines, type Output } from "./progress/display.js"

export type { Output }

/** The stream to write to, and how often. */
export interface Options {
  /** The stream to write to. Default: standard error, so that it does not mix with the program's output. */
  readonly stream?: Output | undefined
  /** How often a line is written for each transfer if the stream is not a terminal. Default 5 seconds. */
  readonly interval?: Duration.DurationInput | undefined
}

/**
 * Shows a bar for each running transfer, with its name, MB/s and time left. Lines that the program prints with
 * `Console` and `Effect.log` appear above the bars. If the stream is not a terminal, as in CI, each transfer gets a
 * line every few seconds instead. Bars need the package `cli-progress`. Without it, lines are written to a terminal
 * too, and a warning is logged.
 *
 * @example
 * program.pipe(Effect.provide([Iru.layerConfig(), ProgressBar.layer()]))
 */
export const layer = (options: Options = {}): Layer.Layer<Reporter> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const console = yield* Console.consoleWith(Effect.succeed)
      const output = options.stream ?? process.stderr
      const drawing = output.isTTY === true && process.env["TERM"] !== "dumb" ? yield* loadBars : undefined
      if (drawing === undefined) {
        return reporter(lines(output, Duration.toMillis(options.interval ?? "5 seconds")))
      }
      const display = drawing.bars(output)
      return Layer.merge(reporter(display), Console.setConsole(drawing.consoleAbove(console, display.above)))
    })
  )

const loadBars = Effect.tryPromise(() => import("./progress/bars.js")).pipe(
  Effect.catchAll(() =>
    Effect.logWarning("Progress is shown as lines: bars need the package cli-progress (npm install cli-progress@3).")
  ),
  Effect.map((drawing) => drawing ?? undefined)
)

const reporter = (display: Display): Layer.Layer<Reporter> =>
  Layer.scoped(
    Reporter,
    Effect.gen(function* () {
      const clock = yield* Effect.clock
      const running = new Map<object, { transfer: Transfer; readonly speed: ReturnType<typeof speedometer> }>()

      yield* Effect.sync(() => {
        const now = clock.unsafeCurrentTimeMillis()
        const transfers = new Map<object, Transfer>()
        for (const [key, tracked] of running) {
          tracked.transfer = { ...tracked.transfer, rate: tracked.speed(now, tracked.transfer.latest.bytes) }
          transfers.set(key, tracked.transfer)
        }
        display.show(transfers)
      }).pipe(Effect.delay(display.every), Effect.forever, Effect.forkScoped)

      const announce = Effect.map(Clock.currentTimeMillis, (started) => ({ started }))
      const begin = Effect.acquireRelease(announce, (key, exit) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const tracked = running.get(key)
          if (tracked === undefined) return
          running.delete(key)
          display.conclude(key, conclusion(tracked.transfer, endOf(exit), now))
        })
      ).pipe(
        Effect.map((key): Listener["onProgress"] => (latest) => {
          const tracked = running.get(key)
          const verb = verbAfter(latest.phase, tracked?.transfer.verb)
          if (tracked !== undefined) return void (tracked.transfer = { ...tracked.transfer, latest, verb })
          const transfer = { latest, started: key.started, rate: 0, verb }
          running.set(key, { transfer, speed: speedometer(clock.unsafeCurrentTimeMillis(), latest.bytes) })
        })
      )
      return { begin }
    })
  )

const endOf = (exit: Exit.Exit<unknown, unknown>): "ok" | "failed" | "interrupted" =>
  Exit.isSuccess(exit) ? "ok" : Exit.isInterrupted(exit) ? "interrupted" : "failed"
