/**
 * Displays that show transfers.
 */
import { line, type Transfer } from "./describe.js"

/** A stream to write to. Bars need a terminal. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  /** How many lines the terminal shows. Default 24. */
  readonly rows?: number | undefined
}

export interface Display {
  /** The time between two updates, in milliseconds. */
  readonly every: number
  /** Shows the running transfers, each under its own key. */
  readonly show: (transfers: ReadonlyMap<object, Transfer>) => void
  /** Shows the last line of a transfer. Called once, at its end. */
  readonly conclude: (key: object, text: string) => void
}

/** One line for each transfer, for logs. */
export const lines = (output: Output, every: number): Display => ({
  every,
  show: (transfers) => {
    for (const transfer of transfers.values()) output.write(`${line(transfer)}\n`)
  },
  conclude: (_key, text) => void output.write(`${text}\n`)
})
