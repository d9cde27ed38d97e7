/**
 * Reads property lists in XML strictly: the XML must be well-formed and have only the elements of a property list.
 */
import * as Either from "effect/Either"
import { SaxesParser } from "saxes"

/** A value of a property list. */
export type PlistValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | ReadonlyArray<PlistValue>
  | ReadonlyMap<string, PlistValue>

/** The place of an element in its text. */
interface Span {
  readonly start: number
  readonly end: number
}

/** A property list with a dictionary in it. */
export interface Plist {
  readonly text: string
  readonly values: ReadonlyMap<string, PlistValue>
  /** The places of the dictionary's values. If a key appears twice, the first one counts. */
  readonly spans: ReadonlyMap<string, Span>
  readonly dictionary: Span
}

/** A text, escaped for a property list. */
export const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

class Malformed extends Error {}

const refuse = (problem: string): never => {
  throw new Malformed(problem)
}

interface Open {
  readonly name: string
  readonly start: number
  text: string
  /** The values in the element so far, and the keys of a dictionary. */
  readonly values: Array<PlistValue>
  readonly keys: Array<string>
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
const integer = /^([+-]?)(\d+|0x[0-9a-f]+)$/i
const real = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i

const integerOf = (text: string): number | bigint => {
  const [, sign, digits = ""] = integer.exec(text) ?? refuse("an integer is invalid")
  const value = BigInt(digits) * (sign === "-" ? -1n : 1n)
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

const realOf = (text: string): number => {
  if (!real.test(text)) refuse("a real number is invalid")
  if (/nan/i.test(text)) return Number.NaN
  return /inf/i.test(text) ? (text.startsWith("-") ? -Infinity : Infinity) : Number(text)
}

const dateOf = (text: string): Date =>
  date.test(text) && !Number.isNaN(Date.parse(text)) ? new Date(text) : refuse("a date is invalid")

const dataOf = (text: string): Uint8Array => {
  const digits = text.replace(/\s/g, "")
  return base64.test(digits) ? Buffer.from(digits, "base64") : refuse("data is not base64")
}

const dictionaryOf = ({ keys, values }: Open): ReadonlyMap<string, PlistValue> => {
  if (keys.length !== values.length) refuse("a key has no value")
  const entries = new Map<string, PlistValue>()
  for (const [index, key] of keys.entries()) if (!entries.has(key)) entries.set(key, values[index] ?? "")
  return entries
}

const emptyOf = ({ name, text }: Open): boolean =>
  text.trim() === "" ? name === "true" : refuse(`${name} has content`)

/** How each element becomes a value. A `key` element is not a value, so it is missing here. */
const readers: Readonly<Record<string, (element: Open) => PlistValue>> = {
  array: ({ values }) => values,
  data: ({ text }) => dataOf(text),
  date: ({ text }) => dateOf(text.trim()),
  dict: dictionaryOf,
  false: emptyOf,
  integer: ({ text }) => integerOf(text.trim()),
  real: ({ text }) => realOf(text.trim()),
  string: ({ text }) => text,
  true: emptyOf
}

const containers: ReadonlyArray<string> = ["plist", "dict", "array"]

const read = (text: string): Plist => {
  const parser = new SaxesParser({ xmlns: false, position: true })
  const open: Array<Open> = []
  const spans = new Map<string, Span>()
  let dictionary: Span | undefined
  let root: PlistValue | undefined
  /** A tag contains no other `<`, so the last one before its end is its start. */
  const tagStart = () => text.lastIndexOf("<", parser.position - 1)

  parser.on("error", (error) => refuse(error.message))
  parser.on("opentagstart", ({ name }) => {
    const outer = open.at(-1)
    if (outer === undefined ? name !== "plist" : !containers.includes(outer.name)) refuse(`${name} is misplaced`)
    if (outer !== undefined) {
      const isKey = name === "key"
      if (!isKey && readers[name] === undefined) refuse(`${name} is not an element of a property list`)
      const expectsKey = outer.name === "dict" && outer.keys.length === outer.values.length
      if (isKey !== expectsKey) refuse(isKey ? "a key is misplaced" : "a value has no key")
      if (outer.name === "plist" && outer.values.length > 0) refuse("there are two values")
    }
    open.push({ name, start: tagStart(), text: "", values: [], keys: [] })
  })
  const onText = (piece: string) => {
    const element = open.at(-1)
    if (element === undefined) return
    if (containers.includes(element.name) && piece.trim() !== "") refuse("there is text between elements")
    element.text += piece
  }
  parser.on("text", onText)
  parser.on("cdata", onText)
  parser.on("closetag", ({ isSelfClosing }) => {
    const element = open.pop()
    if (element === undefined) return
    const outer = open.at(-1)
    if (outer === undefined) {
      root = element.values[0]
    } else if (element.name === "key") {
      outer.keys.push(element.text)
    } else {
      outer.values.push(readers[element.name]?.(element) ?? "")
      const span = { start: element.start, end: parser.position }
      const key = outer.keys.at(-1)
      if (open.length === 1) dictionary = isSelfClosing ? span : { ...span, end: tagStart() }
      if (open.length === 2 && key !== undefined && !spans.has(key)) spans.set(key, span)
    }
  })
  parser.write(text).close()
  return root instanceof Map && dictionary !== undefined
    ? { text, values: root, spans, dictionary }
    : refuse("it has no dictionary")
}

/** Parses a text; on the left, the message says what is wrong with it. */
export const parseXml = (text: string): Either.Either<Plist, string> =>
  Either.try({
    try: () => read(text),
    catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
  })

/**
 * Replaces the values of some keys of the dictionary and changes no other byte. A missing key is added at the end of the
 * dictionary.
 */
export const rewrite = ({ dictionary, spans, text }: Plist, changes: Readonly<Record<string, string>>): string => {
  const element = (value: string) => `<string>${escaped(value)}</string>`
  const added = Object.entries(changes)
    .filter(([key]) => !spans.has(key))
    .map(([key, value]) => `\t<key>${escaped(key)}</key>\n\t${element(value)}\n`)
    .join("")
  const isEmptyTag = text.slice(dictionary.start, dictionary.end).endsWith("/>") && spans.size === 0
  const replaced = Object.entries(changes).flatMap(([key, value]) => {
    const span = spans.get(key)
    return span === undefined ? [] : [{ ...span, replacement: element(value) }]
  })
  const edits = isEmptyTag
    ? [{ ...dictionary, replacement: `<dict>\n${added}</dict>` }]
    : [...replaced, { start: dictionary.end, end: dictionary.end, replacement: added }]
  return edits
    .sort((one, other) => other.start - one.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.replacement + result.slice(edit.end), text)
}
