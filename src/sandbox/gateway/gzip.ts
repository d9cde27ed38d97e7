/**
 * Compresses answers with gzip if the client accepts it, as the service does: texts of 200 bytes or more that become
 * shorter.
 *
 * @see https://docs.djangoproject.com/en/stable/ref/middleware/#module-django.middleware.gzip
 */
import * as Effect from "effect/Effect"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import type { Answer, Handler } from "./exchange.js"

const shortest = 200
const texts = /^(application\/json|text\/(?!event-stream))/

const isTaken = (acceptEncoding = ""): boolean =>
  acceptEncoding.split(",").some((coding) => /^\s*gzip\s*(;(?!\s*q=0(\.0*)?\s*$).*)?$/i.test(coding))

const compress = promisify(gzip)

const zipped = async (answer: Answer, bytes: Uint8Array): Promise<Answer> => {
  const shorter = await compress(bytes, { level: 1 })
  return shorter.length >= bytes.length
    ? answer
    : { ...answer, headers: { ...answer.headers, "content-encoding": "gzip" }, body: { _tag: "Bytes", bytes: shorter } }
}

/** A deliberately broken answer is not compressed: its faults count the bytes of the uncompressed body. */
export const gzipped =
  (handler: Handler): Handler =>
  (incoming) =>
    Effect.flatMap(handler(incoming), (answer) => {
      const { body, ending, headers } = answer
      if (body._tag !== "Bytes" || body.bytes.length < shortest || ending !== undefined) return Effect.succeed(answer)
      if (!texts.test(headers["content-type"] ?? "") || headers["content-encoding"] !== undefined) {
        return Effect.succeed(answer)
      }
      const varied = { ...answer, headers: { ...headers, vary: "Accept-Encoding" } }
      return isTaken(incoming.headers["accept-encoding"])
        ? Effect.promise(() => zipped(varied, body.bytes))
        : Effect.succeed(varied)
    })
