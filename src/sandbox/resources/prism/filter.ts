/**
 * The filter of a Prism query: JSON, with operators for each column. All of them must hold.
 */
import * as Effect from "effect/Effect"
import { isRecord } from "../../gateway/body.js"
import type { Answer } from "../../gateway/exchange.js"
import { badDetail } from "../../gateway/refusals.js"
import { utcTime } from "../../tenant/time.js"

type Row = Readonly<Record<string, unknown>>
type Holds = (value: unknown, wanted: unknown) => boolean

const listOf = (wanted: unknown): ReadonlyArray<unknown> => (Array.isArray(wanted) ? wanted : [wanted])

/** A value that is a list fits if one of it does. */
const isIn: Holds = (value, wanted) => listOf(value).some((one) => listOf(wanted).includes(one))

const isLike: Holds = (value, wanted) =>
  listOf(value).some(
    (text) =>
      typeof text === "string" &&
      listOf(wanted).some((part) => typeof part === "string" && text.toLowerCase().includes(part.toLowerCase()))
  )

/** Whether the order of two dates is right. */
const dated =
  (fits: (distance: number) => boolean): Holds =>
  (value, wanted) =>
    fits(utcTime(String(value)) - utcTime(String(wanted)))

const operators: Readonly<Record<string, Holds>> = {
  eq: (value, wanted) => value === wanted,
  in: isIn,
  not_in: (value, wanted) => !isIn(value, wanted),
  like: isLike,
  not_like: (value, wanted) => !isLike(value, wanted),
  lt: dated((distance) => distance < 0),
  gt: dated((distance) => distance > 0),
  lte: dated((distance) => distance <= 0),
  gte: dated((distance) => distance >= 0),
  // The vendor shows no example: here, a list of conditions of which one must hold.
  or: (value, wanted) => listOf(wanted).some((condition) => holds(value, condition))
}

const holds: Holds = (value, condition) =>
  isRecord(condition) && Object.entries(condition).every(([name, wanted]) => operators[name]?.(value, wanted) ?? false)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Whether a row fits a filter. One that cannot be read is refused, and one that names a column beside those that there
 * are, where they are known; the words are an assumption.
 */
export const readFilter = (
  text: string,
  columns?: ReadonlyArray<string>
): Effect.Effect<(row: Row) => boolean, Answer> =>
  Effect.suspend(() => {
    const filter = text === "" ? {} : parse(text)
    if (!isRecord(filter)) return badDetail("Invalid filter.")
    for (const [column, condition] of Object.entries(filter)) {
      const isKnown =
        columns?.includes(column) !== false &&
        isRecord(condition) &&
        Object.keys(condition).every((name) => Object.hasOwn(operators, name))
      if (!isKnown) return badDetail("Invalid filter.")
    }
    return Effect.succeed((row: Row) =>
      Object.entries(filter).every(([column, condition]) => holds(row[column], condition))
    )
  })
