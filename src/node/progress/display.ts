/**
 * Where transfers are shown.
 */
import { line, type Transfer } from "./describe.js"

/** A stream to write on. Bars need a terminal. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  /** How many lines it shows. Default 24. */
  readonly rows?: number | undefined
}

export interface Display {
  /** How often it is updated, in milliseconds. */
  readonly every: number
  /** The transfers that run, each under a key of its own. */
  readonly show: (transfers: ReadonlyMap<object, Transfer>) => void
  /** Called once at the end of a transfer. */
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
