/**
 * The edits that change the values in the text of a file. The text of unchanged values stays the same.
 */
import {
  beginsLine,
  indentAt,
  isList,
  isRecord,
  isSame,
  lineEnd,
  type Edit,
  type Node,
  type Part,
  type Record,
  type Source,
  type Style,
  type Syntax,
  type Value
} from "./tree.js"

/**
 * The edits that change a file's values to `next`, which has no `null` keys. New keys are placed according to `order`.
 */
export const changes = ({ root, syntax }: Source, next: Record, order: ReadonlyArray<string>): ReadonlyArray<Edit> =>
  nodeChanges(syntax, root, next, order, undefined, { indent: "", inline: false, layout: "indented" })

type Step =
  | { readonly type: "keep"; readonly part: Part; readonly value: Value | undefined }
  | { readonly type: "remove"; readonly part: Part }
  | { readonly type: "insert"; readonly key: string | undefined; readonly value: Value }

const nodeChanges = (
  syntax: Syntax,
  node: Node,
  next: Value,
  order: ReadonlyArray<string>,
  part: Part | undefined,
  style: Style
): ReadonlyArray<Edit> => {
  if (isSame(node.value, next)) return []
  const steps =
    node.kind === "mapping" && isRecord(next)
      ? mappingSteps(node, next, order)
      : node.kind === "list" && isList(next)
        ? listSteps(node, next)
        : []
  const isEmptied = steps.every(({ type }) => type === "remove")
  // An element of a property list may become empty and keep the comments between its tags.
  const canBeEmpty = steps.length > 0 && node.layout === "delimited" && syntax.separator === ""
  return node.parts.length === 0 || (isEmptied && !canBeEmpty)
    ? syntax.replace(node, next, style, part)
    : stepChanges(syntax, node, steps)
}

/** A key with the value `null` counts as absent, and stays unless it gets a value. */
const mappingSteps = (node: Node, next: Record, order: ReadonlyArray<string>): ReadonlyArray<Step> => {
  const values = new Map(Object.entries(next))
  const steps = node.parts.map((part): Step => {
    const value = values.get(String(part.key))
    if (value !== undefined) return { type: "keep", part, value }
    return part.node.value === null ? { type: "keep", part, value: undefined } : { type: "remove", part }
  })
  const present = new Set(node.parts.map(({ key }) => key))
  const keys = [...order, ...Object.keys(next).filter((key) => !order.includes(key))]
  for (const [rank, key] of keys.entries()) {
    const value = values.get(key)
    if (present.has(key) || value === undefined) continue
    const ranks = steps.map((step) => keys.indexOf(String(step.type === "insert" ? step.key : step.part.key)))
    const before = ranks.findLastIndex((other) => other !== -1 && other < rank)
    const after = ranks.findIndex((other) => other > rank)
    const place = before !== -1 ? before + 1 : after !== -1 ? after : steps.length
    steps.splice(place, 0, { type: "insert", key, value })
  }
  return steps
}

/** Equal items at both ends of the list stay. The items between them are edited in order. */
const listSteps = (node: Node, next: ReadonlyArray<Value>): ReadonlyArray<Step> => {
  const { parts } = node
  const isKept = (part: number, item: number) => {
    const [old, value] = [parts[part], next[item]]
    return old !== undefined && value !== undefined && isSame(old.node.value, value)
  }
  const shorter = Math.min(parts.length, next.length)
  let head = 0
  while (head < shorter && isKept(head, head)) head++
  let tail = 0
  while (tail < shorter - head && isKept(parts.length - 1 - tail, next.length - 1 - tail)) tail++
  const middle = next.slice(head, next.length - tail)
  const steps = parts.map((part, index): Step => {
    if (index < head || index >= parts.length - tail) return { type: "keep", part, value: undefined }
    const value = middle[index - head]
    return value === undefined ? { type: "remove", part } : { type: "keep", part, value }
  })
  const added = middle.slice(parts.length - head - tail)
  steps.splice(parts.length - tail, 0, ...added.map((value): Step => ({ type: "insert", key: undefined, value })))
  return steps
}

