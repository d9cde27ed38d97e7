/**
 * The sha256 of an app that the tenant has already.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { CustomApp } from "../schemas/CustomApp.js"
import { defaultProcessing } from "./processing.js"

/**
 * The app once its sha256 is known, or as it is when the service takes too long to say. Without a schedule of the
 * caller's that is half a minute: to upload the same installer once more is no harm.
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
