/**
 * The error of a finished transfer whose installer has the wrong sha256 or size.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { PayloadErrorTypeId, type PayloadTransferError } from "./PayloadTransferError.js"

/**
 * A transfer finished, but the sha256 or the size is wrong. For a download, nothing was written to the target. For an
 * upload, the tenant reports another sha256 or size than was sent; an app that was already created or changed stays as
 * it is. This error is also `instanceof PayloadTransferError`; use `catchTag` to catch only one of the two.
 */
export class PayloadIntegrityError extends Schema.TaggedError<PayloadIntegrityError>(
  "effect-iru/PayloadIntegrityError"
)("PayloadIntegrityError", {
  direction: Schema.Literal("upload", "download"),
  /** The installer's file name. */
  name: Schema.String,
  /** The compared value: the sha256 in lower-case hex, or the size in bytes. */
  check: Schema.Literal("sha256", "size"),
  /** The value of the installer that was sent, or for a download the value that the tenant announced. */
  expected: Schema.String,
  /** The value that the tenant reports, or for a download the value of the bytes that arrived. */
  actual: Schema.String,
  /** The id of the app that was created or changed before the difference was found. */
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

/** Every error of an installer's transfer. */
export type PayloadError = PayloadTransferError | PayloadIntegrityError

/** Whether a value is a `PayloadTransferError` or a `PayloadIntegrityError`; with `Effect.catchIf` it catches both. */
export const isPayloadError = (value: unknown): value is PayloadError =>
  Predicate.hasProperty(value, PayloadErrorTypeId)
