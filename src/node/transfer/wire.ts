/**
 * How requests get to storage. Nothing is sent but what is said here: no token, no trace headers.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Readable } from "node:stream"
import type { PayloadTransferError, PayloadTransferErrorReason } from "../../errors/PayloadTransferError.js"

/** What is known of a failure beside its reason. */
export type Facts = Partial<Pick<PayloadTransferError, "status" | "code" | "detail" | "cause">>

/** Makes the failures of one transfer. They never hold the address. */
export type Fail = (reason: PayloadTransferErrorReason, facts?: Facts) => PayloadTransferError

export interface Answer {
  readonly status: number
  readonly headers: { readonly [name: string]: string | ReadonlyArray<string> | undefined }
  readonly body: Readable
}

/** One header, where it is there once. */
export const headerOf = ({ headers }: Answer, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === "string" ? value : undefined
}

export interface Form {
  readonly contentType: string
  readonly length: number
  readonly body: Stream.Stream<Uint8Array, PayloadTransferError>
  /** Is told how many bytes more have been given to the network. */
  readonly written: (bytes: number) => void
}

/** The connection of a request is cut when its scope closes, unless the answer was read to its end. */
export interface Wire {
  readonly get: (
    url: URL,
    headers: Readonly<Record<string, string>>,
    fail: Fail
  ) => Effect.Effect<Answer, PayloadTransferError, Scope.Scope>
  /** Gives the answer, which may come before all is sent. */
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
