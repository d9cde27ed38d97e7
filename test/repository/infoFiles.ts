import * as FastCheck from "effect/FastCheck"
import type { Format, Record, Value } from "../../src/repository/format/InfoDocument.js"

export const order = ["id", "name", "active", "created_at", "ensure_blueprints", "restart", "file"]

/** Text that a format could take for something else. */
const traps = [
  ..."yes|no|null|~|true|1.0|0x1f|1e3|2026-05-04|2026-05-04T08:11:02.120000Z|- a|a: b|a #b|#a|<<|=|[a]|{a}".split("|"),
  ..."!a|%a|@a|`|?|? a|---|...|a,b|</string>|]]>|<!--|-->|&amp;|\\u0041|//|/*|,|:|a:|:a|__proto__|toString".split("|"),
  ..."'|\"|&a|*a|0o7|1_000|12:30:45||  a |a\nb|a\n|\na|a\r\nb|a\tb|\t|a\u00a0|\ufeffa|\u2028|\u0085|é😀".split("|"),
  "|",
  "x ".repeat(80)
]

const isXmlText = (text: string) =>
  /^(?:[\t\n\r\u0020-\ud7ff\ue000-\ufffd]|[\ud800-\udbff][\udc00-\udfff])*$/.test(text)

const string = (format: Format) => {
  const strings = FastCheck.oneof(
    FastCheck.constantFrom(...traps),
    FastCheck.string(),
    FastCheck.string({ unit: "binary", maxLength: 6 })
  )
  return format === "plist" ? strings.filter(isXmlText) : strings
}

const leaf = (format: Format): FastCheck.Arbitrary<Value> => {
  const common = [
    string(format),
    FastCheck.boolean(),
    FastCheck.integer(),
    // Without -0, which no format tells from 0.
    FastCheck.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0)
  ]
  if (format !== "plist") return FastCheck.oneof(...common)
  const seconds = FastCheck.integer({ min: 0, max: 4e9 }).map((seconds) => new Date(seconds * 1000))
  return FastCheck.oneof(...common, seconds, FastCheck.uint8Array())
}

/** Any record that a format can hold. */
export const records = (format: Format): FastCheck.Arbitrary<Record> => {
  const key = FastCheck.oneof(FastCheck.constantFrom(...order, "a", "b", "c"), string(format))
  return FastCheck.letrec<{ value: Value; list: Array<Value>; mapping: Record }>((tie) => ({
    value: FastCheck.oneof({ maxDepth: 3, withCrossShrink: true }, leaf(format), tie("list"), tie("mapping")),
    list: FastCheck.array(tie("value"), { maxLength: 4 }),
    mapping: FastCheck.dictionary(key, tie("value"), { maxKeys: 7, noNullPrototype: true })
  })).mapping
}

/** A record, and another that has some of its keys, some changed, and some new ones. */
export const changedRecords = (format: Format) =>
  FastCheck.tuple(records(format), records(format), FastCheck.array(FastCheck.boolean(), { minLength: 7 })).map(
    ([one, other, kept]) => ({
      one,
      next: Object.fromEntries([
        ...Object.entries(one).filter((_, index) => kept[index]),
        ...Object.entries(other).filter(([key], index) => !Object.hasOwn(one, key) || !kept[index])
      ])
    })
  )

/** How a person may have laid a file out. */
export const layouts = FastCheck.record({
  indent: FastCheck.constantFrom("  ", "   ", "    ", "\t"),
  newline: FastCheck.constantFrom("\n", "\r\n"),
  mark: FastCheck.constantFrom("", "\ufeff"),
  end: FastCheck.boolean(),
  comments: FastCheck.boolean(),
  oneLine: FastCheck.boolean(),
  flow: FastCheck.boolean(),
  flush: FastCheck.boolean(),
  braces: FastCheck.boolean()
})
export type Layout = typeof layouts extends FastCheck.Arbitrary<infer L> ? L : never

export interface HandWritten {
  readonly text: string
  /** The lines of each key at the root, without its comment above. */
  readonly lines: ReadonlyMap<string, string>
  /** Comments that stand on lines of their own. */
  readonly comments: ReadonlyArray<string>
}

