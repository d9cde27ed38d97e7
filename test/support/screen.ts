/**
 * A terminal that a test can look at: what a person sees after everything that was written.
 */
import { Writable } from "node:stream"

export interface Screen extends Writable {
  readonly isTTY: boolean
  readonly columns: number
  readonly rows: number
  /** Makes it larger or smaller. Lines that do not fit any more are broken, as terminals do. */
  readonly resize: (columns: number, rows: number) => void
  /** The lines that are seen, without empty ones at the end. */
  readonly lines: ReadonlyArray<string>
  /** Whether the cursor is seen. */
  readonly cursor: boolean
  /** Everything that was written. */
  readonly written: string
}

/** A control sequence, the end of a line, or text. */
const escape = "\u001b"
const pieces = new RegExp(`${escape}\\[([?\\d;]*)([A-Za-z])|([\\n\\r]|[^\\n\\r${escape}]+)`, "g")

/** A terminal, or a file or pipe in its place. */
export const screen = (options: { columns?: number; rows?: number; isTTY?: boolean } = {}): Screen => {
  const { isTTY = true } = options
  let [columns, height] = [options.columns ?? 100, options.rows ?? 24]
  let rows: Array<string> = []
  let [row, column, cursor, written] = [0, 0, true, ""]

  const put = (text: string) => {
    const before = (rows[row] ?? "").padEnd(column)
    rows[row] = (before.slice(0, column) + text + before.slice(column + text.length)).slice(0, columns)
    column += text.length
  }
  const control = (parameters: string, command: string) => {
    const count = Number(/\d+/.exec(parameters)?.[0] ?? 1)
    // The cursor does not go where it cannot be seen.
    if (command === "A") row = Math.max(0, rows.length - height, row - count)
    else if (command === "B") row += count
    else if (command === "G") column = count - 1
    else if (command === "K" && parameters === "0") rows[row] = (rows[row] ?? "").slice(0, column)
    else if (command === "K" && parameters === "2") rows[row] = ""
    else if (command === "J" && (parameters === "0" || parameters === "")) {
      rows[row] = (rows[row] ?? "").slice(0, column)
      rows.length = row + 1
    } else if (parameters === "?25") cursor = command === "h"
    else if (parameters !== "?7") throw new Error(`The screen does not know ESC[${parameters}${command}`)
  }

  const stream = new Writable({
    decodeStrings: false,
    write: (text: string | Buffer, _encoding, done) => {
      written += String(text)
      for (const [, parameters = "", command, plain] of String(text).matchAll(pieces)) {
        if (command !== undefined) control(parameters, command)
        else if (plain === "\n") {
          row += 1
          column = 0
          rows[row] ??= ""
        } else if (plain === "\r") column = 0
        else put(plain ?? "")
      }
      done()
    }
  })
  const resize = (newColumns: number, newRows: number) => {
    columns = newColumns
    height = newRows
    const broken = Array.from(rows, (line = "") => line.trimEnd().match(new RegExp(`.{1,${columns}}`, "g")) ?? [""])
    row = broken.slice(0, row + 1).reduce((sum, parts) => sum + parts.length, 0) - 1
    rows = broken.flat()
    stream.emit("resize")
  }
  return Object.defineProperties(stream, {
    isTTY: { value: isTTY },
    columns: { get: () => columns },
    rows: { get: () => height },
    resize: { value: resize },
    lines: {
      get: () =>
        Array.from(rows, (line = "") => line.trimEnd())
          .join("\n")
          .trimEnd()
          .split("\n")
    },
    cursor: { get: () => cursor },
    written: { get: () => written }
  }) as Screen
}