const stepChanges = (syntax: Syntax, node: Node, steps: ReadonlyArray<Step>): ReadonlyArray<Edit> => {
  const edits: Array<Edit> = []
  const separator = node.layout === "delimited" ? syntax.separator : ""
  // If all parts are removed and new ones are added, the new parts replace the first one and keep its line and its
  // comment.
  const first = steps.find((step) => step.type === "remove")
  const isNew = steps.some(({ type }) => type === "insert") && !steps.some(({ type }) => type === "keep")
  const heir = isNew ? first?.part : undefined
  let previous: Part | undefined
  let pending: Array<string> = []

  for (const step of steps) {
    if (step.type === "insert") {
      const near = previous ?? heir ?? node.parts[0]
      pending.push(syntax.part(step.key, step.value, styleOf(syntax, node, near)))
    } else if (step.type === "remove") {
      if (step.part !== heir) edits.push(removal(syntax, step.part))
    } else {
      if (previous === undefined) edits.push(...insertBefore(syntax, node, step.part, pending, separator))
      else edits.push(...insertAfter(syntax, node, previous, pending, separator, false))
      pending = []
      if (step.value !== undefined) {
        const keys = isRecord(step.value) ? Object.keys(step.value) : []
        edits.push(
          ...nodeChanges(syntax, step.part.node, step.value, keys, step.part, styleOf(syntax, node, step.part))
        )
      }
      previous = step.part
    }
  }

  if (heir !== undefined) {
    const { indent, inline } = styleOf(syntax, node, heir)
    const between = separator + (inline ? syntax.gap : syntax.newline + indent)
    edits.push({ start: heir.start, end: heir.end, text: pending.join(between) }, ...withoutComma(node, heir))
  } else if (previous !== undefined) {
    if (pending.length > 0) edits.push(...insertAfter(syntax, node, previous, pending, separator, true))
    else edits.push(...withoutComma(node, previous))
  }
  return edits
}

/** Removes the comma after the new last part, unless the old last part had a comma too. */
const withoutComma = (node: Node, last: Part): ReadonlyArray<Edit> =>
  last.comma !== undefined && node.parts.at(-1)?.comma === undefined
    ? [{ start: last.comma, end: last.comma + 1, text: "" }]
    : []

const styleOf = ({ text }: Syntax, { layout }: Node, part: Part | undefined): Style => ({
  indent: part === undefined ? "" : indentAt(text, part.start, layout),
  inline: layout === "delimited" && part !== undefined && !beginsLine(text, part.start),
  layout
})

const insertBefore = (syntax: Syntax, node: Node, part: Part, texts: ReadonlyArray<string>, separator: string) => {
  const { indent, inline } = styleOf(syntax, node, part)
  const after = separator + (inline ? syntax.gap : syntax.newline + indent)
  return texts.map((text): Edit => ({ start: part.start, end: part.start, text: text + after }))
}

const insertAfter = (
  syntax: Syntax,
  node: Node,
  part: Part,
  texts: ReadonlyArray<string>,
  separator: string,
  isLast: boolean
): ReadonlyArray<Edit> => {
  if (texts.length === 0) return []
  const { indent, inline } = styleOf(syntax, node, part)
  const end = endOf(part)
  const rest = restOfLine(syntax, end)
  const place = inline ? end : (rest ?? end)
  const before = inline || rest === undefined ? syntax.gap : syntax.newline + indent
  const text = texts.map((text) => before + text).join(separator) + (isLast ? "" : separator)
  const comma = part.comma === undefined ? [{ start: part.end, end: part.end, text: separator }] : []
  return [...comma, { start: place, end: place, text }]
}

const endOf = (part: Part): number => (part.comma === undefined ? part.end : part.comma + 1)

/** The end of the line, if only blanks and a comment remain on it. */
const restOfLine = ({ text, trailing }: Syntax, offset: number): number | undefined => {
  const end = lineEnd(text, offset)
  trailing.lastIndex = offset
  return trailing.test(text) && trailing.lastIndex >= end ? end : undefined
}

/** Removes a part. Lines that contain nothing else are removed too, with the comment on the last line. */
export const removal = (syntax: Syntax, part: Part): Edit => {
  const { text } = syntax
  const end = endOf(part)
  const rest = restOfLine(syntax, end)
  const blanksBefore = /[ \t]*$/.exec(text.slice(0, part.start))?.[0].length ?? 0
  if (rest !== undefined && beginsLine(text, part.start)) {
    const start = part.start - blanksBefore
    // Removes the line end before the part, so that a file without a final line end stays without one.
    if (start > 0) return { start: text[start - 2] === "\r" ? start - 2 : start - 1, end: rest, text: "" }
    return { start, end: text.startsWith("\r\n", rest) ? rest + 2 : Math.min(rest + 1, text.length), text: "" }
  }
  if (part.comma === undefined || rest !== undefined) {
    return { start: part.start - blanksBefore, end: rest ?? end, text: "" }
  }
  return { start: part.start, end: end + (/^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0), text: "" }
}
