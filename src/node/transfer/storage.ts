/**
 * Reads objects in storage over one connection.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { causeFacts, type Fail, interruptibleInside } from "./failures.js"
import { type Answer, headerOf, type Settings } from "./wire.js"

/** Parses an address. The error does not contain it. */
export const parseAddress = (address: string, fail: Fail): Effect.Effect<URL, PayloadTransferError> =>
  isWeb(address)
    ? Effect.succeed(new URL(address))
    : Effect.fail(fail("Rejected", { detail: "its address is not one of the web" }))

const isWeb = (address: string, from?: URL): boolean =>
  URL.canParse(address, from?.href) && /^https?:$/.test(new URL(address, from).protocol)

/** Requests an object, and gives the answer. Follows redirects. A redirect that it cannot follow is the answer. */
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
    // A request that began with TLS is not continued without it.
    if (url.protocol === "https:" && next.protocol === "http:") return answer
    answer.body.resume()
    return yield* get(next, headers, settings, fail, redirects - 1)
  })

/** In bytes a second. A slower connection counts as stalled. */
const leastRate = 1024

/**
 * Takes a piece when it arrives. If it returns a promise, the next piece waits for the promise. If it returns
 * `"enough"`, there is no next piece.
 */
export type Take = (piece: Buffer) => Promise<unknown> | "enough" | undefined

/** Reads the body of an answer to its end. */
export const receive = (
  { body }: Answer,
  { stallTimeout }: Settings,
  fail: Fail,
  take: Take
): Effect.Effect<void, PayloadTransferError> =>
  Effect.async((resume) => {
    let inWindow = 0
    let waited = true

    const watch = setInterval(() => {
      if (waited && inWindow < (leastRate * stallTimeout) / 1000) finish(Effect.fail(fail("Stalled")))
      inWindow = 0
      waited = !body.isPaused()
    }, stallTimeout)
    const stop = () => {
      clearInterval(watch)
      body.off("data", onData).off("end", onEnd).off("error", onCut).off("close", onCut)
    }
    const finish = (how: Effect.Effect<void, PayloadTransferError>) => {
      stop()
      resume(how)
    }
    const onEnd = () => finish(Effect.void)
    const onCut = (cause?: unknown) =>
      finish(Effect.fail(fail("Truncated", cause === undefined ? {} : causeFacts(cause))))
    const onData = (piece: Buffer) => {
      inWindow += piece.length
      const next = take(piece)
      if (next === "enough") return onEnd()
      if (next === undefined) return
      waited = false
      body.pause()
      next.then(
        () => body.resume(),
        (cause: unknown) => finish(Effect.fail(fail("Sink", causeFacts(cause))))
      )
    }

    if (body.destroyed && !body.readableEnded) onCut(body.errored ?? undefined)
    else body.on("data", onData).once("end", onEnd).once("error", onCut).once("close", onCut)
    return Effect.sync(stop)
  })
