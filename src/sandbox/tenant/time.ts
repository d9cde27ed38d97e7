/**
 * Times as the service writes them, from Effect's clock.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const pad = (value: bigint): string => value.toString().padStart(6, "0")

/** `2023-10-13T17:25:45.868709Z` */
export const timestamp: Effect.Effect<string> = Effect.map(Clock.currentTimeNanos, (nanos) => {
  const micros = nanos / 1000n
  return `${seconds(Number(micros / 1000n)).slice(0, -1)}.${pad(micros % 1_000_000n)}Z`
})

/** `2023-10-13T17:25:45.868000Z` of a time in milliseconds. */
export const microseconds = (millis: number): string => `${new Date(millis).toISOString().slice(0, -1)}000Z`

/** `2024-01-20T20:07:48Z` of a time in milliseconds. */
export const seconds = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`

/** `20241030T165113Z` of a time in milliseconds. */
export const compact = (millis: number): string => seconds(millis).replace(/[-:]/g, "")

/** The time in milliseconds of `20241030T165113Z`; nothing when it is not such a time. */
export const fromCompact = (text: string): number | undefined => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(millis) ? undefined : millis
}

/** The time in milliseconds of a text in any of the service's forms, which are UTC where they name no zone; else `NaN`. */
export const utcTime = (text: string): number =>
  Date.parse(/[Zz]$|[+-]\d\d:?\d\d$|^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text.replace(" ", "T")}Z`)
