/**
 * What a broken connection means, and what storage says when it refuses.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { PayloadTransferError } from "../../errors/PayloadTransferError.js"
import { hiding } from "../../session/secrets.js"
import { bareCause, describeCause, isRefusedByProxy, isUntrusted } from "../../session/transport.js"
import type { Answer, Facts, Fail } from "./wire.js"

export type { Fail } from "./wire.js"

export const failures =
  (direction: "upload" | "download", name: string, moved: () => number): Fail =>
  (reason, facts = {}) =>
    new PayloadTransferError({ reason, direction, name, bytes: moved(), ...facts })

/** A failed connection or file, told by its code and its message. */
export const causeFacts = (cause: unknown): Facts => ({ detail: describeCause(cause), cause: bareCause(cause) })

/** Whether the same may work in a moment: the connection broke, or storage asks for patience. */
export const isPassing = (error: unknown): error is PayloadTransferError => {
  if (!(error instanceof PayloadTransferError) || error._tag !== "PayloadTransferError") return false
  const { cause, reason, status = 0 } = error
  if (reason === "Transport") return !isUntrusted(cause) && !isRefusedByProxy(cause)
  return reason === "Stalled" || reason === "Truncated" || status >= 500 || status === 408 || status === 429
}

/** The pause before try number `failed` + 1, in milliseconds: doubling up to 30 seconds, and never in step with others. */
export const pauseAfter = (failed: number, base: number): number =>
  Math.min(base * 2 ** (failed - 1), 30_000) * (0.75 + Math.random() / 2)

/** The store's refusal in its own words: S3 answers with XML. What it repeats of the `secrets` is taken out. */
export const refusal = (
  answer: Answer,
  fail: Fail,
  secrets: ReadonlyArray<string>
): Effect.Effect<PayloadTransferError> =>
  Effect.map(readText(answer), (text) => {
    const body = hiding(secrets)(text)
    const [code, message] = [xml(body, "Code"), xml(body, "Message")]
    const expired = code === "ExpiredToken" || /expired/i.test(message ?? "")
    return fail(expired ? "Expired" : "Rejected", { status: answer.status, code, detail: message })
  })

/** What makes a presigned address valid: the long values of its query, as they are and as they are written there. */
export const secretsOfAddress = (url: URL): ReadonlyArray<string> =>
  [...url.searchParams.values(), ...url.search.split(/[&=]/)].filter(isLong)

/** What makes a presigned form valid: the long values of its fields, but for the key, which is no secret. */
export const secretsOfForm = (fields: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(fields).flatMap(([name, value]) => (name !== "key" && isLong(value) ? [value] : []))

/** Names, numbers and dates are shorter. */
const isLong = (value: string): boolean => value.length > 24

const longestText = 16_384

/** The beginning of a body; what there is of it where it does not come whole within a moment. */
export const readText = ({ body }: Answer): Effect.Effect<string> =>
  Effect.async((resume) => {
    const pieces: Array<Buffer> = []
    let size = 0
    const done = () => {
      clearTimeout(timer)
      resume(Effect.succeed(Buffer.concat(pieces).toString("utf8")))
    }
    const timer = setTimeout(done, 5000)
    body.on("data", (piece: Buffer) => {
      if (size < longestText) pieces.push(piece)
      size += piece.length
      if (size >= longestText) done()
    })
    body.once("end", done)
    body.once("close", done)
    if (body.destroyed) done()
    return Effect.sync(() => clearTimeout(timer))
  })

/**
 * Lets a transfer race and time its parts while its caller cannot be interrupted: where a resource is acquired, the
 * loser of a race would be waited for.
 */
export const interruptibleInside = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.fork(Effect.interruptible(effect)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
    )
  )

const xml = (body: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<]{1,300})</${element}>`).exec(body)?.[1]
