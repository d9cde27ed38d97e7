/**
 * An object in storage, read from any place in it: over connections that break and are opened again where they stopped,
 * at addresses that expire and are asked for again, and always the same object.
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

/** The object is not (or no longer) the one that was asked for. Worth one new start. */
export class ObjectChanged extends Data.TaggedError("ObjectChanged")<{ readonly error: PayloadError }> {}

export type ReadError = ApiClientError | PayloadError | ObjectChanged

/** An object under way. */
export interface StoredObject {
  readonly name: string
  /** In lower-case hex, where the tenant knows it. */
  readonly sha256: string | undefined
  /** In bytes. Where the tenant does not know it, the first answer of the store tells. */
  readonly size: () => number | undefined
  /** Whether the store gives parts. It is taken to, until it does not. */
  readonly givesRanges: () => boolean
  readonly fail: Fail
  /** Gives the bytes from `start` to `end` (exclusive), or to the last one. */
  readonly read: (start: number, end: number | undefined, take: Take) => Effect.Effect<void, ReadError>
  /** Counts bytes that were there before. */
  readonly skip: (bytes: number) => void
  /** Fails unless the size and the digest are the announced ones. */
  readonly verify: (bytes: number, sha256: string) => Effect.Effect<void, PayloadError>
}

/** A connection that gave this many bytes counts as one that works: what failed before it is forgotten. */
const enoughToGoOn = 1024 * 1024

/** Progress is reported once for this many bytes, so that a fast line does not flood the listener. */
const reportEvery = 64 * 1024

/** Asks where an object is. */
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
    // It becomes a part of a file's name.
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

    /** A new address, unless another connection got one since `used` was tried. */
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
        // Without a range, it is no answer to what was asked.
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
        /** The first byte that is still to come. */
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
                // A weak tag never matches.
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
