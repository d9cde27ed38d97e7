/**
 * Waits for the sha256 of an app's current installer.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { CustomApp } from "../schemas/CustomApp.js"
import { defaultProcessing } from "./processing.js"

/**
 * Reads the app again until it has a sha256. Gives it without one when the schedule ends. The default schedule ends
 * after half a minute, because the only consequence is that the same installer is uploaded once more.
 */
export const withDigest = (
  app: CustomApp,
  read: Effect.Effect<CustomApp, ApiClientError>,
  schedule: Schedule.Schedule<unknown> = Schedule.intersect(defaultProcessing, Schedule.recurs(5))
): Effect.Effect<CustomApp, ApiClientError> =>
  app.sha256 !== undefined
    ? Effect.succeed(app)
    : Effect.repeat(read, {
        until: ({ sha256 }) => sha256 !== undefined,
        schedule: Schedule.zipRight(schedule, Schedule.identity<CustomApp>())
      })
