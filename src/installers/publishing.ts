/**
 * What publishing an app changes, if the tenant has it already.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Struct from "effect/Struct"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { CustomApp, PublishCustomApp, UpdateCustomApp } from "../schemas/CustomApp.js"
import { appRules, withoutHidden } from "../schemas/rules.js"
import { defaultProcessing } from "./processing.js"

type Fields = Omit<PublishCustomApp, "name" | "installer">

/**
 * The fields that the tenant's app does not have as they are wanted, and those that the API wants to see beside them.
 */
export const changedFields = (fields: Fields, app: CustomApp): UpdateCustomApp => {
  const wanted = withoutHidden<Omit<UpdateCustomApp, "name" | "installer" | "fileKey" | "sha256">>(fields)
  const changed = Struct.keys(wanted).filter((field) => differs(field, wanted[field], app[field]))
  const beside = appRules("publish")(Struct.pick(wanted, ...changed)).flatMap(({ path }) => path)
  return Struct.pick(
    wanted,
    ...Struct.keys(wanted).filter((field) => changed.includes(field) || beside.includes(field))
  )
}

type Value = string | boolean | null | undefined

const differs = (field: string, wanted: Value, there: Value): boolean =>
  typeof wanted === "boolean" ? wanted !== (there ?? false) : stored(field, wanted) !== stored(field, there)

/** A text as the service stores it: it drops white space at the end, and writes ids in lower case. */
const stored = (field: string, text: Value): string => {
  const trimmed = String(text ?? "").trimEnd()
  return field === "self_service_category_id" ? trimmed.toLowerCase() : trimmed
}

/** Which app is meant is for a person to say. */
export const severalApps = (operation: string, name: string, apps: ReadonlyArray<CustomApp>): ApiClientError =>
  new ApiClientError({
    reason: "Conflict",
    operation,
    detail: `${apps.length} custom apps are named "${name}": ${apps.map(({ id }) => id).join(", ")}. Update one of them by its id.`
  })

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
