/**
 * The building blocks of all schemas. Decoding is tolerant, because the API grows without notice: unknown keys are
 * dropped, unknown enum values are kept, and `null` and `""` mean absent. Each key is decoded on its own. A schema that
 * looks at the whole record would check every record twice, and a listing has thousands of records.
 */
import * as Schema from "effect/Schema"

/** An id as the API writes it, in lower case. Usually a UUID, but nothing depends on that. */
export const Id = Schema.Lowercase

/** The value, or one of the forms in which the API sends a missing value: no key, `null` or `""`. */
const orNothing = <A, I, R>(schema: Schema.Schema<A, I, R>) =>
  Schema.Union(Schema.NullishOr(schema), Schema.Literal(""))

type Nullish<A, I, R> = Schema.optional<Schema.Schema<A | undefined, I | "" | null | undefined, R>>

/**
 * The schemas of optional keys, by the schema of their value. Creating each one only once makes importing the library a
 * fifth faster.
 */
const made = new WeakMap<object, unknown>()

/** A key that may be missing, null or `""`. All three become `undefined`. */
export const nullish = <A, I, R>(schema: Schema.Schema<A, I, R>): Nullish<A, I, R> => {
  const before = made.get(schema)
  if (before !== undefined) return before as Nullish<A, I, R>
  const key = Schema.optional(
    Schema.transform(orNothing(schema), Schema.UndefinedOr(Schema.typeSchema(schema)), {
      strict: true,
      decode: (value) => (value === "" ? undefined : (value ?? undefined)),
      encode: (value) => value
    })
  )
  made.set(schema, key)
  return key
}

/** A text that may be missing, null or `""`. All three become `undefined`. */
export const nullishText = <A>(
  schema: Schema.Schema<A, string>
): Schema.optional<Schema.Schema<A | undefined, string | null | undefined>> =>
  Schema.optional(
    Schema.transform(Schema.NullishOr(Schema.String), Schema.UndefinedOr(schema), {
      strict: true,
      decode: (text) => text || undefined,
      encode: (text) => text
    })
  )

/** A key that may be missing, null or `""`. All three become a default value. */
export const nullishOr = <A, I, R>(
  schema: Schema.Schema<A, I, R>,
  value: Schema.Schema.Type<Schema.Schema<A, I, R>>
): Schema.Schema<A, I | "" | null | undefined, R> =>
  Schema.transform(orNothing(schema), Schema.typeSchema(schema), {
    strict: true,
    decode: (given) => (given === "" ? value : (given ?? value)),
    encode: (given) => given
  })

/** A text that may be missing, null or `""`. All three become `null`. */
export const blankAsNull: Schema.Schema<string | null, string | null | undefined> = Schema.transform(
  Schema.NullishOr(Schema.String),
  Schema.NullOr(Schema.String),
  {
    strict: true,
    decode: (text) => text || null,
    encode: (text) => text ?? ""
  }
)

/** A value that may be missing, null or `""`. All three become `null`. */
export const blankAsNullOr = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A | null, I | "" | null | undefined> =>
  Schema.transform(orNothing(schema), Schema.NullOr(Schema.typeSchema(schema)), {
    strict: true,
    decode: (value) => (value === "" ? null : (value ?? null)),
    encode: (value) => value
  })

/** JSON of unknown shape. */
export const Json = Schema.Unknown

/** The values that a caller can choose from. */
export const choice = <const Values extends readonly [string, ...Array<string>]>(...values: Values) =>
  Schema.Literal(...values).annotations({
    message: () => ({ message: `must be one of ${values.map((value) => `"${value}"`).join(", ")}`, override: true })
  })

/**
 * The values that are known today, or any other string, since the API may add values. Editors still complete the known
 * ones.
 */
export const openEnum = <const Values extends readonly [string, ...Array<string>]>(...values: Values) =>
  Schema.Union(
    Schema.Literal(...values),
    Schema.String.pipe((other): Schema.Schema<string & {}, string> => other)
  )

/** A time as text. The API uses several forms: ISO 8601 with `Z` and microseconds, without them, or `""`. */
export const Timestamp = Schema.String

/** An optional field of a caller's argument. If it is missing or `undefined`, its key is not sent. */
export const given = Schema.optional

/** A text that must not be empty. */
export const Required = Schema.String.pipe(Schema.minLength(1, { message: () => "is empty" }))
