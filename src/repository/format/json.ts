/**
 * Reads and writes `info.json`. Comments and trailing commas are not allowed.
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { parseTree, printParseErrorCode, type Node as JsonNode, type ParseError } from "jsonc-parser"
import {
  problemAt,
  sortedKeys,
  withoutNulls,
  type Node,
  type Part,
  type Problem,
  type Record,
  type Source,
  type Style,
  type Value
} from "./tree.js"

/** Reads the text of a file. */
export const readJson = (text: string, newline: string): Either.Either<Source, ReadonlyArray<Problem>> => {
  const errors: Array<ParseError> = []
  const tree = parseTree(text, errors, { disallowComments: true })
  const [error] = errors
  if (error !== undefined || tree === undefined) {
    const what = error === undefined ? "" : `: ${words(printParseErrorCode(error.error))}`
    return Either.left([problemAt(text, error?.offset ?? 0, `it is not valid JSON${what}`)])
  }
  const isTight = /":\S/.test(text) && !/":\s/.test(text)
  const isAscii = !/[^\0-\x7f]/.test(text)
  const unit = /^\s*\{[^\S\n]*\n([ \t]+)"/.exec(text)?.[1] ?? "  "
  const textOf = (value: Value, { indent, inline }: Style): string => {
    const json = stringify(value, inline && isTight ? "" : unit)
    const text = inline ? json.replace(/,\n\s*/g, ", ").replace(/\n\s*/g, "") : json.replaceAll("\n", newline + indent)
    return isAscii ? ascii(text) : text
  }
  return Either.right({
    root: nodeOf(text, tree),
    syntax: {
      text,
      newline,
      separator: ",",
      gap: isTight ? "" : " ",
      trailing: /[ \t]*/y,
      part: (key, value, style) =>
        (key === undefined ? "" : textOf(key, style) + (isTight ? ":" : ": ")) + textOf(value, style),
      replace: (node, value, style) => [{ start: node.start, end: node.end, text: textOf(value, style) }]
    }
  })
}

/** A new file as Python's `json.dump` writes it with `indent=2`: in ASCII, without a final line end. */
export const renderJson = (record: Record, order: ReadonlyArray<string>): string =>
  ascii(stringify(Object.fromEntries(sortedKeys(record, order).map((key) => [key, record[key] ?? null])), "  "))

const stringify = (value: Value, unit: string): string => {
  const plain = (_: string, value: Value): Value => (value instanceof Uint8Array ? Encoding.encodeBase64(value) : value)
  return JSON.stringify(value, plain, unit)
}

const ascii = (json: string): string =>
  json.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** Turns `CommaExpected` into "comma expected". */
const words = (code: string): string => code.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim()

const nodeOf = (text: string, tree: JsonNode): Node => {
  const parts = (tree.children ?? []).map((child, index): Part => {
    const [key, value] = tree.type === "object" ? (child.children ?? []) : [undefined, child]
    const end = child.offset + child.length
    const comma = /\s*,/y
    comma.lastIndex = end
    return {
      key: key === undefined ? index : String(key.value),
      start: child.offset,
      end,
      comma: comma.test(text) ? comma.lastIndex - 1 : undefined,
      indicator: undefined,
      node: nodeOf(text, value ?? child)
    }
  })
  return {
    kind: tree.type === "object" ? "mapping" : tree.type === "array" ? "list" : "scalar",
    layout: "delimited",
    start: tree.offset,
    end: tree.offset + tree.length,
    value:
      tree.type === "object"
        ? withoutNulls(Object.fromEntries(parts.map(({ key, node }) => [key, node.value])))
        : tree.type === "array"
          ? parts.map(({ node }) => node.value)
          : tree.value,
    parts
  }
}
