/**
 * Checks that an upload arrived: compares the sha256 and size that the tenant reports with those of the bytes that were
 * sent. While the tenant processes the upload, it may report none, or those of the previous installer.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { PayloadIntegrityError } from "../errors/PayloadIntegrityError.js"
import { defaultProcessing } from "./processing.js"

/** An installer that was sent. */
export interface Sent {
  /** The installer's file name. */
  readonly name: string
  /** In bytes, if it is known. */
  readonly size?: number | undefined
  /** Lower-case hex. */
  readonly sha256: string
}

/** The sha256 and size that the tenant reports. */
export interface Stored {
  readonly sha256?: string | undefined
  readonly file_size?: number | undefined
}

/** The error if the tenant reports another sha256 or size than was sent. A missing value is not an error. */
export const mismatch = (sent: Sent, stored: Stored, appId?: string): PayloadIntegrityError | undefined => {
  const error = (check: "sha256" | "size", expected: number | string, actual: number | string) =>
    new PayloadIntegrityError({
      direction: "upload",
      name: sent.name,
      check,
      expected: String(expected),
      actual: String(actual),
      appId
    })
  const { file_size: size = sent.size, sha256 = sent.sha256 } = stored
  if (sha256.toLowerCase() !== sent.sha256) return error("sha256", sent.sha256, sha256)
  return sent.size !== undefined && size !== undefined && size !== sent.size
    ? error("size", sent.size, size)
    : undefined
}

/** Whether the tenant's values may still change: its sha256 is missing, or a value differs from what was sent. */
export const isOpen = (sent: Sent, stored: Stored): boolean =>
  stored.sha256 === undefined || mismatch(sent, stored) !== undefined

/** Fails if the tenant reports another sha256 or size than was sent. Logs a warning if it reports no sha256. */
export const compared = (sent: Sent, stored: Stored, appId?: string): Effect.Effect<void, PayloadIntegrityError> => {
  const error = mismatch(sent, stored, appId)
  if (error !== undefined) return Effect.fail(error)
  const where = appId === undefined ? "" : ` (app ${appId})`
  return stored.sha256 === undefined
    ? Effect.logWarning(`The tenant does not say the sha256 of ${sent.name}${where}: it was not compared.`)
    : Effect.void
}

/**
 * Reads the app again, on the schedule, until the tenant reports the sha256 and size that were sent. Fails if a value
 * still differs when the schedule ends. A failed read only ends the waiting: the app exists, and a caller that gets an
 * error would create it a second time.
 */
export const whenVerified = <A extends Stored & { readonly id: string }>(
  answer: A,
  sent: Sent,
  read: (id: string) => Effect.Effect<A, ApiClientError>,
  schedule: Schedule.Schedule<unknown> = defaultProcessing
): Effect.Effect<A, PayloadIntegrityError> =>
  Effect.gen(function* () {
    const driver = yield* Schedule.driver(schedule)
    let app = answer
    while (isOpen(sent, app)) {
      const next = yield* Effect.option(Effect.zipRight(driver.next(app), read(answer.id)))
      if (next._tag === "None") break
      app = next.value
    }
    yield* compared(sent, app, answer.id)
    return app
  })
