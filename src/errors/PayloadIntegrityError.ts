/**
 * An installer arrived, and it is not the one that was announced.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { PayloadErrorTypeId, type PayloadTransferError } from "./PayloadTransferError.js"

/**
 * The bytes that arrived have another sha256 than the tenant says, or are more than it says. Nothing was written to the
 * target. `instanceof PayloadTransferError` holds too; `catchTag` tells the two apart.
 */
export class PayloadIntegrityError extends Schema.TaggedError<PayloadIntegrityError>(
  "effect-iru/PayloadIntegrityError"
)("PayloadIntegrityError", {
  direction: Schema.Literal("upload", "download"),
  /** The installer's file name. */
  name: Schema.String,
  /** What was compared: the sha256 in lower-case hex, or the size in bytes. */
  check: Schema.Literal("sha256", "size"),
  expected: Schema.String,
  actual: Schema.String
}) {
  readonly [PayloadErrorTypeId]: PayloadErrorTypeId = PayloadErrorTypeId

  override get message(): string {
    return `${this.direction} of ${this.name}: its ${this.check} is ${this.actual}, expected ${this.expected}`
  }
}

/** Everything that can happen to an installer on its way. */
export type PayloadError = PayloadTransferError | PayloadIntegrityError

/** Whether a value is a `PayloadTransferError` or a `PayloadIntegrityError`; with `Effect.catchIf` it catches both. */
export const isPayloadError = (value: unknown): value is PayloadError =>
  Predicate.hasProperty(value, PayloadErrorTypeId)
