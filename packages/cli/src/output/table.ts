/**
 * Tables that fit the width of a terminal.
 */
import { styleText } from "node:util"

const segments = new Intl.Segmenter()
const isWide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

/** How many columns of a terminal a text takes. */
export const widthOf = (text: string): number => {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of segments.segment(text)) width += isWide.test(segment) ? 2 : 1
  return width
}

/** Pads a text to a width. A longer text is cut and ends with `…`. */
export const fit = (text: string, width: number): string => {
  const own = widthOf(text)
  if (own <= width) return text + " ".repeat(width - own)
  let kept = ""
  let used = 0
  for (const { segment } of segments.segment(text)) {
    const more = widthOf(segment)
    if (used + more > width - 1) break
    kept += segment
    used += more
  }
  return `${kept}…${" ".repeat(Math.max(0, width - used - 1))}`
}

const gap = 2
const narrowest = 5

/**
 * The widths of the columns, from the widths of their cells. If the terminal is too narrow, the widest columns shrink
 * first. The first column does not shrink, because it identifies the row. If that is not enough, the last columns are
 * left out.
 */
export const widthsFor = (wanted: ReadonlyArray<number>, available: number): ReadonlyArray<number> => {
  const [first = 0, ...others] = wanted
  const kept = Math.min(first, Math.max(narrowest, available))
  const widths = [...others]
  const room = () => available - kept - gap * widths.length
  const least = () => widths.reduce((sum, width) => sum + Math.min(width, narrowest), 0)
  while (widths.length > 0 && least() > room()) widths.pop()
  const total = () => widths.reduce((sum, width) => sum + width, 0)
  while (total() > room()) {
    const widest = Math.max(...widths)
    widths[widths.indexOf(widest)] = widest - 1
  }
  return [kept, ...widths]
}

/** One line of a table. */
export const row = (cells: ReadonlyArray<string>, widths: ReadonlyArray<number>): string =>
  widths
    .map((width, index) => fit(cells[index] ?? "", width))
    .join(" ".repeat(gap))
    .trimEnd()

/** The header line. */
export const heading = (names: ReadonlyArray<string>, widths: ReadonlyArray<number>, color: boolean): string => {
  const line = row(names, widths)
  return color ? styleText("bold", line, { validateStream: false }) : line
}
