/**
 * The error of work on a folder of library items. It has one tag; its `reason` is one of a fixed list.
 */
import * as Schema from "effect/Schema"

/**
 * Why work on a folder failed.
 *
 * - `NotARepository`: neither the folder nor a folder above it contains a `.iructl` or `.kst` file
 * - `InvalidItem`: a file has the wrong format, or breaks a rule of the service
 * - `Duplicate`: several items of one kind have the same id
 * - `Conflict`: an item was changed both in the folder and in the tenant
 * - `LimitExceeded`: a plan would update or delete more than its limits allow
 * - `Stale`: an item has changed since the plan was made
 * - `WrongTenant`: the plan was made for another tenant
 * - `Io`: a file cannot be read or written
 */
export const RepositoryErrorReason = Schema.Literal(
  "NotARepository",
  "InvalidItem",
  "Duplicate",
  "Conflict",
  "LimitExceeded",
  "Stale",
  "WrongTenant",
  "Io"
)
export type RepositoryErrorReason = typeof RepositoryErrorReason.Type

/** One problem of a file. */
export const RepositoryProblem = Schema.Struct({
  /** The file's path, relative to the repository's root, with `/` between folders. */
  file: Schema.String,
  /** The key in the info file; nested keys are joined with dots: `file.sha256`. */
  key: Schema.optional(Schema.String),
  /** The line number. The first line is 1. */
  line: Schema.optional(Schema.Int),
  message: Schema.String
})
/** One problem of a file. */
export interface RepositoryProblem extends Schema.Schema.Type<typeof RepositoryProblem> {}

/** A folder, a plan or an item cannot be used. This error never contains the content of a script or a profile. */
export class RepositoryError extends Schema.TaggedError<RepositoryError>("effect-iru/RepositoryError")(
  "RepositoryError",
  {
    reason: RepositoryErrorReason,
    /** The explanation: what failed, which file or item it concerns, and how to fix it. */
    detail: Schema.String,
    /** Every problem that was found, each with its file. */
    problems: Schema.optionalWith(Schema.Array(RepositoryProblem), { default: () => [] }),
    cause: Schema.optional(Schema.Defect)
  }
) {
  override get message(): string {
    return [this.detail, ...this.problems.map(describeProblem)].join("\n  ")
  }
}

const describeProblem = ({ file, key, line, message }: RepositoryProblem): string =>
  `${file}${line === undefined ? "" : `:${line}`}: ${key === undefined ? "" : `${key} `}${message}`

/** Whether a value is a `RepositoryError`. */
export const isRepositoryError = Schema.is(RepositoryError)
