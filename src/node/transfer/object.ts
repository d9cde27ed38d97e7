/**
 * Reads an object in storage from any position. Continues a broken connection where it stopped, requests a new address
 * when the old one expires, and checks that all bytes are of the same object.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import { type PayloadError, PayloadIntegrityError } from "../../errors/PayloadIntegrityError.js"
import type { StoredInstaller, TransferOptions, TransferProgress } from "../../services/InstallerTransfer.js"
import { type Fail, failures, isPassing, pauseAfter, refusal, secretsOfAddress } from "./failures.js"
import { get, parseAddress, receive, type Take } from "./storage.js"
import { type Answer, headerOf, type Settings } from "./wire.js"

export type Source = Effect.Effect<StoredInstaller, ApiClientError | PayloadError>

/** The object is not (or no longer) the one that was requested. A download then starts over once. */
export class ObjectChanged extends Data.TaggedError("ObjectChanged")<{ readonly error: PayloadError }> {}

export type ReadError = ApiClientError | PayloadError | ObjectChanged

/** An object that is being read. */
export interface StoredObject {
  readonly name: string
  /** In lower-case hex, if the tenant knows it. */
  readonly sha256: string | undefined
  /** In bytes. If the tenant does not know it, it is known after the store's first answer. */
  readonly size: () => number | undefined
  /** Whether the store can give parts of the object. Assumed until the store gives the whole object instead. */
  readonly givesRanges: () => boolean
  readonly fail: Fail
  /** Passes the bytes from `start` to `end` (exclusive), or to the end of the object, to `take`. */
  readonly read: (start: number, end: number | undefined, take: Take) => Effect.Effect<void, ReadError>
  /** Adds the bytes of an earlier download to the progress. */
  readonly skip: (bytes: number) => void
  /** Fails if the size or the sha256 differs from the announced one. */
  readonly verify: (bytes: number, sha256: string) => Effect.Effect<void, PayloadError>
}

/** After a connection has received this many bytes, the count of failures starts at 0 again. */
const enoughToGoOn = 1024 * 1024

/** Progress is reported once for this many bytes, so that a fast line does not flood the listener. */
const reportEvery = 64 * 1024

