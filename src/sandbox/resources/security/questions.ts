/**
 * Filters and sorts rows in memory by the parameters of a query. An invalid value is refused under the name of its
 * parameter, with Django's messages. That the service does the same is an assumption.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Answer } from "../../gateway/exchange.js"
import { badFields } from "../../gateway/refusals.js"
import { utcTime } from "../../tenant/time.js"

/** The parameters of a listing. */
export interface Questions<Row> {
  /** Parameters with values separated by commas. A row must have one of the values; case is ignored. */
  readonly values?: Readonly<Record<string, (row: Row) => string | ReadonlyArray<string>>> | undefined
  /** The allowed values, if they are known. */
  readonly choices?: Readonly<Record<string, ReadonlyArray<string>>> | undefined
  /** Parameters that match a part of a text; case is ignored. */
  readonly parts?: Readonly<Record<string, (row: Row) => ReadonlyArray<string>>> | undefined
  /** Parameters that filter by time. */
  readonly times?: {
    readonly at: (row: Row) => string
    readonly from?: string | undefined
    readonly to?: string | undefined
    /** The parameter for a number of days up to now. */
    readonly days?: string | undefined
    /** The parameter for a single day. */
    readonly on?: string | undefined
  }
  /** The columns for `sort_by`. A `-` before a column reverses the order. */
  readonly orders: Readonly<Record<string, (row: Row) => string | number>>
}

const day = 86_400_000

const wordsOf = (text: string): ReadonlyArray<string> =>
  text
    .toLowerCase()
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")

type Fits<Row> = (row: Row) => boolean

/** Reads the time parameters. For a day without a time, it is the first or the last moment of the day. */
const readTimes = <Row>(
  query: URLSearchParams,
  times: NonNullable<Questions<Row>["times"]>
): Effect.Effect<Fits<Row>, Answer> =>
  Effect.gen(function* () {
    const textOf = (name: string | undefined) => (name === undefined ? "" : (query.get(name) ?? ""))
    let [from, to] = [-Infinity, Infinity]
    const read = function* (name: string | undefined, set: (millis: number, isDay: boolean) => void) {
      const text = textOf(name)
      if (name === undefined || text === "") return
      const millis = utcTime(text)
      if (Number.isNaN(millis)) return yield* badFields({ [name]: ["Enter a valid date/time."] })
      set(millis, /^\d{4}-\d\d-\d\d$/.test(text))
    }
    yield* read(times.from, (millis) => (from = Math.max(from, millis)))
    yield* read(times.to, (millis, isDay) => (to = Math.min(to, isDay ? millis + day - 1 : millis)))
    yield* read(times.on, (millis) => {
      from = Math.max(from, Math.floor(millis / day) * day)
      to = Math.min(to, Math.floor(millis / day) * day + day - 1)
    })
    const days = textOf(times.days)
    if (times.days !== undefined && days !== "") {
      if (!/^[1-9]\d*$/.test(days)) return yield* badFields({ [times.days]: ["A valid integer is required."] })
      from = Math.max(from, (yield* Clock.currentTimeMillis) - Number(days) * day)
    }
    return (row) => {
      const at = utcTime(times.at(row))
      return at >= from && at <= to
    }
  })

/** Reads a query. Returns a function that filters and sorts rows. */
export const readQuestions = <Row>(
  query: URLSearchParams,
  { choices = {}, orders, parts = {}, times, values = {} }: Questions<Row>
): Effect.Effect<(rows: ReadonlyArray<Row>) => ReadonlyArray<Row>, Answer> =>
  Effect.gen(function* () {
    const all: Array<Fits<Row>> = []
    for (const [name, valueOf] of Object.entries(values)) {
      const wanted = wordsOf(query.get(name) ?? "")
      const stranger = wanted.find((word) => choices[name]?.includes(word) === false)
      if (stranger !== undefined) return yield* badFields({ [name]: [`"${stranger}" is not a valid choice.`] })
      if (wanted.length > 0) all.push((row) => [valueOf(row)].flat().some((one) => wanted.includes(one.toLowerCase())))
    }
    for (const [name, textsOf] of Object.entries(parts)) {
      const part = (query.get(name) ?? "").toLowerCase()
      if (part !== "") all.push((row) => textsOf(row).some((text) => text.toLowerCase().includes(part)))
    }
    if (times !== undefined) all.push(yield* readTimes(query, times))
    const order = query.get("sort_by") ?? ""
    const column = order.replace(/^-/, "")
    const keyOf = Object.entries(orders).find(([name]) => name === column)?.[1]
    if (order !== "" && keyOf === undefined) {
      return yield* badFields({ sort_by: [`"${order}" is not a valid choice.`] })
    }
    const sign = order.startsWith("-") ? -1 : 1
    return (rows) => {
      const found = rows.filter((row) => all.every((fits) => fits(row)))
      if (keyOf === undefined) return found
      return found.toSorted((one, other) => {
        const [left, right] = [keyOf(one), keyOf(other)]
        return left < right ? -sign : left > right ? sign : 0
      })
    }
  })
