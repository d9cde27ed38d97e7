/**
 * What storage answers, and what a broken connection to it means.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { PayloadTransferError, type PayloadTransferErrorReason } from "../../errors/PayloadTransferError.js"
import { describeCause } from "../../internal/transport.js"

export interface Settings {
  readonly stallTimeout: Duration.Duration
}

/** A client that sends nothing but what it is told: no token, no trace headers, no span with an address in it. */
export type StorageClient = HttpClient.HttpClient

/** Makes the failures of one transfer. They never hold the address. */
export const failures =
  (direction: "upload" | "download", name: string, moved: () => number) =>
  (
    reason: PayloadTransferErrorReason,
    facts: Partial<Pick<PayloadTransferError, "status" | "code" | "detail" | "cause">> = {}
  ): PayloadTransferError =>
    new PayloadTransferError({ reason, direction, name, bytes: moved(), ...facts })

/** A failed connection, told by its code and its message. */
export const transportFacts = (cause: unknown) => ({ detail: describeCause(cause), cause })

/** The store's refusal in its own words: S3 answers with XML. */
export const refusal = (
  response: HttpClientResponse.HttpClientResponse,
  fail: ReturnType<typeof failures>
): Effect.Effect<never, PayloadTransferError> =>
  response.stream.pipe(
    Stream.decodeText(),
    Stream.runFoldWhile(
      "",
      (text) => text.length < 16_384,
      (text, part) => text + part
    ),
    Effect.orElseSucceed(() => ""),
    Effect.flatMap((body) => {
      const code = xml(body, "Code")
      const message = xml(body, "Message")
      const expired = code === "ExpiredToken" || /expired/i.test(message ?? "")
      return Effect.fail(fail(expired ? "Expired" : "Rejected", { status: response.status, code, detail: message }))
    })
  )

const xml = (body: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<]{1,300})</${element}>`).exec(body)?.[1]

/** Fails once nothing has moved for a while. Runs until then, and can be stopped even where the transfer cannot. */
export const stalled = (
  moved: () => number,
  fail: ReturnType<typeof failures>,
  { stallTimeout }: Settings
): Effect.Effect<never, PayloadTransferError> => {
  const watch = (before: number): Effect.Effect<never, PayloadTransferError> =>
    Effect.flatMap(Effect.sleep(stallTimeout), () =>
      moved() === before ? Effect.fail(fail("Stalled")) : watch(moved())
    )
  return Effect.interruptible(Effect.suspend(() => watch(moved())))
}
