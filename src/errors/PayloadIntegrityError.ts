/**
 * An installer arrived, and it is not the one that was announced.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { PayloadErrorTypeId, type PayloadTransferError } from "./PayloadTransferError.js"

/**
 * The bytes at one end are not those at the other: they have another sha256 or another size. After a download, nothing
 * was written to the target. After an upload, the tenant says that it has something else than was sent; the app, if one
 * was made, is left as it is. `instanceof PayloadTransferError` holds too; `catchTag` tells the two apart.
 */
export class PayloadIntegrityError extends Schema.TaggedError<PayloadIntegrityError>(
  "effect-iru/PayloadIntegrityError"
)("PayloadIntegrityError", {
  direction: Schema.Literal("upload", "download"),
  /** The installer's file name. */
  name: Schema.String,
  /** What was compared: the sha256 in lower-case hex, or the size in bytes. */
  check: Schema.Literal("sha256", "size"),
  /** What was sent, or what the tenant announced for a download. */
  expected: Schema.String,
  /** What the tenant says it has, or what arrived. */
  actual: Schema.String,
  /** The app that was made or changed before the difference was seen. */
  appId: Schema.optional(Schema.String)
}) {
  readonly [PayloadErrorTypeId]: PayloadErrorTypeId = PayloadErrorTypeId

  override get message(): string {
    const compared = `${this.direction} of ${this.name}: its ${this.check} is ${this.actual}, expected ${this.expected}`
    return this.appId === undefined
      ? compared
      : `${compared}. The app ${this.appId} is left as it is: publish it again, or delete it.`
  }
}

/** Everything that can happen to an installer on its way. */
export type PayloadError = PayloadTransferError | PayloadIntegrityError

/** Whether a value is a `PayloadTransferError` or a `PayloadIntegrityError`; with `Effect.catchIf` it catches both. */
export const isPayloadError = (value: unknown): value is PayloadError =>
  Predicate.hasProperty(value, PayloadErrorTypeId)
