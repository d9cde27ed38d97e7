/**
 * The requests to storage. They contain no token and no trace headers.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Readable } from "node:stream"
import type { PayloadTransferError, PayloadTransferErrorReason } from "../../errors/PayloadTransferError.js"

/** The details of a failure, apart from its reason. */
export type Facts = Partial<Pick<PayloadTransferError, "status" | "code" | "detail" | "cause">>

/** Makes the errors of one transfer. They never contain the address. */
export type Fail = (reason: PayloadTransferErrorReason, facts?: Facts) => PayloadTransferError

export interface Answer {
  readonly status: number
  readonly headers: { readonly [name: string]: string | ReadonlyArray<string> | undefined }
  readonly body: Readable
}

/** The value of a header that occurs once. */
export const headerOf = ({ headers }: Answer, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === "string" ? value : undefined
}

export interface Form {
  readonly contentType: string
  readonly length: number
  readonly body: Stream.Stream<Uint8Array, PayloadTransferError>
  /** Called with the number of bytes that were just given to the network. */
  readonly written: (bytes: number) => void
}

/** Sends requests. When its scope closes, a request's connection is closed unless the answer was read to its end. */
export interface Wire {
  readonly get: (
    url: URL,
    headers: Readonly<Record<string, string>>,
    fail: Fail
  ) => Effect.Effect<Answer, PayloadTransferError, Scope.Scope>
  /** Gives the answer, which may arrive before the whole form is sent. */
  readonly post: (url: URL, form: Form, fail: Fail) => Effect.Effect<Answer, PayloadTransferError, Scope.Scope>
}

/** How transfers behave. */
export interface Settings {
  readonly wire: Wire
  /** Milliseconds. */
  readonly stallTimeout: number
  readonly retries: number
  /** Milliseconds. */
  readonly retryDelay: number
  readonly connections: number | undefined
  /** Bytes. */
  readonly rangesAbove: number
}
