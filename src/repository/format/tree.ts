/**
 * What an info file holds, with the place of each value in its text, and the edits that turn it into something else.
 */

/** A value of an info file. `null` is absence; only lists keep it. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Date
  | Uint8Array
  | ReadonlyArray<Value>
  | { readonly [key: string]: Value }

/** The root of an info file, by key. */
export interface Record {
  readonly [key: string]: Value
}

/** What is wrong with an info file, and where: the line counts from 1. */
export interface Problem {
  readonly message: string
  readonly line?: number
  readonly key?: string
}

/** A value and its place in the text, from `start` up to `end`. */
export interface Node {
  readonly kind: "mapping" | "list" | "scalar"
  /** Whether brackets or tags hold the parts together, or their indentation alone. */
  readonly layout: "delimited" | "indented"
  readonly start: number
  readonly end: number
  /** The value, without keys that are `null`. */
  readonly value: Value
  readonly parts: ReadonlyArray<Part>
}

/** An entry of a mapping, or an item of a list. */
export interface Part {
  readonly key: string | number
  /** Where the key starts, or the item with its dash. */
  readonly start: number
  readonly end: number
  /** Where the comma after it stands. */
  readonly comma: number | undefined
  /** Where the colon after the key, or the dash before the item, ends. */
  readonly indicator: number | undefined
  readonly node: Node
}

/** How a new part is written. */
export interface Style {
  /** The blanks before each of its lines but the first. */
  readonly indent: string
  /** Whether it shares its line with other parts. */
  readonly inline: boolean
  readonly layout: Node["layout"]
}

/** Text in place of the text from `start` up to `end`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** How a format writes into one file. */
export interface Syntax {
  readonly text: string
  readonly newline: string
  /** What stands between delimited parts. */
  readonly separator: "," | ""
  /** What follows the separator if the next part is on the same line. */
  readonly gap: string
  /** Sticky: blanks and a comment, which may end a line. */
  readonly trailing: RegExp
  /** A part as text. `key` is `undefined` for an item of a list. */
  readonly part: (key: string | undefined, value: Value, style: Style) => string
  /** Puts `value` in the place of a node, all of it. `part` is `undefined` at the root. */
  readonly replace: (node: Node, value: Value, style: Style, part: Part | undefined) => ReadonlyArray<Edit>
}

/** A file that was read. */
export interface Source {
  readonly root: Node
  readonly syntax: Syntax
}

/** Whether a value is a mapping. */
export const isRecord = (value: Value): value is Record =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array)

/** Whether a value is a list. */
export const isList = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)

/** The value without keys that are `null`. */
export const withoutNulls = (value: Value): Value => {
  if (isList(value)) return value.map(withoutNulls)
  return isRecord(value) ? recordWithoutNulls(value) : value
}

/** The record without keys that are `null`, at any depth. */
export const recordWithoutNulls = (record: Record): Record =>
  Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (value === null ? [] : [[key, withoutNulls(value)]]))
  )

/** The keys of a record in the order of `order`, then those that it does not name in their own. */
export const sortedKeys = (record: Record, order: ReadonlyArray<string>): ReadonlyArray<string> => {
  const keys = Object.keys(record)
  return [...order.filter((key) => keys.includes(key)), ...keys.filter((key) => !order.includes(key))]
}

/** Whether two values are the same; the order of keys means nothing. */
export const isSame = (one: Value, other: Value): boolean => {
  if (isList(one)) {
    return (
      isList(other) && one.length === other.length && one.every((item, index) => isSame(item, other[index] ?? null))
    )
  }
  if (one instanceof Date) return other instanceof Date && one.getTime() === other.getTime()
  if (one instanceof Uint8Array) {
    return (
      other instanceof Uint8Array && one.length === other.length && one.every((byte, index) => byte === other[index])
    )
  }
  if (isRecord(one)) {
    const keys = Object.keys(one)
    return (
      isRecord(other) &&
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && isSame(one[key] ?? null, other[key] ?? null))
    )
  }
  return one === other || (Number.isNaN(one) && Number.isNaN(other))
}

/** The problem that stands at an offset of the text. */
export const problemAt = (text: string, offset: number, message: string, key?: string): Problem => ({
  message,
  line: lineAt(text, offset),
  ...(key === undefined ? {} : { key })
})

/** The line of an offset; the first is 1. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length

/** A problem for each key that a mapping has twice, at its second place. */
export const duplicates = (text: string, node: Node): ReadonlyArray<Problem> => {
  const seen = new Set<string | number>()
  return node.parts.flatMap((part) => {
    const isNew = !seen.has(part.key)
    seen.add(part.key)
    const here = isNew
      ? []
      : [problemAt(text, part.start, `the key ${String(part.key)} is there twice`, String(part.key))]
    return [...here, ...duplicates(text, part.node)]
  })
}

/** The part at a path; `undefined` if there is none. */
export const partAt = (node: Node, path: ReadonlyArray<string | number>): Part | undefined => {
  const [key, ...rest] = path
  const part = node.parts.find((part) => part.key === key)
  return part === undefined || rest.length === 0 ? part : partAt(part.node, rest)
}

/** Where the line that holds `offset` ends, before its line end. */
export const lineEnd = (text: string, offset: number): number => {
  const newline = text.indexOf("\n", offset)
  if (newline === -1) return text.length
  return newline > offset && text[newline - 1] === "\r" ? newline - 1 : newline
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1

/** Whether only blanks stand before an offset on its line. */
export const beginsLine = (text: string, offset: number): boolean =>
  /^[ \t]*$/.test(text.slice(lineStart(text, offset), offset))

/** The indentation of a part; of one behind the dash of a list, the column where it starts. */
export const indentAt = (text: string, offset: number, layout: Node["layout"]): string => {
  const before = text.slice(lineStart(text, offset), offset)
  return layout === "indented" ? " ".repeat(before.length) : (/^[ \t]*/.exec(before)?.[0] ?? "")
}

/** The text after all edits. Of two at one place, the first comes first. */
export const applyEdits = (text: string, edits: ReadonlyArray<Edit>): string => {
  const sorted = edits.toSorted((one, other) => one.start - other.start || one.end - other.end)
  let at = 0
  let result = ""
  for (const edit of sorted) {
    result += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return result + text.slice(at)
}