/** Asks the tenant for the address of an object, and makes it readable. */
export const openObject = (
  source: Source,
  settings: Settings,
  { onProgress }: TransferOptions
): Effect.Effect<StoredObject, ApiClientError | PayloadError> =>
  Effect.gen(function* () {
    let installer = yield* source
    const { name } = installer
    const expected = installer.sha256?.toLowerCase()
    const asking = yield* Effect.makeSemaphore(1)
    let size = installer.size
    let etag: string | undefined
    let givesRanges = true
    let moved = 0
    let reported = 0

    const fail = failures("download", name, () => moved)
    if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
      return yield* fail("Source", { detail: `the tenant says that it has ${size} bytes` })
    }
    // The sha256 becomes a part of a file's name.
    if (expected !== undefined && !/^[0-9a-f]{64}$/.test(expected)) {
      return yield* fail("Source", {
        detail: `the tenant says that its sha256 is ${JSON.stringify(expected.slice(0, 80))}`
      })
    }
    const report = (phase: TransferProgress["phase"]) => onProgress?.({ phase, name, bytes: moved, total: size })
    const arrived = (bytes: number) => {
      moved += bytes
      if (moved - reported < reportEvery && moved !== size) return
      reported = moved
      report("downloading")
    }
    const differs = (check: "size" | "sha256", expected: string, actual: string) =>
      new PayloadIntegrityError({ direction: "download", name, check, expected, actual })
    const wrongSize = (actual: number, expected: number): PayloadError =>
      actual < expected
        ? fail("Truncated", { detail: `it has ${actual} of ${expected} bytes` })
        : differs("size", `${expected} bytes`, "more than that")
    const changed = (detail: string, status?: number) =>
      new ObjectChanged({ error: fail("Rejected", { status, detail }) })

    /** Requests a new address, unless another connection has got one since `used` was tried. */
    const askAgain = (used: StoredInstaller): Effect.Effect<void, ReadError> =>
      Effect.gen(function* () {
        if (installer !== used) return
        const fresh = yield* source
        if (fresh.size !== used.size || fresh.sha256?.toLowerCase() !== expected) {
          return yield* changed("the tenant has another installer now")
        }
        installer = fresh
      }).pipe(asking.withPermits(1))

    /**
     * Checks that an answer is of this object. Gives the place of its first byte, or `undefined` if the object has no
     * bytes left.
     */
    const judge = (answer: Answer, at: number): Effect.Effect<number | undefined, ReadError> =>
      Effect.gen(function* () {
        const { status } = answer
        const tag = headerOf(answer, "etag")
        const [, from, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headerOf(answer, "content-range") ?? "") ?? []
        // Only if a range was requested (`at` > 0): otherwise 416 is a refusal like any other.
        if (status === 416 && at > 0 && Number(total) === at) return void (size ??= at)
        if (status === 416 && at > 0)
          return yield* new ObjectChanged({ error: fail("Truncated", { status, detail: `it ends before byte ${at}` }) })
        if (status === 412) return yield* changed("it was replaced while it was read", status)
        if (status !== 200 && status !== 206)
          return yield* yield* refusal(answer, fail, secretsOfAddress(new URL(Redacted.value(installer.url))))
        if (etag !== undefined && tag !== undefined && tag !== etag) {
          return yield* changed("it was replaced while it was read")
        }
        etag = tag ?? etag
        const whole = Number(status === 206 ? total : headerOf(answer, "content-length"))
        if (Number.isSafeInteger(whole)) {
          size ??= whole
          if (whole !== size) return yield* new ObjectChanged({ error: wrongSize(whole, size) })
        }
        if (status === 200) return 0
        return Number(from) === at
          ? at
          : yield* fail("Rejected", { status, detail: "it is another part than was asked for" })
      })

    const read = (start: number, end: number | undefined, take: Take): Effect.Effect<void, ReadError> =>
      Effect.suspend(() => {
        /** The position of the next byte to read. */
        let at = start
        let before = start
        let failed = 0
        let hasAsked = false
        const limit = () => end ?? size ?? Infinity

        const overOneConnection = (used: StoredInstaller): Effect.Effect<void, ReadError> =>
          Effect.gen(function* () {
            const isPart = at > 0 || (end !== undefined && end !== size)
            const answer = yield* get(
              yield* parseAddress(Redacted.value(used.url), fail),
              {
                ...(isPart ? { range: `bytes=${at}-${end === undefined ? "" : end - 1}` } : {}),
                // `if-match` never matches a weak tag.
                ...(etag?.startsWith('"') === true ? { "if-match": etag } : {})
              },
              settings,
              fail
            )
            const from = yield* judge(answer, at)
            if (from === undefined) return
            if (isPart && answer.status === 200) givesRanges = false
            let position = from
            moved -= at - from
            yield* receive(answer, settings, fail, (piece) => {
              arrived(piece.length)
              const wanted = piece.subarray(Math.max(0, at - position), Math.max(0, limit() - position))
              position += piece.length
              at += wanted.length
              const next = wanted.length > 0 ? take(wanted) : undefined
              return position > limit() ? "enough" : next
            })
            if (position > limit() && limit() === size) {
              return yield* new ObjectChanged({ error: wrongSize(position, size) })
            }
          }).pipe(Effect.scoped)

        const complete = Effect.suspend(() => {
          const missing = limit() - at
          return missing > 0 && missing < Infinity
            ? fail("Truncated", { detail: `it ended ${missing} bytes early` })
            : Effect.void
        })

        const recover = (error: ReadError, used: StoredInstaller): Effect.Effect<void, ReadError> => {
          if (at - before >= enoughToGoOn) {
            failed = 0
            hasAsked = false
          }
          before = at
          if ("status" in error && error.status === 403 && !hasAsked) {
            hasAsked = true
            return askAgain(used)
          }
          if (!isPassing(error) || failed >= settings.retries) return Effect.fail(error)
          failed += 1
          return Effect.sleep(pauseAfter(failed, settings.retryDelay))
        }

        const goOn: Effect.Effect<void, ReadError> = Effect.suspend(() => {
          const used = installer
          return Effect.catchAll(Effect.zipRight(overOneConnection(used), complete), (error) =>
            Effect.zipRight(recover(error, used), goOn)
          )
        })
        return goOn
      })

    return {
      name,
      sha256: expected,
      size: () => size,
      givesRanges: () => givesRanges,
      fail,
      read,
      skip: (bytes) => {
        moved += bytes
      },
      verify: (bytes, sha256) =>
        Effect.suspend(() => {
          report("verifying")
          if (size !== undefined && bytes !== size) return Effect.fail(wrongSize(bytes, size))
          return expected === undefined || sha256 === expected
            ? Effect.void
            : Effect.fail(differs("sha256", expected, sha256))
        })
    }
  })
