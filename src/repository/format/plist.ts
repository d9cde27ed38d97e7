/**
 * Reads and writes `info.plist`. A binary file is written as XML when it changes.
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { SaxesParser } from "saxes"
import { isDictionary, parsePlist, parsePlistText, type Plist } from "../../plist/Plist.js"
import {
  beginsLine,
  isList,
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

/** Whether the bytes are a property list in the binary form. */
export const isBinaryPlist = (bytes: Uint8Array): boolean =>
  new TextDecoder("latin1").decode(bytes.subarray(0, 6)) === "bplist"

/** The value of a binary property list. Problems have no line. */
export const readBinaryPlist = (bytes: Uint8Array): Either.Either<Value, ReadonlyArray<Problem>> =>
  Either.mapBoth(parsePlist(bytes), { onLeft: (message) => [{ message }], onRight: valueOf })

/** Reads the text of an XML property list. */
export const readXmlPlist = (text: string, newline: string): Either.Either<Source, ReadonlyArray<Problem>> => {
  const encoding = /^<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]+)["']/.exec(text)?.[1] ?? "utf-8"
  if (!/^(?:utf-8|us-ascii)$/i.test(encoding)) {
    return Either.left([{ message: `its encoding is ${encoding}: save it as UTF-8`, line: 1 }])
  }
  return Either.mapBoth(parsePlistText(text), {
    onLeft: (problem) => {
      const [, line, message] = /^line (\d+), column \d+: ([^]*)$/.exec(problem) ?? []
      return [line === undefined ? { message: problem } : { message: message ?? problem, line: Number(line) }]
    },
    onRight: (value) => {
      const root = nodeOf(elementOf(text), value)
      const unit = unitOf(text, root)
      const textOf = (lines: ReadonlyArray<string>, { indent, inline }: Style) =>
        lines.map((line) => line.replaceAll("\n", newline)).join(inline ? "" : newline + indent)
      return {
        root,
        syntax: {
          text,
          newline,
          separator: "",
          gap: "",
          trailing: /[ \t]*(?:<!--(?:(?!-->)[^\n])*-->[ \t]*)?/y,
          part: (key, value, style) =>
            textOf([...(key === undefined ? [] : [leaf("key", key)]), ...linesOf(value, unit, 0)], style),
          replace: ({ start, end }, value, style) => [{ start, end, text: textOf(linesOf(value, unit, 0), style) }]
        }
      }
    }
  })
}

/** A new file as Python's `plistlib` writes it, but indented by 4 blanks in place of a tab. */
export const renderPlist = (record: Record, order: ReadonlyArray<string>): string =>
  [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`,
    `<plist version="1.0">`,
    ...linesOf(record, "    ", 0, order),
    "</plist>",
    ""
  ].join("\n")

/**
 * A value as lines of XML, indented below the first one. `null` has no lines, since property lists cannot express it.
 */
const linesOf = (value: Value, unit: string, level: number, order: ReadonlyArray<string> = []): Array<string> => {
  if (value === null) return []
  if (typeof value === "string") return [leaf("string", value)]
  if (typeof value === "boolean") return [value ? "<true/>" : "<false/>"]
  if (typeof value === "number") {
    return [Number.isSafeInteger(value) ? `<integer>${value}</integer>` : `<real>${value}</real>`]
  }
  if (value instanceof Date) return [`<date>${value.toISOString().replace(/\.\d+Z$/, "Z")}</date>`]
  if (value instanceof Uint8Array) {
    // The same line width as plistlib, which counts 8 columns for a level.
    const width = Math.floor(Math.max(16, 76 - 8 * level) / 4) * 4
    return ["<data>", ...(Encoding.encodeBase64(value).match(new RegExp(`.{1,${width}}`, "g")) ?? []), "</data>"]
  }
  const inner = isList(value)
    ? value.flatMap((item) => linesOf(item, unit, level + 1))
    : sortedKeys(value, order).flatMap((key) => [leaf("key", key), ...linesOf(value[key] ?? null, unit, level + 1)])
  const tag = isList(value) ? "array" : "dict"
  return inner.length === 0 ? [`<${tag}/>`] : [`<${tag}>`, ...inner.map((line) => unit + line), `</${tag}>`]
}

const leaf = (tag: string, text: string): string => `<${tag}>${escapeXml(text)}</${tag}>`

/** XML does not allow control characters. A bare CR is escaped, since readers turn it into a line end. */
const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;")
    // oxlint-disable-next-line no-control-regex
    .replace(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g, "\ufffd")

/** The indentation of the first key relative to its dictionary. */
const unitOf = (text: string, root: Node): string => {
  const [first] = root.parts
  if (first === undefined || !beginsLine(text, first.start)) return "    "
  const blanks = (offset: number) => /[ \t]*$/.exec(text.slice(0, offset))?.[0] ?? ""
  const [outer, inner] = [beginsLine(text, root.start) ? blanks(root.start) : "", blanks(first.start)]
  return inner.startsWith(outer) && inner.length > outer.length ? inner.slice(outer.length) : "    "
}

const valueOf = (plist: Plist): Value => {
  if (typeof plist === "bigint") return Number(plist)
  if (isDictionary(plist)) return Object.fromEntries([...plist].map(([key, value]) => [key, valueOf(value)]))
  return isItems(plist) ? plist.map(valueOf) : plist
}

const isItems = (plist: Plist): plist is ReadonlyArray<Plist> => Array.isArray(plist)

interface Element {
  readonly tag: string
  readonly start: number
  end: number
  text: string
  readonly children: Array<Element>
}

/** The element of the root value, for text that is known to be a property list. */
const elementOf = (text: string): Element => {
  const parser = new SaxesParser()
  const document: Element = { tag: "", start: 0, end: text.length, text: "", children: [] }
  const open = [document]
  const append = (text: string) => {
    const element = open.at(-1)
    if (element?.tag === "key") element.text += text
  }
  parser.on("text", append)
  parser.on("cdata", append)
  parser.on("opentag", ({ name }) => {
    const start = text.lastIndexOf("<", parser.position - 1)
    const element: Element = { tag: name, start, end: start, text: "", children: [] }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on("closetag", () => {
    const element = open.pop()
    if (element !== undefined) element.end = parser.position
  })
  parser.write(text).close()
  return document.children[0]?.children[0] ?? document
}

const nodeOf = (element: Element, plist: Plist): Node => {
  const { start, end, tag, children } = element
  const parts: Array<Part> = []
  const add = (key: string | number, first: Element, element: Element, value: Plist | undefined) => {
    if (value === undefined) return
    const node = nodeOf(element, value)
    parts.push({ key, start: first.start, end: element.end, comma: undefined, indicator: undefined, node })
  }
  if (isDictionary(plist)) {
    for (const [index, key] of children.entries()) {
      const value = children[index + 1]
      if (key.tag === "key" && value !== undefined) add(key.text, key, value, plist.get(key.text))
    }
  } else if (isItems(plist)) {
    for (const [index, child] of children.entries()) add(index, child, child, plist[index])
  }
  const kind = tag === "dict" ? "mapping" : tag === "array" ? "list" : "scalar"
  return { kind, layout: "delimited", start, end, value: withoutNulls(valueOf(plist)), parts }
}
