/**
 * Objects in storage, as they come over a connection.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { causeFacts, type Fail, interruptibleInside } from "./failures.js"
import { type Answer, headerOf, type Settings } from "./wire.js"

/** An address, or a failure that does not show it. */
export const parseAddress = (address: string, fail: Fail): Effect.Effect<URL, PayloadTransferError> =>
  isWeb(address)
    ? Effect.succeed(new URL(address))
    : Effect.fail(fail("Rejected", { detail: "its address is not one of the web" }))

const isWeb = (address: string, from?: URL): boolean =>
  URL.canParse(address, from?.href) && /^https?:$/.test(new URL(address, from).protocol)

/** Asks for an object and gives the head of the answer. Redirects are followed; one that leads nowhere is the answer. */
export const get = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  settings: Settings,
  fail: Fail,
  redirects = 5
): Effect.Effect<Answer, PayloadTransferError, Scope.Scope> =>
  Effect.gen(function* () {
    const answer = yield* settings.wire
      .get(url, { "accept-encoding": "identity", ...headers }, fail)
      .pipe(
        Effect.timeoutFail({ duration: settings.stallTimeout, onTimeout: () => fail("Stalled") }),
        interruptibleInside
      )
    const location = headerOf(answer, "location")
    const isRedirect = answer.status >= 300 && answer.status <= 399 && location !== undefined && isWeb(location, url)
    if (!isRedirect || redirects === 0) return answer
    const next = new URL(location, url)
    // What began with TLS does not go on without.
    if (url.protocol === "https:" && next.protocol === "http:") return answer
    answer.body.resume()
    return yield* get(next, headers, settings, fail, redirects - 1)
  })

/** Enough for one write, and little enough to be gone before the collector sees it twice. */
const batchSize = 512 * 1024

/** Bytes in the pieces in which they came. */
export interface Batch {
  readonly pieces: Array<Buffer>
  readonly size: number
}

/** A connection that gives less than this many bytes in a second counts as one that gives none. */
const leastRate = 1024

/** A body cannot have more parts than this at once in one write to a file. */
const mostPieces = 512

/**
 * The body of an answer. It is read while the batch before is being used, and no further. What came before the
 * connection broke is given before the failure.
 */
export const batches = (
  { body }: Answer,
  { stallTimeout }: Settings,
  fail: Fail,
  arrived: (bytes: number) => void
): Stream.Stream<Batch, PayloadTransferError> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      let pieces: Array<Buffer> = []
      let size = 0
      let end: Option.Option<PayloadTransferError> | undefined
      let wake: (() => void) | undefined
      let inWindow = 0
      let waited = true

      const finish = (how: Option.Option<PayloadTransferError>) => {
        end ??= how
        wake?.()
      }
      const cut = (cause?: unknown) =>
        finish(Option.some(fail("Truncated", cause === undefined ? {} : causeFacts(cause))))
      const isFull = () => size >= batchSize || pieces.length >= mostPieces
      body.on("data", (piece: Buffer) => {
        pieces.push(piece)
        size += piece.length
        inWindow += piece.length
        arrived(piece.length)
        if (!isFull()) return
        wake?.()
        if (size >= 2 * batchSize || pieces.length >= 2 * mostPieces) {
          waited = false
          body.pause()
        }
      })
      body.once("end", () => finish(Option.none()))
      body.once("error", cut)
      body.once("close", () => cut())
      if (body.destroyed && !body.readableEnded) cut(body.errored ?? undefined)

      const watch = setInterval(() => {
        if (waited && inWindow < (leastRate * stallTimeout) / 1000) finish(Option.some(fail("Stalled")))
        inWindow = 0
        waited = !body.isPaused()
      }, stallTimeout)
      yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(watch)))

      return Stream.repeatEffectOption(
        Effect.async<Batch, Option.Option<PayloadTransferError>>((resume) => {
          const give = () => {
            wake = undefined
            if (size === 0 && end !== undefined) return resume(Effect.fail(end))
            const batch = { pieces, size }
            pieces = []
            size = 0
            resume(Effect.succeed(batch))
            body.resume()
          }
          if (isFull() || end !== undefined) give()
          else wake = give
          return Effect.sync(() => {
            wake = undefined
          })
        })
      )
    })
  )
