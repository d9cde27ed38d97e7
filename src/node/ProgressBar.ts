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

/** Where and how often. */
export interface Options {
  /** The stream to write to. Default: standard error, so that it does not mix with the program's output. */
  readonly stream?: Output | undefined
  /** How often each transfer has a line where the stream is no terminal. Default 5 seconds. */
  readonly interval?: Duration.DurationInput | undefined
}

/**
 * A bar for each transfer that runs: name, bar, MB/s, time left. What the program prints with `Console` and `Effect.log`
 * meanwhile stands above the bars. Where there is no terminal, as in CI, a line every few seconds instead. Bars need the
 * package `cli-progress`: without it there are lines on a terminal too, and a warning that says so.
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
