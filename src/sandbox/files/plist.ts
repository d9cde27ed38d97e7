/**
 * Property lists as text: the values of a few keys of the outermost dictionary are replaced, and not a byte elsewhere.
 */

interface Element {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly kind: "open" | "close" | "empty"
}

const skipped: ReadonlyArray<readonly [string, string]> = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
  ["<!", ">"]
]

/** The tags of a document, in order. Comments, declarations and CDATA sections are passed over. */
const tags = function* (text: string): Generator<Element> {
  let at = text.indexOf("<")
  while (at !== -1) {
    const skip = skipped.find(([opening]) => text.startsWith(opening, at))
    const end = text.indexOf(skip?.[1] ?? ">", at)
    if (end === -1) return
    const stop = end + (skip?.[1] ?? ">").length
    if (skip === undefined) {
      const inner = text.slice(at + 1, end).trim()
      yield {
        name: /^\/?([^\s/]*)/.exec(inner)?.[1] ?? "",
        start: at,
        end: stop,
        kind: inner.startsWith("/") ? "close" : inner.endsWith("/") ? "empty" : "open"
      }
    }
    at = text.indexOf("<", stop)
  }
}

/** A text as it stands in a property list. */
export const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

interface Span {
  readonly start: number
  readonly end: number
}

/** Where the values of the outermost dictionary lie, by key, and where that dictionary ends. */
const outline = (text: string): { readonly values: ReadonlyMap<string, Span>; readonly end: number } | undefined => {
  const values = new Map<string, Span>()
  const open: Array<Element> = []
  let key: string | undefined
  for (const tag of tags(text)) {
    if (tag.kind === "close") {
      const opened = open.pop()
      if (opened?.name !== tag.name) return undefined
      if (open.length === 1 && tag.name === "dict") return { values, end: tag.start }
      if (open.length !== 2) continue
      if (tag.name === "key") {
        key = text.slice(opened.end, tag.start).trim()
      } else if (key !== undefined) {
        if (!values.has(key)) values.set(key, { start: opened.start, end: tag.end })
        key = undefined
      }
      continue
    }
    if (open.length === 0 && tag.name !== "plist") return undefined
    if (open.length === 1 && tag.name !== "dict") return undefined
    if (tag.kind === "open") {
      open.push(tag)
    } else if (open.length === 2 && key !== undefined) {
      if (!values.has(key)) values.set(key, { start: tag.start, end: tag.end })
      key = undefined
    }
  }
  return undefined
}

/** The elements at the keys of the outermost dictionary, as they are written. Nothing when the text is no property list. */
export const elements = (text: string): ReadonlyMap<string, string> | undefined => {
  const found = outline(text)
  return found && new Map([...found.values].map(([key, { end, start }]) => [key, text.slice(start, end)]))
}

/**
 * The same property list with other texts at some keys of its outermost dictionary; a key that is not there is added at
 * its end. Nothing when the text is no XML property list with a dictionary in it.
 */
export const rewrite = (text: string, changes: Readonly<Record<string, string>>): string | undefined => {
  const found = outline(text)
  if (found === undefined) return undefined
  const edits = Object.entries(changes).map(([key, value]) => {
    const span = found.values.get(key)
    const element = `<string>${escaped(value)}</string>`
    return span === undefined
      ? { start: found.end, end: found.end, replacement: `\t<key>${escaped(key)}</key>\n\t${element}\n` }
      : { ...span, replacement: element }
  })
  return edits
    .sort((one, other) => other.start - one.start)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.replacement + result.slice(edit.end), text)
}
