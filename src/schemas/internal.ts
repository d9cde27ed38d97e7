/**
 * The few schema shapes that every payload is made of. Decoding is tolerant (unknown keys are dropped, unknown enum
 * values carried, null is absence), because the API grows without notice. Each key is read by itself: a schema that had
 * to look at the whole record would check every record twice, and a listing has thousands.
 */
import * as Schema from "effect/Schema"

/** An id as the API writes it, in lower case. Usually a UUID, but nothing depends on that. */
export const Id = Schema.Lowercase

/** A key that may be missing or null, which both are `undefined` here. */
export const nullish = <A, I, R>(
  schema: Schema.Schema<A, I, R>
): Schema.optional<Schema.Schema<A | undefined, I | null | undefined, R>> =>
  Schema.optional(
    Schema.transform(Schema.NullishOr(schema), Schema.UndefinedOr(Schema.typeSchema(schema)), {
      strict: true,
      decode: (value) => value ?? undefined,
      encode: (value) => value
    })
  )

/** A text that may be missing, null or `""`, all of which mean that there is none: `undefined` here. */
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

/** A key that may be missing or null, and then has a value all the same. */
export const nullishOr = <A, I, R>(
  schema: Schema.Schema<A, I, R>,
  value: Schema.Schema.Type<Schema.Schema<A, I, R>>
): Schema.Schema<A, I | null | undefined, R> =>
  Schema.transform(Schema.NullishOr(schema), Schema.typeSchema(schema), {
    strict: true,
    decode: (given) => given ?? value,
    encode: (given) => given
  })

/** A text that the API leaves out, or writes as `""`, where there is none: `null` here. */
export const blankAsNull: Schema.Schema<string | null, string | null | undefined> = Schema.transform(
  Schema.NullishOr(Schema.String),
  Schema.NullOr(Schema.String),
  {
    strict: true,
    decode: (text) => text || null,
    encode: (text) => text ?? ""
  }
)

/** A record that the API leaves out, or writes as `""`, where there is none: `null` here. */
export const blankAsNullOr = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A | null, I | "" | null | undefined> =>
  Schema.transform(
    Schema.Union(schema, Schema.Literal(""), Schema.Null, Schema.Undefined),
    Schema.NullOr(Schema.typeSchema(schema)),
    { strict: true, decode: (record) => (record === "" ? null : (record ?? null)), encode: (record) => record }
  )

/** JSON of no shape that is known. */
export const Json = Schema.Unknown

/** The values that a caller can choose from. */
export const choice = <const Values extends readonly [string, ...Array<string>]>(...values: Values) =>
  Schema.Literal(...values).annotations({
    message: () => ({ message: `is none of ${values.map((value) => `"${value}"`).join(", ")}`, override: true })
  })

/** The values known today, and any string that the API may send tomorrow. Keeps completion for the known ones. */
export const openEnum = <const Values extends readonly [string, ...Array<string>]>(...values: Values) =>
  Schema.Union(
    Schema.Literal(...values),
    Schema.String.pipe((other): Schema.Schema<string & {}, string> => other)
  )

/** A time as the API writes it. It writes several forms: ISO 8601 with `Z` and microseconds, without, or `""`. */
export const Timestamp = Schema.String

/** What a caller may leave out: missing and `undefined` both mean that the key is not sent. */
export const given = Schema.optional

/** A text that a caller must give. */
export const Required = Schema.String.pipe(Schema.minLength(1, { message: () => "is empty" }))
