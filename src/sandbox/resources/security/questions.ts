/**
 * What a query asks of a listing that is in memory: which rows, and in which order. What cannot be read is refused under
 * the name of its parameter, in Django's words; that the service does so too is an assumption.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Answer } from "../../gateway/exchange.js"
import { badFields } from "../../gateway/refusals.js"
import { utcTime } from "../../tenant/time.js"

/** What can be asked. */
export interface Questions<Row> {
  /** Parameters that name values, separated by commas: a row needs one of them, in any case. */
  readonly values?: Readonly<Record<string, (row: Row) => string | ReadonlyArray<string>>> | undefined
  /** The values that there are, where they are known. */
  readonly choices?: Readonly<Record<string, ReadonlyArray<string>>> | undefined
  /** Parameters that name a part of a text, in any case. */
  readonly parts?: Readonly<Record<string, (row: Row) => ReadonlyArray<string>>> | undefined
  /** Parameters that name a time, and which rows they leave. */
  readonly times?: {
    readonly at: (row: Row) => string
    readonly from?: string | undefined
    readonly to?: string | undefined
    /** So many days until now. */
    readonly days?: string | undefined
    /** One day. */
    readonly on?: string | undefined
  }
  /** What `sort_by` can name, with a `-` before it for the other direction. */
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

/** The times that a query asks for. A day alone is its first moment, or its last one. */
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

/** What a query leaves of rows. */
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
