/**
 * Times in the formats of the service, from Effect's clock.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const pad = (value: bigint): string => value.toString().padStart(6, "0")

/** `2023-10-13T17:25:45.868709Z` */
export const timestamp: Effect.Effect<string> = Effect.map(Clock.currentTimeNanos, (nanos) => {
  const micros = nanos / 1000n
  return `${seconds(Number(micros / 1000n)).slice(0, -1)}.${pad(micros % 1_000_000n)}Z`
})

/** A time in milliseconds as `2023-10-13T17:25:45.868000Z`. */
export const microseconds = (millis: number): string => `${new Date(millis).toISOString().slice(0, -1)}000Z`

/** A time in milliseconds as `2024-01-20T20:07:48Z`. */
export const seconds = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`

/** A time in milliseconds as `20241030T165113Z`. */
export const compact = (millis: number): string => seconds(millis).replace(/[-:]/g, "")

/** The milliseconds of a time such as `20241030T165113Z`; `undefined` for any other text. */
export const fromCompact = (text: string): number | undefined => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(millis) ? undefined : millis
}

/** The milliseconds of a time in any format of the service; `NaN` for any other text. A time without a zone is UTC. */
export const utcTime = (text: string): number =>
  Date.parse(/[Zz]$|[+-]\d\d:?\d\d$|^\d{4}-\d\d-\d\d$/.test(text) ? text : `${text.replace(" ", "T")}Z`)
