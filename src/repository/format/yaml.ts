/**
 * Reads and writes `info.yaml` as YAML 1.2. Anchors, aliases, tags and merge keys are refused, since info files do not
 * need them.
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  Scalar,
  visit,
  type Pair,
  type ParsedNode
} from "yaml"
import { removal } from "./changes.js"
import {
  isList,
  isRecord,
  lineEnd,
  problemAt,
  sortedKeys,
  type Edit,
  type Node,
  type Part,
  type Problem,
  type Record,
  type Source,
  type Style,
  type Syntax,
  type Value
} from "./tree.js"

/** Reads the text of a file. */
export const readYaml = (text: string, newline: string): Either.Either<Source, ReadonlyArray<Problem>> => {
  const documents = parseAllDocuments(text, {
    version: "1.2",
    schema: "core",
    uniqueKeys: false,
    keepSourceTokens: true,
    prettyErrors: false,
    logLevel: "silent"
  })
  const [document, second] = Array.isArray(documents) ? documents : []
  if (document?.contents == null) return Either.left([{ message: "it is empty", line: 1 }])
  const problems = document.errors.map(({ message, pos }) =>
    problemAt(text, pos[0], `it is not valid YAML: ${message}`)
  )
  if (problems.length > 0) return Either.left(problems)
  if (second !== undefined) {
    const start = second.range[0]
    return Either.left([problemAt(text, start, "a second document starts here: a file may have only one")])
  }
  if (document.directives.yaml.explicit === true) {
    return Either.left([problemAt(text, text.search(/^%YAML/m), "%YAML directives are not supported: remove it")])
  }
  const refusals: Array<Problem> = []
  const root = nodeOf(document.contents, {
    text,
    refuse: (offset, message) => refusals.push(problemAt(text, offset, message))
  })
  if (refusals.length > 0) return Either.left(refusals)
  const syntax: Syntax = {
    text,
    newline,
    separator: ",",
    gap: " ",
    trailing: /[ \t]*(?:#[^\n]*)?/y,
    part: (key, value, style) => partText(key, value, style, newline),
    replace: (node, value, style, part) => replace(syntax, node, value, style, part)
  }
  return Either.right({ root, syntax })
}

/** A new file as `ruamel.yaml` writes it with the indentations 2, 4 and 2. */
export const renderYaml = (record: Record, order: ReadonlyArray<string>): string =>
  stringify(new Map(sortedKeys(record, order).map((key) => [key, plain(record[key] ?? null)]))) + "\n"

type Plain = string | number | boolean | null | ReadonlyArray<Plain> | ReadonlyMap<string, Plain>

/** The value in the types of YAML 1.2, which has no dates and no bytes. */
const plain = (value: Value): Plain => {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Encoding.encodeBase64(value)
  if (isList(value)) return value.map(plain)
  if (isRecord(value)) return new Map(Object.entries(value).map(([key, value]) => [key, plain(value)]))
  return value
}

/** Line ends of YAML 1.1, the byte order mark and control characters. They are escaped. */
const invisible = /[\x7f-\x9f\u2028\u2029\ufeff]/g
const isEscaped = (text: string) => /[\n\r\t\x7f-\x9f\u2028\u2029\ufeff]/.test(text)

/** Texts that `compat` does not quote but that `ruamel.yaml` would read as another value. */
const isQuoted = (text: string, isFlow: boolean) =>
  /^(?:(?:<<|=)$|---|\.\.\.)/.test(text) || (isFlow && /^[:?]/.test(text))

/** Quotes text that a YAML 1.1 reader would take for another type. A string is always on one line. */
const stringify = (value: Plain, options: { readonly flow?: boolean; readonly quote?: string } = {}): string => {
  const document = new Document(value, { version: "1.2", compat: "yaml-1.1" })
  visit(document, {
    Scalar: (key, scalar) => {
      if (typeof scalar.value !== "string") return
      const quote = key === "key" ? undefined : options.quote
      if (isEscaped(scalar.value) || quote === '"') scalar.type = Scalar.QUOTE_DOUBLE
      else if (isQuoted(scalar.value, options.flow === true) || quote === "'") scalar.type = Scalar.QUOTE_SINGLE
    },
    Collection: (_, collection) => {
      if (options.flow === true) collection.flow = true
    }
  })
  const text = document.toString({
    lineWidth: 0,
    singleQuote: true,
    flowCollectionPadding: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER
  })
  return text.replace(/\n$/, "").replace(invisible, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
}

const partText = (key: string | undefined, value: Value, { indent, layout }: Style, newline: string): string => {
  const whole = key === undefined ? [plain(value)] : new Map([[key, plain(value)]])
  const text = stringify(whole, { flow: layout === "delimited" })
  return layout === "delimited" ? text.slice(1, -1) : text.replaceAll("\n", newline + indent)
}

/** A value on one line, for the place after a colon or a dash. A string keeps the quotes that it had there. */
const inlineText = (value: Value, layout: Node["layout"], quote?: string): string => {
  const isInside = layout === "delimited"
  const isWhole = isList(value) || isRecord(value)
  const options = { flow: isInside || isWhole, ...(quote === undefined ? {} : { quote }) }
  if (isWhole) return stringify(plain(value), options)
  return isInside
    ? stringify([plain(value)], options).slice(1, -1)
    : stringify(new Map([["k", plain(value)]]), options).slice(3)
}

const replace = (
  syntax: Syntax,
  node: Node,
  value: Value,
  { layout }: Style,
  part: Part | undefined
): ReadonlyArray<Edit> => {
  const { text } = syntax
  const written = inlineText(value, layout, /^["']/.exec(text.slice(node.start, node.end))?.[0])
  if (node.layout === "indented") {
    const [first, ...others] = node.parts
    const removed = others.map((other) => removal(syntax, other))
    if (part?.indicator === undefined) {
      // The root has no indicator: the new value takes the place of the first key.
      return [{ start: node.start, end: first?.end ?? node.end, text: written }, ...removed]
    }
    const start = part.indicator
    const edits = first === undefined ? [] : [removal(syntax, first), ...removed]
    return [{ start, end: start, text: ` ${written}` }, ...edits]
  }
  if (node.start < node.end || part === undefined) return [{ start: node.start, end: node.end, text: written }]
  const start = part.indicator ?? part.end
  return [{ start, end: start, text: part.indicator === undefined ? `: ${written}` : ` ${written}` }]
}

interface Reading {
  readonly text: string
  readonly refuse: (offset: number, message: string) => void
}

const nodeOf = (node: ParsedNode, reading: Reading): Node => {
  const { text, refuse } = reading
  const [start] = node.range
  if (isAlias(node)) refuse(start, "aliases (*) are not supported: write the value itself")
  else if (node.anchor !== undefined) refuse(start, "anchors (&) are not supported: remove it")
  if (node.tag !== undefined) refuse(start, "tags (!) are not supported: remove it")

  if (isMap(node)) {
    const parts = node.items.flatMap((pair) => entryOf(pair, reading))
    const present = parts.filter(({ node }) => node.value !== null)
    const value = Object.fromEntries(present.map(({ key, node }) => [key, node.value]))
    // `[a: 1]` contains a mapping without braces. No further key can be added to it.
    const isBare = node.flow === true && text[start] !== "{"
    return { ...placeOf(text, node, parts), kind: "mapping", value, parts: isBare ? [] : parts }
  }
  if (isSeq(node)) {
    const parts = node.items.map((item, index): Part => {
      const source = node.srcToken?.items[index]?.start.find(({ type }) => type === "seq-item-ind")
      return partOf(index, source?.offset ?? item.range[0], source && source.offset + 1, item, reading)
    })
    return { ...placeOf(text, node, parts), kind: "list", value: parts.map(({ node }) => node.value), parts }
  }
  return { ...placeOf(text, node, []), kind: "scalar", value: isScalar(node) ? scalarOf(node.value) : null, parts: [] }
}

const placeOf = (text: string, node: ParsedNode, parts: ReadonlyArray<Part>) => {
  const [start, end] = node.range
  if (isCollection(node) && node.flow !== true) {
    return { layout: "indented" as const, start: parts[0]?.start ?? start, end: parts.at(-1)?.end ?? end }
  }
  // The line break after the text of a `|` or `>` belongs to the line, not to the value.
  const isBlock = isScalar(node) && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED)
  const isWithLineEnd = isBlock && text[end - 1] === "\n"
  return { layout: "delimited" as const, start, end: isWithLineEnd ? lineEnd(text, end - 1) : end }
}

const entryOf = (pair: Pair<ParsedNode, ParsedNode | null>, reading: Reading): ReadonlyArray<Part> => {
  const { key, value, srcToken } = pair
  const [start, end] = key.range
  const { refuse } = reading
  if (srcToken?.start.some(({ type }) => type === "explicit-key-ind") === true) {
    refuse(start, "keys after a question mark are not supported: write it as `key: value`")
  } else if (!isScalar(key) || key.anchor !== undefined || key.tag !== undefined) {
    refuse(start, "a key must be plain text")
  } else if (key.source === "<<" && key.type === Scalar.PLAIN) {
    refuse(start, "merge keys (<<) are not supported: write the keys themselves")
  } else {
    const colon = srcToken?.sep?.find(({ type }) => type === "map-value-ind")
    return [partOf(key.source ?? "", start, colon && colon.offset + 1, value ?? end, reading)]
  }
  return []
}

/** A part. If its value has no text, `value` is the place after the key. */
const partOf = (
  key: string | number,
  start: number,
  indicator: number | undefined,
  value: ParsedNode | number,
  reading: Reading
): Part => {
  const node =
    typeof value === "number" || (value.range[0] === value.range[1] && isScalar(value) && value.source === "")
      ? absent(indicator ?? (typeof value === "number" ? value : value.range[0]))
      : nodeOf(value, reading)
  const comma = /(?:\s|#[^\n]*\n)*,/y
  comma.lastIndex = node.end
  return {
    key,
    start,
    end: node.end,
    comma: comma.test(reading.text) ? comma.lastIndex - 1 : undefined,
    indicator,
    node
  }
}

const absent = (at: number): Node => ({
  kind: "scalar",
  layout: "delimited",
  start: at,
  end: at,
  value: null,
  parts: []
})

const scalarOf = (value: unknown): Value =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null
