/**
 * Prints records as they arrive, in the format that the options ask for.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { at, exact, forTerminal, type Json, printable, readable, scalarPaths } from "./values.js"
import { heading, row, widthOf, widthsFor } from "./table.js"

export type Format = "table" | "tsv" | "json" | "ndjson" | "csv"

/** The options that set the output format. */
export interface Style {
  readonly format: Format
  readonly columns: ReadonlyArray<string> | undefined
  readonly color: boolean
  readonly width: number
  /** In CSV, values that a spreadsheet would read as a formula are left unchanged. */
  readonly isExact?: boolean
}

/** The output options, as the parser gives them. */
export interface StyleOptions {
  readonly json?: boolean
  readonly ndjson?: boolean
  readonly csv?: boolean
  readonly columns?: ReadonlyArray<string>
  readonly color?: boolean
}

/** The format that the options ask for. By default a table on a terminal, and tab-separated text elsewhere. */
export const styleOf = (options: StyleOptions): Style => {
  const { columns, isTTY } = process.stdout
  const { NO_COLOR: noColor = "", TERM: terminal } = process.env
  const asked = (["json", "ndjson", "csv"] as const).find((format) => options[format] === true)
  return {
    format: asked ?? (isTTY ? "table" : "tsv"),
    columns: options.columns,
    color: isTTY && options.color !== false && noColor === "" && terminal !== "dumb",
    width: columns ?? 80
  }
}

const decoder = new TextDecoder()

const shown = (text: string | Uint8Array): string =>
  forTerminal(typeof text === "string" ? text : decoder.decode(text, { stream: true }))

/**
 * Writes to standard output, and waits if the reader is slower. On a terminal, control characters in the text are shown
 * as text, so that data from a tenant cannot control the terminal; files and pipes get the text unchanged. After the
 * reader has closed the pipe, nothing is written.
 */
export const write = (text: string | Uint8Array): Effect.Effect<void> =>
  Effect.async((resume) => {
    const { stdout } = process
    if (text.length === 0 || stdout.destroyed || stdout.write(stdout.isTTY ? shown(text) : text))
      return resume(Effect.void)
    const ends = ["drain", "close"] as const
    const forget = () => {
      for (const end of ends) stdout.off(end, go)
    }
    const go = () => {
      forget()
      resume(Effect.void)
    }
    for (const end of ends) stdout.on(end, go)
    return Effect.sync(forget)
  })

/** Prints a message on standard error. */
export const tell = (text: string): Effect.Effect<void> =>
  Effect.sync(() => void process.stderr.write(`${forTerminal(text)}\n`))

/** Matches text that a spreadsheet would read as a formula. A number with a sign is not one. */
const isFormula = (text: string): boolean => /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d\s().,-]+$/.test(text)

