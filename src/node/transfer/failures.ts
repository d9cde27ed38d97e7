/**
 * The errors of transfers: broken connections, and refusals by storage.
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

/** Describes a failed connection or file by its code and its message. */
export const causeFacts = (cause: unknown): Facts => ({ detail: describeCause(cause), cause: bareCause(cause) })

/** Whether a retry may succeed: the connection broke, or storage has a temporary problem. */
export const isPassing = (error: unknown): error is PayloadTransferError => {
  if (!(error instanceof PayloadTransferError) || error._tag !== "PayloadTransferError") return false
  const { cause, reason, status = 0 } = error
  if (reason === "Transport") return !isUntrusted(cause) && !isRefusedByProxy(cause)
  return reason === "Stalled" || reason === "Truncated" || status >= 500 || status === 408 || status === 429
}

/**
 * The pause before retry number `failed`, in milliseconds. It doubles up to 30 seconds, and varies at random so that
 * clients do not retry at the same time.
 */
export const pauseAfter = (failed: number, base: number): number =>
  Math.min(base * 2 ** (failed - 1), 30_000) * (0.75 + Math.random() / 2)

/** The error for a refusal, with the code and message of the store's XML. Removes the `secrets` from the text. */
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

/** The secrets of a presigned address: the long values of its query, both decoded and as written in the address. */
export const secretsOfAddress = (url: URL): ReadonlyArray<string> =>
  [...url.searchParams.values(), ...url.search.split(/[&=]/)].filter(isLong)

/** The secrets of a presigned form: the long values of its fields, except the key. */
export const secretsOfForm = (fields: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(fields).flatMap(([name, value]) => (name !== "key" && isLong(value) ? [value] : []))

/** Secrets are longer than names, numbers and dates. */
const isLong = (value: string): boolean => value.length > 24

const longestText = 16_384

/** The beginning of a body as text. If it is not complete after 5 seconds, gives the text that has arrived. */
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
 * Lets a transfer interrupt its own parts even if its caller is uninterruptible, for example while it acquires a
 * resource. Otherwise a race or a timeout inside the transfer would wait until the loser ends.
 */
export const interruptibleInside = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.fork(Effect.interruptible(effect)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
    )
  )

const xml = (body: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<]{1,300})</${element}>`).exec(body)?.[1]
