/**
 * Formats values of the API: exactly for programs, readably for people.
 */
import * as Redacted from "effect/Redacted"

/** A record of the API, or a part of one. */
export type Json = unknown

/** The value at a path: `user.name`. */
export const at = (record: Json, path: string): Json =>
  path.split(".").reduce<Json>((value, key) => {
    if (typeof value !== "object" || value === null) return undefined
    return Object.entries(value).find(([name]) => name === key)?.[1]
  }, record)

/** The paths of all fields of a record that are not objects: `name`, `user.name`. */
export const scalarPaths = (record: Json, prefix = ""): ReadonlyArray<string> =>
  typeof record !== "object" || record === null
    ? []
    : Object.entries(record).flatMap(([key, value]: [string, Json]) =>
        typeof value === "object" && value !== null && !Array.isArray(value) && !Redacted.isRedacted(value)
          ? scalarPaths(value, `${prefix}${key}.`)
          : [`${prefix}${key}`]
      )

/** A value for a cell of CSV or tab-separated text, in full. */
export const exact = (value: Json): string => {
  if (value === null || value === undefined) return ""
  if (typeof value === "string") return value
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(",")
  return typeof value === "object" && !Redacted.isRedacted(value) ? JSON.stringify(value) : String(value)
}

const isTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?$/

const units = [
  [365 * 24 * 3600, "y"],
  [30 * 24 * 3600, "mo"],
  [24 * 3600, "d"],
  [3600, "h"],
  [60, "min"]
] as const

/** `3 h ago`, `in 2 d`. `undefined` if the text is not a time. The API writes times in UTC, some without a zone. */
export const relative = (text: string, now: number): string | undefined => {
  if (!isTime.test(text)) return undefined
  const time = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text.replace(" ", "T")}Z`)
  if (Number.isNaN(time)) return undefined
  const seconds = (now - time) / 1000
  const [size, unit] = units.find(([size]) => Math.abs(seconds) >= size) ?? [undefined, undefined]
  if (size === undefined) return "now"
  const amount = `${Math.floor(Math.abs(seconds) / size)} ${unit}`
  return seconds < 0 ? `in ${amount}` : `${amount} ago`
}

/** Removes control characters, so that a text cannot control the terminal. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}+/gu, " ").replace(/[\u202a-\u202e\u2066-\u2069]/g, "")

const escape = "\u001b"

/** Matches the escape sequences for colours and weights, but not the one that hides text. */
const styles = new RegExp(`(${escape}\\[(?:0|1|2|22|3\\d|39|9\\d)m)`)

/** Escapes control characters for a terminal, but keeps line breaks. JSON means the same after it. */
export const forTerminal = (text: string): string =>
  text
    .split(styles)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replace(
            /(?!\r?\n|\t)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
            (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`
          )
    )
    .join("")

/** A value for a table: times relative to now, and `yes` or `no`. */
export const readable = (value: Json, now: number): string => {
  if (typeof value === "boolean") return value ? "yes" : "no"
  const text = printable(exact(value))
  return typeof value === "string" ? (relative(text, now) ?? text) : text
}
