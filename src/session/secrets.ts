/**
 * Removes secrets from answers, because a debug page, a proxy or a storage server may repeat the request, plain or
 * encoded.
 */
import * as Encoding from "effect/Encoding"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { FieldErrors } from "../errors/ApiClientError.js"

/** Returns the secrets in a value, at all levels of its objects and arrays. */
export const secretsIn = (value: unknown): ReadonlyArray<string> => {
  if (Redacted.isRedacted(value)) return [String(Redacted.value(value))]
  const isPlain =
    Array.isArray(value) || (Predicate.isObject(value) && Object.getPrototypeOf(value) === Object.prototype)
  return isPlain ? Object.values(value).flatMap(secretsIn) : []
}

/** The parts of a failure that can contain text of an answer. */
interface Said {
  readonly detail?: string | undefined
  readonly body?: string | undefined
  readonly fieldErrors?: FieldErrors | undefined
}

/**
 * Makes a function that replaces every secret in a text with `<redacted>`. It finds secrets in small letters or in
 * capitals, percent-encoded, escaped as in JSON or HTML, in hex, and in base64, even if the base64 is broken into lines
 * or encodes other text around the secret. Its run time is proportional to the length of the text.
 */
export const hiding = (secrets: ReadonlyArray<string>): ((text: string) => string) => {
  const forms = secrets.filter((secret) => secret !== "").flatMap(formsOf)
  return (text) => {
    const ranges: Array<Range> = []
    let view: View | undefined = { text: lowerCase(text), starts: undefined }
    for (let round = 0; view !== undefined && round < mostRounds; round++) {
      for (const form of forms) ranges.push(...rangesOf(form, view, text))
      view = unescaped(view)
    }
    return ranges.length === 0 ? text : without(text, ranges)
  }
}

/** A part of a text: the index of its first character, and the index after its last one. */
type Range = readonly [start: number, end: number]

/** A text without its escapes, and the index of each of its characters in the original text. */
interface View {
  readonly text: string
  /** `undefined` if the indexes in both texts are the same. */
  readonly starts: Uint32Array | undefined
}

/** One way to write a secret. */
interface Form {
  readonly text: string
  readonly isBase64: boolean
}

/**
 * Returns a secret as it is, in small letters and in capitals. A UUID is also returned without dashes, because many
 * programs write it so.
 */
const spellingsOf = (secret: string): ReadonlyArray<string> => {
  const cases = [secret, secret.toLowerCase(), secret.toUpperCase()]
  const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(secret)
  return [...new Set(isUuid ? [...cases, ...cases.map((text) => text.replaceAll("-", ""))] : cases)]
}

const formsOf = (secret: string): ReadonlyArray<Form> => {
  const spellings = spellingsOf(secret)
  const base64 = spellings.flatMap((spelling) =>
    [0, 1, 2].map((before) => {
      const size = utf8.encode(spelling).length
      const encoded = Encoding.encodeBase64(`${"x".repeat(before)}${spelling}`)
      return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + size) * 8) / 6))
    })
  )
  const urlSafe = base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))
  return [
    ...[...new Set(spellings.flatMap((text) => [text, Encoding.encodeHex(text)].map(lowerCase)))].map((text) => ({
      text,
      isBase64: false
    })),
    // In the base64 of a very short secret, hardly any character depends on the secret alone, so these forms are left
    // out.
    ...[...new Set([...base64, ...urlSafe])]
      .filter(({ length }) => length > 3)
      .map((text) => ({ text: lowerCase(text), isBase64: true }))
  ]
}

const utf8 = new TextEncoder()

/** Changes only ASCII letters, so that every character keeps its index. */
const lowerCase = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/**
 * Enough for a URL in a URL in JSON: the original text, and the text with one, two and three layers of escapes undone.
 */
const mostRounds = 4

/** Line breaks are also removed, because base64 may be broken into lines. */
const escapes =
  /%([0-9a-f]{2})|\\{1,4}(?:u00|x)([0-9a-f]{2})|\\(?=\/)|(?:\r|\\r)?(?:\n|\\n)|&#x0{0,4}([0-9a-f]{2});|&#0{0,4}(\d{2,3});/g

/** Undoes one layer of escapes. Returns `undefined` if there are no escapes. */
const unescaped = ({ starts, text }: View): View | undefined => {
  const matches = [...text.matchAll(escapes)]
  if (matches.length === 0) return undefined
  const undone = new Uint32Array(text.length + 1)
  let [written, read, result] = [0, 0, ""]
  const copy = (characters: string, end: number) => {
    for (let at = 0; at < characters.length; at++) undone[written++] = starts?.[read + at] ?? read + at
    result += characters
    read = end
  }
  for (const match of matches) {
    const [whole, percent, json, hexadecimal, decimal] = match
    copy(text.slice(read, match.index), match.index)
    const hex = percent ?? json ?? hexadecimal
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    copy(Number.isNaN(code) ? "" : lowerCase(String.fromCharCode(code)), match.index + whole.length)
  }
  copy(text.slice(read), text.length)
  undone[written] = starts?.[text.length] ?? text.length
  return { text: result, starts: undone }
}

/** Returns the places of a form in the original text. */
const rangesOf = ({ isBase64, text: form }: Form, { starts, text }: View, original: string): ReadonlyArray<Range> => {
  const ranges: Array<Range> = []
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
    const [start, end] = [starts?.[at] ?? at, starts?.[at + form.length] ?? at + form.length]
    // In base64, the characters before and after the form can hold some bits of the secret too.
    const isShared = (index: number) => isBase64 && /^[\w+/=-]$/.test(original[index] ?? "")
    ranges.push([isShared(start - 1) ? start - 1 : start, isShared(end) ? end + 1 : end])
  }
  return ranges
}

const without = (text: string, ranges: ReadonlyArray<Range>): string => {
  let result = ""
  let at = 0
  for (const [start, end] of ranges.toSorted(([one], [other]) => one - other)) {
    if (start >= at) result += `${text.slice(at, start)}<redacted>`
    at = Math.max(at, end)
  }
  return result + text.slice(at)
}

/** Hides the secrets in the texts of a failure. */
export const withoutSecrets = (secrets: ReadonlyArray<string>, { body, detail, fieldErrors }: Said): Said => {
  const hide = hiding(secrets)
  return {
    detail: detail && hide(detail),
    body: body && hide(body),
    fieldErrors:
      fieldErrors &&
      Object.fromEntries(Object.entries(fieldErrors).map(([field, messages]) => [hide(field), messages.map(hide)]))
  }
}
