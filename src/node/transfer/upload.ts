/**
 * Uploads an installer to a place in storage: a form with the fields of the place, and the file last. If the connection
 * breaks, the form is sent again from the start. If the place expires, a new one is requested once.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { createHash, type Hash } from "node:crypto"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import type { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { clockDifference } from "../../session/serverTime.js"
import { multipart } from "../../operation/multipart.js"
import type { CustomAppUpload } from "../../schemas/CustomApp.js"
import type { Installer } from "../../schemas/Installer.js"
import type { InstallerTransfer, UploadedInstaller } from "../../services/InstallerTransfer.js"
import {
  type Fail,
  failures,
  interruptibleInside,
  isPassing,
  pauseAfter,
  readText,
  refusal,
  secretsOfForm
} from "./failures.js"
import { readPolicy } from "./policy.js"
import { piecesOf } from "./source.js"
import { parseAddress } from "./storage.js"
import type { Settings } from "./wire.js"

/** In milliseconds. A place that expires sooner than this is not used, because clocks differ. */
const margin = 60_000

/**
 * In milliseconds. A store may refuse a form by closing the connection before its answer arrives. Therefore a retry
 * waits this long between the form's fields and the file, so that a refusal can arrive.
 */
const pauseForRefusal = 250

/** Requests a place in storage, checks the installer against the policy of the place, and uploads it. */
export const upload =
  (inspect: InstallerTransfer.Service["inspect"], settings: Settings): InstallerTransfer.Service["upload"] =>
  (installer, options) =>
    Effect.gen(function* () {
      const { name, size } = yield* inspect(installer, "InstallerTransfer.upload")
      const { serverTime = Clock.currentTimeMillis } = options
      let sent = 0
      let failed = 0
      const fail = failures("upload", name, () => sent)
      const progress = (bytes: number) => {
        const before = sent
        sent = bytes
        if (bytes > 0 && before !== bytes) options.onProgress?.({ phase: "uploading", name, bytes, total: size })
      }

      const sendTo = (
        place: CustomAppUpload,
        mayAskAgain: boolean
      ): Effect.Effect<UploadedInstaller, PayloadTransferError | ApiClientError> =>
        Effect.gen(function* () {
          const { expires = Infinity, sizes } = readPolicy(Redacted.value(place.post_data))
          const expired = (now: number, { code, detail, status }: Partial<PayloadTransferError> = {}) =>
            Effect.map(Clock.currentTimeMillis, (local) => {
              const why = detail ?? `its place in storage expires ${new Date(expires).toISOString()}`
              const wrong = clockDifference(local, now)
              return fail("Expired", { status, code, detail: wrong === undefined ? why : `${why}; ${wrong}` })
            })
          const now = yield* serverTime
          if (expires <= now || (mayAskAgain && expires - now < margin)) return yield* yield* expired(now)
          if (sizes !== undefined && (size < sizes.least || size > sizes.most)) {
            return yield* fail("Rejected", {
              code: size > sizes.most ? "EntityTooLarge" : "EntityTooSmall",
              detail: `${size} bytes where storage takes ${sizes.least} to ${sizes.most}; nothing was sent`
            })
          }
          progress(0)
          const sha256 = yield* send(
            place,
            { installer, name, size, isRetry: failed > 0 },
            settings,
            fail,
            progress
          ).pipe(
            // A store may refuse an expired form without saying why.
            Effect.catchIf(
              ({ status }) => status === 403,
              (error) =>
                Effect.flatMap(serverTime, (now) =>
                  now < expires ? Effect.fail(error) : Effect.flip(expired(now, error))
                )
            )
          )
          return { ...place, size, sha256 }
        }).pipe(
          Effect.catchIf(
            ({ reason }) => mayAskAgain && reason === "Expired",
            () => Effect.flatMap(options.presign, (fresh) => sendTo(fresh, false))
          ),
          Effect.catchIf(
            (error) => isPassing(error) && failed < settings.retries,
            () => Effect.zipRight(Effect.sleep(pauseAfter(++failed, settings.retryDelay)), sendTo(place, mayAskAgain))
          )
        )
      return yield* Effect.flatMap(options.presign, (place) => sendTo(place, true))
    }).pipe(interruptibleInside)

interface Sending {
  readonly installer: Installer
  readonly name: string
  readonly size: number
  readonly isRetry: boolean
}

/** Sends the form once. Gives the sha256 of the installer's bytes that were sent. */
const send = (
  place: CustomAppUpload,
  { installer, isRetry, name, size }: Sending,
  settings: Settings,
  fail: Fail,
  progress: (sent: number) => void
): Effect.Effect<string, PayloadTransferError> =>
  Effect.gen(function* () {
    let hash: Hash | undefined
    let broken: PayloadTransferError | undefined
    const pieces = Stream.suspend(() => {
      const started = (hash = createHash("sha256"))
      return piecesOf(installer, size, fail).pipe(
        Stream.map((piece) => {
          started.update(piece)
          return piece
        }),
        Stream.tapError((error) => Effect.sync(() => (broken = error)))
      )
    })
    const frame = multipart(Object.entries(Redacted.value(place.post_data)), {
      field: "file",
      filename: name,
      contentType: "application/octet-stream"
    })
    let written = 0
    const sent = () => Math.max(0, Math.min(size, written - frame.head.length))
    const form = {
      contentType: frame.contentType,
      length: frame.head.length + size + frame.tail.length,
      body: Stream.make(frame.head).pipe(
        Stream.concat(
          isRetry
            ? Stream.drain(Stream.fromEffect(Effect.sleep(Math.min(pauseForRefusal, settings.stallTimeout / 2))))
            : Stream.empty
        ),
        Stream.concat(pieces),
        Stream.concat(Stream.make(frame.tail))
      ),
      written: (bytes: number) => {
        written += bytes
        progress(sent())
      }
    }
    const url = yield* parseAddress(place.post_url, fail)
    const answer = yield* Effect.mapError(
      Effect.raceFirst(settings.wire.post(url, form, fail), stalled(sent, size, fail, settings)),
      (error) => broken ?? error
    )
    // If the installer cannot be read to its end, storage sees only an incomplete form, and may answer it.
    if (broken !== undefined) return yield* broken
    if (answer.status < 200 || answer.status > 299)
      return yield* yield* refusal(answer, fail, secretsOfForm(Redacted.value(place.post_data)))
    if (written !== form.length || hash === undefined)
      return yield* fail("Truncated", { detail: "storage answered before it had everything" })
    yield* readText(answer)
    return hash.digest("hex")
  }).pipe(Effect.scoped)

/** Fails if nothing is sent for `stallTimeout`. When all is sent, the store has four times as long to answer. */
const stalled = (
  sent: () => number,
  size: number,
  fail: Fail,
  { stallTimeout }: Settings
): Effect.Effect<never, PayloadTransferError> => {
  const watch = (before: number, quiet: number): Effect.Effect<never, PayloadTransferError> =>
    Effect.flatMap(Effect.sleep(stallTimeout), () => {
      const now = sent()
      const times = now === before ? quiet + 1 : 0
      return times >= (now === size ? 4 : 1) ? Effect.fail(fail("Stalled")) : watch(now, times)
    })
  return Effect.suspend(() => watch(sent(), 0))
}
