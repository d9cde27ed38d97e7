/**
 * The error of a failed transfer of an installer to or from storage.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** Marks `PayloadTransferError` and `PayloadIntegrityError`, so that both can be recognised together. */
export const PayloadErrorTypeId: unique symbol = Symbol.for("effect-iru/PayloadError")
export type PayloadErrorTypeId = typeof PayloadErrorTypeId

/**
 * Why a transfer failed.
 *
 * - `Source`: the installer cannot be read, or it changed while it was read
 * - `Sink`: the target cannot be written
 * - `Transport`: the connection to storage failed
 * - `Stalled`: no byte moved for too long
 * - `Truncated`: the transfer ended early
 * - `Expired`: the temporary address is no longer valid
 * - `Rejected`: storage or the service refused the installer; `status`, `code` and `detail` say why
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

/** A transfer of an installer failed. This error never contains the signed address, because the address is a secret. */
export class PayloadTransferError extends Schema.TaggedError<PayloadTransferError>("effect-iru/PayloadTransferError")(
  "PayloadTransferError",
  {
    reason: PayloadTransferErrorReason,
    direction: Schema.Literal("upload", "download"),
    /** The installer's file name. */
    name: Schema.String,
    /** How many bytes were transferred before the failure. */
    bytes: Schema.optional(Schema.Number),
    /** The HTTP status, if storage answered. */
    status: Schema.optional(Schema.Int),
    /** The error code of storage: `"EntityTooLarge"`, `"AccessDenied"`. */
    code: Schema.optional(Schema.String),
    /** The message of storage or of the operating system. */
    detail: Schema.optional(Schema.String),
    cause: Schema.optional(Schema.Defect)
  }
) {
  readonly [PayloadErrorTypeId]: PayloadErrorTypeId = PayloadErrorTypeId

  /** Also true for a `PayloadIntegrityError`. */
  static override [Symbol.hasInstance](value: unknown): value is PayloadTransferError {
    return Predicate.hasProperty(value, PayloadErrorTypeId)
  }

  override get message(): string {
    const facts = [this.status, this.code, this.detail].filter((fact) => fact !== undefined)
    return `${this.direction} of ${this.name}: ${explanations[this.reason]}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`
  }
}