const csvCell = (value: Json, isExact = false): string => {
  const plain = exact(value)
  const text = !isExact && isFormula(plain) ? `'${plain}` : plain
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const tsvCell = (value: Json): string => exact(value).replace(/[\t\r\n]+/g, " ")

const picked = (record: Json, columns: ReadonlyArray<string> | undefined): Json =>
  columns === undefined ? record : Object.fromEntries(columns.map((column) => [column, at(record, column) ?? null]))

/**
 * Prints records as they arrive. Without `--columns`, the columns are `byDefault`, or `all` in CSV. If these are not
 * given either, they are the fields of the first records.
 */
export const printRows = <E, R>(
  rows: Stream.Stream<Json, E, R>,
  style: Style,
  byDefault: ReadonlyArray<string> = [],
  all: ReadonlyArray<string> = []
): Effect.Effect<void, E, R> =>
  Effect.suspend(() => {
    const toText = lineMaker(style, style.format === "csv" ? all : byDefault)
    const print = rows.pipe(Stream.runForEachChunk((chunk) => write(toText.rows(Chunk.toReadonlyArray(chunk)))))
    return Effect.zipRight(
      print,
      Effect.suspend(() => write(toText.end()))
    )
  })

interface LineMaker {
  readonly rows: (records: ReadonlyArray<Json>) => string
  readonly end: () => string
}

const lines = (texts: ReadonlyArray<string>): string => texts.map((text) => `${text}\n`).join("")

const lineMaker = (style: Style, usual: ReadonlyArray<string>): LineMaker => {
  const { color, format, width } = style
  let isFirst = true
  let widths: ReadonlyArray<number> = []
  let columns = style.columns ?? usual
  const begin = (records: ReadonlyArray<Json>) => {
    if (columns.length > 0) return
    const paths = [...new Set(records.flatMap((record) => scalarPaths(record)))]
    // If a nested record is missing in one of the records, the columns come from those that have it.
    columns = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)))
  }
  switch (format) {
    case "json":
      return {
        rows: (records) =>
          records
            .map((record) => {
              const before = isFirst ? "[\n" : ",\n"
              isFirst = false
              return `${before}${JSON.stringify(picked(record, style.columns), null, 2)}`
            })
            .join(""),
        end: () => (isFirst ? "[]\n" : "\n]\n")
      }
    case "ndjson":
      return {
        rows: (records) => lines(records.map((record) => JSON.stringify(picked(record, style.columns)))),
        end: () => ""
      }
    case "csv":
      return {
        rows: (records) => {
          begin(records)
          const header = isFirst && records.length > 0 ? [columns.map((column) => csvCell(column)).join(",")] : []
          isFirst = header.length === 0 && isFirst
          return lines([
            ...header,
            ...records.map((record) => columns.map((one) => csvCell(at(record, one), style.isExact)).join(","))
          ])
        },
        end: () => (isFirst && columns.length > 0 ? lines([columns.map((column) => csvCell(column)).join(",")]) : "")
      }
    case "tsv":
      return {
        rows: (records) => {
          begin(records)
          return lines(records.map((record) => columns.map((one) => tsvCell(at(record, one))).join("\t")))
        },
        end: () => ""
      }
    case "table":
      return {
        rows: (records) => {
          if (records.length === 0) return ""
          begin(records)
          const now = Date.now()
          const cells = records.map((record) => columns.map((one) => readable(at(record, one), now)))
          const header: Array<string> = []
          if (isFirst) {
            const names = columns.map((column) => printable(column).toUpperCase().replaceAll(/_+/g, " "))
            const wanted = names.map((name, index) =>
              Math.max(widthOf(name), ...cells.map((line) => widthOf(line[index] ?? "")))
            )
            widths = widthsFor(wanted, width)
            header.push(heading(names, widths, color))
            isFirst = false
          }
          return lines([...header, ...cells.map((line) => row(line, widths))])
        },
        end: () => ""
      }
  }
}

/** Prints one record: one line for each field, or the format that the options ask for. */
export const printRecord = (record: Json, style: Style): Effect.Effect<void> => {
  const { columns, format, width } = style
  switch (format) {
    case "json":
      return write(`${JSON.stringify(picked(record, columns), null, 2)}\n`)
    case "ndjson":
    case "csv":
      return printRows(Stream.make(record), style, undefined)
    case "tsv":
      return columns === undefined
        ? write(lines(scalarPaths(record).map((path) => `${path}\t${tsvCell(at(record, path))}`)))
        : printRows(Stream.make(record), style, undefined)
    case "table": {
      const now = Date.now()
      const fields = (columns ?? scalarPaths(record)).map((path) => [path, at(record, path)] as const)
      const shown = fields.filter(([, value]) => columns !== undefined || exact(value) !== "")
      const names = Math.max(0, ...shown.map(([path]) => path.length))
      return write(
        lines(
          shown.flatMap(([path, value]) => {
            const text = typeof value === "string" && value.includes("\n") ? value.trimEnd() : undefined
            if (text === undefined)
              return [row([printable(path), readable(value, now)], [names, Math.max(10, width - names - 2)])]
            return [printable(path), ...text.split("\n").map((line) => `  ${printable(line)}`)]
          })
        )
      )
    }
  }
}
