/**
 * The filter of a Prism query: JSON with operators for each column. A row must meet all of them.
 */
import * as Effect from "effect/Effect"
import { isRecord } from "../../gateway/body.js"
import type { Answer } from "../../gateway/exchange.js"
import { badDetail } from "../../gateway/refusals.js"
import { utcTime } from "../../tenant/time.js"

type Row = Readonly<Record<string, unknown>>
type Holds = (value: unknown, wanted: unknown) => boolean

const listOf = (wanted: unknown): ReadonlyArray<unknown> => (Array.isArray(wanted) ? wanted : [wanted])

/** A list matches if one of its values does. */
const isIn: Holds = (value, wanted) => listOf(value).some((one) => listOf(wanted).includes(one))

const isLike: Holds = (value, wanted) =>
  listOf(value).some(
    (text) =>
      typeof text === "string" &&
      listOf(wanted).some((part) => typeof part === "string" && text.toLowerCase().includes(part.toLowerCase()))
  )

/** A condition on the distance between two dates. */
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
  // The vendor has no example. Here it is a list of conditions, and one of them must be met.
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
 * Reads a filter. Fails if it is invalid, or if it contains an unknown column and the columns are known. The messages
 * are assumptions.
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
