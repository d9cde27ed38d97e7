/**
 * What storage answers, and what a broken connection to it means.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { PayloadTransferError, type PayloadTransferErrorReason } from "../../errors/PayloadTransferError.js"
import { bareCause, describeCause } from "../../internal/transport.js"

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
export const transportFacts = (cause: unknown) => ({ detail: describeCause(cause), cause: bareCause(cause) })

/** Follows redirects, at most five. One that leads to no web address, or out of TLS, is the answer itself. */
export const followRedirects = (http: StorageClient): StorageClient => {
  const follow = (
    answer: ReturnType<StorageClient["execute"]>,
    request: HttpClientRequest.HttpClientRequest,
    left: number
  ): ReturnType<StorageClient["execute"]> =>
    Effect.flatMap(answer, (response) => {
      const next = redirection(response, request.url)
      if (next === undefined || left === 0) return Effect.succeed(response)
      const onwards = HttpClientRequest.setUrl(request, next)
      return follow(http.execute(onwards), onwards, left - 1)
    })
  return HttpClient.transform(http, (answer, request) => follow(answer, request, 5))
}

const redirection = ({ headers, status }: HttpClientResponse.HttpClientResponse, from: string): string | undefined => {
  const location = headers["location"]
  if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, from)) return undefined
  const { href, protocol } = new URL(location, from)
  return protocol === "https:" || (protocol === "http:" && !from.startsWith("https:")) ? href : undefined
}

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