/** A file as a person may have written it. */
export const handWritten = (record: Record, format: Format, layout: Layout): HandWritten => {
  const { newline } = layout
  const [open, close] = format === "yaml" ? ["# ", ""] : ["<!-- ", " -->"]
  const hasComments = layout.comments && format !== "json" && !(format === "plist" && layout.oneLine)
  const lines = new Map<string, string>()
  const comments: Array<string> = []
  const parts = Object.entries(record).map(([key, value], index) => {
    const own = writers[format](key, value, { ...layout, flow: layout.flow || layout.braces })
    const isLast = index === Object.keys(record).length - 1
    const comma = format === "json" || (format === "yaml" && layout.braces) ? (isLast ? "" : ",") : ""
    const beside = hasComments ? ` ${open}beside ${index}${close}` : ""
    const above = `${open}above ${index}${close}`
    if (hasComments) comments.push(above)
    lines.set(key, own.replaceAll("\n", newline))
    return (hasComments ? `${above}\n` : "") + own + comma + beside
  })
  const body = wrap[format](parts, layout)
  const whole = body === "" ? "{}" : body
  const text = layout.mark + (whole + (layout.end ? "\n" : "")).replaceAll("\n", newline)
  return { text, lines, comments }
}

const wrap = {
  yaml: (parts: ReadonlyArray<string>, { braces }: Layout) =>
    braces
      ? `{\n${parts
          .join("\n")
          .split("\n")
          .map((line) => `  ${line}`)
          .join("\n")}\n}`
      : parts.join("\n"),
  json: (parts: ReadonlyArray<string>, { oneLine, indent }: Layout) =>
    oneLine ? `{${parts.join(" ")}}` : `{\n${parts.map((part) => indent + part).join("\n")}\n}`,
  plist: (parts: ReadonlyArray<string>, { oneLine }: Layout) =>
    [`<?xml version="1.0"?>`, `<plist version="1.0">`, "<dict>", ...parts, "</dict>", "</plist>"].join(
      oneLine ? "" : "\n"
    )
}

const isMapping = (value: Value): value is Record =>
  typeof value === "object" && value !== null && value.constructor === Object

const isItems = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)

const quoted = (value: string) => JSON.stringify(value).replaceAll("\x7f", "\\x7f")

const yaml = (value: Value, indent: string, layout: Layout): string => {
  const step = layout.indent.replace("\t", "  ")
  if (isMapping(value) && Object.keys(value).length > 0 && !layout.flow) {
    return Object.entries(value)
      .map(([key, item]) => `\n${indent}${step}${entry(key, item, indent + step, layout)}`)
      .join("")
  }
  if (isItems(value) && value.length > 0 && !layout.flow) {
    const dash = layout.flush ? indent : indent + step
    return value
      .map((item) => {
        const text = yaml(item, `${dash}  `, { ...layout, flush: false })
        // The first key may stand behind the dash.
        return `\n${dash}-${isMapping(item) && text.startsWith("\n") ? text.replace(/^\n */, ` ${step.slice(2)}  `) : ` ${text}`}`
      })
      .join("")
  }
  return typeof value === "string" ? quoted(value) : JSON.stringify(value, null, 1).replace(/\n */g, " ")
}

const entry = (key: string, value: Value, indent: string, layout: Layout) =>
  `${quoted(key)}: ${yaml(value, indent, layout)}`

const xml = (value: Value): string => {
  if (isItems(value)) return `<array>${value.map(xml).join("\n")}</array>`
  if (isMapping(value))
    return `<dict>${Object.entries(value)
      .map(([key, item]) => keyed(key, item))
      .join("")}</dict>`
  if (value instanceof Date) return `<date>${value.toISOString().slice(0, 19)}Z</date>`
  if (value instanceof Uint8Array) return `<data>${Buffer.from(value).toString("base64")}</data>`
  if (typeof value === "boolean") return value ? "<true />" : "<false></false>"
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? `<integer>${value}</integer>` : `<real>${value}</real>`
  return `<string>${escape(String(value))}</string>`
}

const escape = (text: string) => text.replace(/[&<>"\r\n]/g, (unit) => `&#${unit.charCodeAt(0)};`)

const keyed = (key: string, value: Value) => `<key>${escape(key)}</key>${xml(value)}`

const writers = {
  yaml: (key: string, value: Value, layout: Layout) => entry(key, value, "", layout),
  json: (key: string, value: Value, { indent, oneLine }: Layout) =>
    `${JSON.stringify(key)}: ${JSON.stringify(value, null, oneLine ? "" : indent).replaceAll("\n", `\n${indent}`)}`,
  plist: keyed
}
