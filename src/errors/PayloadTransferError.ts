/**
 * The failure of an installer's way to or from storage.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** Marks the family: `PayloadTransferError` and `PayloadIntegrityError`. */
export const PayloadErrorTypeId: unique symbol = Symbol.for("effect-iru/PayloadError")
export type PayloadErrorTypeId = typeof PayloadErrorTypeId

/**
 * Why a transfer failed.
 *
 * - `Source`: what is sent cannot be read, or changed while it was read
 * - `Sink`: the target cannot be written
 * - `Transport`: the connection to the store failed
 * - `Stalled`: no byte moved for too long
 * - `Truncated`: the transfer ended early
 * - `Expired`: the temporary address is no longer valid
 * - `Rejected`: the store refused; `status`, `code` and `detail` are its own words
 */
export const PayloadTransferErrorReason = Schema.Literal(
  "Source",
  "Sink",
  "Transport",
  "Stalled",
  "Truncated",
  "Expired",
  "Rejected"
)
export type PayloadTransferErrorReason = typeof PayloadTransferErrorReason.Type

const explanations: Record<PayloadTransferErrorReason, string> = {
  Source: "the source could not be read as announced",
  Sink: "the target could not be written",
  Transport: "the connection to storage failed",
  Stalled: "no byte moved for too long",
  Truncated: "it ended early",
  Expired: "its temporary address is no longer valid",
  Rejected: "storage refused it"
}

/** An installer did not get to or from storage. It never holds the address, so no signature can be read from it. */
export class PayloadTransferError extends Schema.TaggedError<PayloadTransferError>("effect-iru/PayloadTransferError")(
  "PayloadTransferError",
  {
    reason: PayloadTransferErrorReason,
    direction: Schema.Literal("upload", "download"),
    /** The installer's file name. */
    name: Schema.String,
    /** Bytes that had moved. */
    bytes: Schema.optional(Schema.Number),
    /** HTTP status, where storage answered. */
    status: Schema.optional(Schema.Int),
    /** The store's code: `"EntityTooLarge"`, `"AccessDenied"`. */
    code: Schema.optional(Schema.String),
    /** The store's (or the operating system's) message. */
    detail: Schema.optional(Schema.String),
    cause: Schema.optional(Schema.Defect)
  }
) {
  readonly [PayloadErrorTypeId]: PayloadErrorTypeId = PayloadErrorTypeId

  /** `PayloadIntegrityError` counts as one. */
  static override [Symbol.hasInstance](value: unknown): value is PayloadTransferError {
    return Predicate.hasProperty(value, PayloadErrorTypeId)
  }

  override get message(): string {
    const facts = [this.status, this.code, this.detail].filter((fact) => fact !== undefined)
    return `${this.direction} of ${this.name}: ${explanations[this.reason]}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`
  }
}
