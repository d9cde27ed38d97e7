/**
 * Draws a bar on a terminal for each running transfer. Lines that the program prints appear above the bars.
 */
import cliProgress from "cli-progress"
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { clearScreenDown, moveCursor } from "node:readline"
import { pace, percentage, printable, size, type Transfer } from "./describe.js"
import type { Display, Output } from "./display.js"

/** The content of a line: a transfer, or the number of transfers that have no line. */
type Content = Transfer | number

/** Shows transfers as bars. If the terminal has too few rows for all, the last line says how many more there are. */
export const bars = (output: Output): Display & { readonly above: (print: () => void) => void } => {
  const transfers = new Map<object, Transfer>()
  const shown: Array<cliProgress.SingleBar> = []
  let waiting: Array<() => void> = []
  /** The lengths of the lines in the last drawing, and the width of the terminal then. */
  let drawn: Array<number> = []
  let width = 0

  const multi = new cliProgress.MultiBar({
    stream: output,
    format: (options, { maxWidth, progress }, { content }: { readonly content: Content }) => {
      const text =
        typeof content === "number"
          ? `and ${content} more`
          : barLine(content, maxWidth, (barsize) => cliProgress.Format.BarFormat(progress, { ...options, barsize }))
      const line = text.slice(0, maxWidth)
      drawn.push(line.length)
      return line
    },
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    emptyOnZero: true,
    // This module decides when to draw, so the package's own timer is turned off.
    fps: 0.001
  })
  multi.on("update-pre", () => {
    const columns = output.columns ?? width
    // A terminal that became narrower has wrapped the lines that are longer than its new width.
    const broken = drawn.reduce((sum, length) => sum + Math.max(0, Math.ceil(length / columns) - 1), 0)
    if (columns < width && broken > 0) moveCursor(output, 0, -broken)
  })
  multi.on("redraw-pre", () => {
    const columns = output.columns ?? width
    if (waiting.length > 0 || columns !== width) clearScreenDown(output)
    width = columns
    drawn = []
    const prints = waiting
    waiting = []
    for (const print of prints) print()
  })

  /** Draws a line for each transfer, as far as the terminal has rows. */
  const draw = (): void => {
    const room = Math.max(1, (output.rows ?? 24) - 1)
    const all: ReadonlyArray<Content> = [...transfers.values()]
    const contents = all.length <= room ? all : [...all.slice(0, room - 1), all.length - room + 1]
    for (const bar of shown.splice(contents.length)) multi.remove(bar)
    for (const [index, content] of contents.entries()) {
      const { bytes, total = 0 } = typeof content === "number" ? { bytes: 0 } : content.latest
      const bar = shown[index] ?? multi.create(total, 0, { content })
      shown[index] = bar
      bar.setTotal(total)
      bar.update(bytes, { content })
    }
    if (shown.length > 0) multi.update()
    else multi.stop()
  }

  return {
    every: 100,
    above: (print) => {
      if (shown.length === 0) return print()
      waiting.push(print)
      multi.update()
    },
    show: (running) => {
      for (const [key, transfer] of running) transfers.set(key, transfer)
      if (transfers.size > 0) draw()
    },
    conclude: (key, text) => {
      const print = () => void output.write(`${text}\n`)
      if (!transfers.delete(key)) return shown.length === 0 ? print() : void waiting.push(print)
      waiting.push(print)
      draw()
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

/** A console that prints above the bars, so that its lines and the bars do not mix. */
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
