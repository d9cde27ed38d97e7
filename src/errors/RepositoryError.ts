/**
 * The failure of a folder of library items: one tag, a closed `reason`.
 */
import * as Schema from "effect/Schema"

/**
 * Why work on a folder failed.
 *
 * - `NotARepository`: neither the folder nor one above it holds a `.iructl` or `.kst` file
 * - `InvalidItem`: files that cannot be read as what they should be, or break a rule of the service
 * - `Duplicate`: several items of one kind have the same id
 * - `Conflict`: an item was changed in the folder and in the tenant
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

/** What is wrong with a file. */
export const RepositoryProblem = Schema.Struct({
  /** Below the repository's root, with `/`. */
  file: Schema.String,
  /** The key of an info file, with dots: `file.sha256`. */
  key: Schema.optional(Schema.String),
  /** Counted from 1. */
  line: Schema.optional(Schema.Int),
  message: Schema.String
})
/** A problem, decoded. */
export interface RepositoryProblem extends Schema.Schema.Type<typeof RepositoryProblem> {}

/** A folder, a plan or an item of it that cannot be used. It never holds the content of a script or a profile. */
export class RepositoryError extends Schema.TaggedError<RepositoryError>("effect-iru/RepositoryError")(
  "RepositoryError",
  {
    reason: RepositoryErrorReason,
    /** What happened, to what, and what to do. */
    detail: Schema.String,
    /** All problems that were found, by file. */
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
