/**
 * Checks the arguments of a caller before anything is sent.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { ApiClientError, type FieldErrors } from "../errors/ApiClientError.js"
import { onFirstUse } from "./onFirstUse.js"

/** Makes the failure for invalid arguments, with the problems by field. */
export const invalidArgument = (operation: string, fieldErrors: FieldErrors, cause?: unknown): ApiClientError =>
  new ApiClientError({ reason: "InvalidArgument", operation, fieldErrors, cause })

/** Returns only the keys that the caller passed: `undefined` keys are left out, `""` and `false` are kept. */
export const definedOnly = <A extends object>(fields: A): A =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as A

/**
 * Makes the function that checks an operation's fields: their types, unknown keys and the rules between fields. It
 * reports all problems at once, or returns the fields to send.
 */
export const checkFields = <A extends object, I>(operation: string, schema: Schema.Schema<A, I>) => {
  const validate = onFirstUse(() => Schema.validateEither(schema, { errors: "all", onExcessProperty: "error" }))
  return (fields: object): Effect.Effect<A, ApiClientError> =>
    Effect.map(
      Effect.mapError(validate()(fields), (error) => invalidArgument(operation, fieldErrorsOf(error.issue))),
      definedOnly
    )
}

/** `checkFields` for an update, which must change something. */
export const checkChanges = <A extends object, I>(operation: string, schema: Schema.Schema<A, I>) => {
  const check = checkFields(operation, schema)
  return (fields: object): Effect.Effect<A, ApiClientError> =>
    Effect.filterOrFail(
      check(fields),
      (changes) => Object.keys(changes).length > 0,
      () => nothingToChange(operation)
    )
}

/** The failure of an update without changes. It is not sent, because it would make devices install a profile again. */
export const nothingToChange = (operation: string): ApiClientError =>
  invalidArgument(operation, { "": ["nothing to change is given"] })

/**
 * Returns the problems by field. The messages contain no value, and do not mention that an optional field may be
 * absent.
 */
export const fieldErrorsOf = (issue: ParseResult.ParseIssue): FieldErrors => {
  const errors = new Map<string, ReadonlyArray<string>>()
  for (const { path, message } of problemsOf(issue)) {
    const field = path.join(".")
    if (message !== "Expected undefined") errors.set(field, [...(errors.get(field) ?? []), message])
  }
  return Object.fromEntries(errors)
}

/**
 * Returns the place of each problem, and what was expected there. The value at that place is left out: it may be a
 * script, a token or a presigned address, and it may be too large to print.
 */
export const problemsOf = (issue: ParseResult.ParseIssue): ReadonlyArray<ParseResult.ArrayFormatterIssue> =>
  ParseResult.ArrayFormatter.formatIssueSync(withoutValues(issue)).map((problem) => ({
    ...problem,
    message: problem.message.replace(/, actual undefined$/, "")
  }))

const withoutValues = (issue: ParseResult.ParseIssue): ParseResult.ParseIssue => {
  switch (issue._tag) {
    case "Pointer":
      return new ParseResult.Pointer(issue.path, undefined, withoutValues(issue.issue))
    case "Composite": {
      const [first, ...rest] = Arr.ensure(issue.issues)
      return first === undefined
        ? issue
        : new ParseResult.Composite(issue.ast, undefined, [withoutValues(first), ...rest.map(withoutValues)])
    }
    case "Refinement":
      return new ParseResult.Refinement(issue.ast, undefined, issue.kind, withoutValues(issue.issue))
    case "Transformation":
      return new ParseResult.Transformation(issue.ast, undefined, issue.kind, withoutValues(issue.issue))
    case "Type":
      return new ParseResult.Type(issue.ast, undefined, issue.message)
    case "Unexpected":
      return new ParseResult.Unexpected(undefined, issue.message)
    case "Forbidden":
      return new ParseResult.Forbidden(issue.ast, undefined, issue.message)
    case "Missing":
      return issue
  }
}
