/**
 * The values of an info file with their places in the text, and the edits that change them.
 */

/** A value of an info file. `null` means absent and is only kept in lists. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Date
  | Uint8Array
  | ReadonlyArray<Value>
  | { readonly [key: string]: Value }

/** The keys and values at the root of an info file. */
export interface Record {
  readonly [key: string]: Value
}

/** A problem of an info file. The line is counted from 1. */
export interface Problem {
  readonly message: string
  readonly line?: number
  readonly key?: string
}

/** A value and its place in the text; `end` is exclusive. */
export interface Node {
  readonly kind: "mapping" | "list" | "scalar"
  /** Whether brackets or tags enclose the parts, or only their indentation groups them. */
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
  /** The start of the key, or of the dash before a list item. */
  readonly start: number
  readonly end: number
  /** The place of the comma after the part. */
  readonly comma: number | undefined
  /** The end of the colon after the key, or of the dash before the item. */
  readonly indicator: number | undefined
  readonly node: Node
}

/** How a new part is written. */
export interface Style {
  /** The blanks before each line except the first. */
  readonly indent: string
  /** Whether the part is on one line with other parts. */
  readonly inline: boolean
  readonly layout: Node["layout"]
}

/** Replaces the text from `start` up to `end`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The rules of a format for writing into one file. */
export interface Syntax {
  readonly text: string
  readonly newline: string
  /** The text between delimited parts. */
  readonly separator: "," | ""
  /** The text after the separator if the next part is on the same line. */
  readonly gap: string
  /** A sticky expression for the blanks and the comment that may end a line. */
  readonly trailing: RegExp
  /** A part as text. `key` is `undefined` for a list item. */
  readonly part: (key: string | undefined, value: Value, style: Style) => string
  /** Replaces the whole value of a node. `part` is `undefined` at the root. */
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

/** The keys of a record: first those in `order`, then all others in their own order. */
export const sortedKeys = (record: Record, order: ReadonlyArray<string>): ReadonlyArray<string> => {
  const keys = Object.keys(record)
  return [...order.filter((key) => keys.includes(key)), ...keys.filter((key) => !order.includes(key))]
}

/** Whether two values are equal. The order of keys does not matter. */
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

/** A problem with the line of an offset. */
export const problemAt = (text: string, offset: number, message: string, key?: string): Problem => ({
  message,
  line: lineAt(text, offset),
  ...(key === undefined ? {} : { key })
})

/** The line of an offset; the first is 1. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length

/** A problem for each key that appears twice in a mapping, at its second place. */
export const duplicates = (text: string, node: Node): ReadonlyArray<Problem> => {
  const seen = new Set<string | number>()
  return node.parts.flatMap((part) => {
    const isNew = !seen.has(part.key)
    seen.add(part.key)
    const here = isNew
      ? []
      : [problemAt(text, part.start, `the key ${String(part.key)} appears twice`, String(part.key))]
    return [...here, ...duplicates(text, part.node)]
  })
}

/** The part at a path; `undefined` if there is none. */
export const partAt = (node: Node, path: ReadonlyArray<string | number>): Part | undefined => {
  const [key, ...rest] = path
  const part = node.parts.find((part) => part.key === key)
  return part === undefined || rest.length === 0 ? part : partAt(part.node, rest)
}

/** The end of the line that contains `offset`, before its line break. */
export const lineEnd = (text: string, offset: number): number => {
  const newline = text.indexOf("\n", offset)
  if (newline === -1) return text.length
  return newline > offset && text[newline - 1] === "\r" ? newline - 1 : newline
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1

/** Whether only blanks are before an offset on its line. */
export const beginsLine = (text: string, offset: number): boolean =>
  /^[ \t]*$/.test(text.slice(lineStart(text, offset), offset))

/** The indentation of a part. For a part after the dash of a list, blanks up to its column. */
export const indentAt = (text: string, offset: number, layout: Node["layout"]): string => {
  const before = text.slice(lineStart(text, offset), offset)
  return layout === "indented" ? " ".repeat(before.length) : (/^[ \t]*/.exec(before)?.[0] ?? "")
}

/** The text after all edits. Edits at the same place are applied in their order. */
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
