/**
 * After an upload the service processes the installer for a while. Until that is done, it refuses to use it for an app.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { ApiClientError } from "../errors/ApiClientError.js"

/** Pauses of 1, 2, 4, 8, 16, 30, 30 … seconds: 14 retries in 301 seconds. */
export const defaultProcessing: Schedule.Schedule<unknown> = Schedule.exponential("1 second").pipe(
  Schedule.union(Schedule.spaced("30 seconds")),
  Schedule.intersect(Schedule.recurs(14))
)

const isBeingProcessed = (error: unknown): boolean =>
  error instanceof ApiClientError && error.status === 503 && /still being processed/i.test(error.body ?? "")

/** Repeats a call until the service has processed the upload. A 503 with another message is an ordinary failure. */
export const whenProcessed = <A>(
  call: Effect.Effect<A, ApiClientError>,
  schedule: Schedule.Schedule<unknown> = defaultProcessing
): Effect.Effect<A, ApiClientError> => Effect.retry(call, { while: isBeingProcessed, schedule })
