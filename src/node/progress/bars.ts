/**
 * Bars on a terminal, one for each transfer that runs; what the program prints meanwhile stands above them.
 */
import cliProgress from "cli-progress"
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { clearScreenDown } from "node:readline"
import { pace, percentage, printable, size, type Transfer } from "./describe.js"
import type { Display, Output } from "./display.js"

/** Shows transfers as bars. */
export const bars = (output: Output): Display & { readonly above: (print: () => void) => void } => {
  const shown = new Map<object, cliProgress.SingleBar>()
  let waiting: Array<() => void> = []

  const multi = new cliProgress.MultiBar({
    stream: output,
    format: (options, { maxWidth, progress }, { transfer }: { readonly transfer: Transfer }) =>
      barLine(transfer, maxWidth, (barsize) => cliProgress.Format.BarFormat(progress, { ...options, barsize })),
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    emptyOnZero: true,
    // It is told when to draw; its own timer only has to stay out of the way.
    fps: 0.001
  })
  multi.on("redraw-pre", () => {
    if (waiting.length === 0) return
    const prints = waiting
    waiting = []
    clearScreenDown(output)
    for (const print of prints) print()
  })

  const above = (print: () => void): void => {
    if (shown.size === 0) return print()
    waiting.push(print)
    multi.update()
  }

  return {
    every: 100,
    above,
    show: (transfers) => {
      for (const [key, transfer] of transfers) {
        const { bytes, total = 0 } = transfer.latest
        const bar = shown.get(key) ?? multi.create(total, 0, { transfer })
        shown.set(key, bar)
        bar.setTotal(total)
        bar.update(bytes, { transfer })
      }
      if (shown.size > 0) multi.update()
    },
    conclude: (key, text) => {
      const print = () => void output.write(`${text}\n`)
      const bar = shown.get(key)
      if (bar === undefined) return above(print)
      shown.delete(key)
      waiting.push(print)
      multi.remove(bar)
      if (shown.size === 0) multi.stop()
    }
  }
}

const barLine = (transfer: Transfer, width: number, bar: (size: number) => string): string => {
  const { latest } = transfer
  const label = printable(latest.name)
  const name = label.length > 28 ? `${label.slice(0, 27)}…` : label.padEnd(28)
  const done = percentage(latest)
  const facts = [done?.padStart(5) ?? size(latest.bytes), ...pace(transfer)].join("  ")
  const room = Math.min(40, width - name.length - facts.length - 6)
  return done === undefined || room < 5 ? `${name} ${facts}` : `${name} [${bar(room)}] ${facts}`
}

/** A console whose lines go above the bars instead of through them. */
export const consoleAbove = (console: Console.Console, above: (print: () => void) => void): Console.Console => {
  const around =
    (print: (...args: ReadonlyArray<unknown>) => void) =>
    (...args: ReadonlyArray<unknown>) =>
      above(() => print(...args))
  const { unsafe } = console
  const lines = {
    debug: around(unsafe.debug),
    error: around(unsafe.error),
    info: around(unsafe.info),
    log: around(unsafe.log),
    warn: around(unsafe.warn)
  }
  return {
    ...console,
    debug: (...args) => Effect.sync(() => lines.debug(...args)),
    error: (...args) => Effect.sync(() => lines.error(...args)),
    info: (...args) => Effect.sync(() => lines.info(...args)),
    log: (...args) => Effect.sync(() => lines.log(...args)),
    warn: (...args) => Effect.sync(() => lines.warn(...args)),
    unsafe: { ...unsafe, ...lines }
  }
}
