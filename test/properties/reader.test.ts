import { Blueprint, CustomApp, CustomProfile, CustomScript } from "effect-iru"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { readerOf } from "../../src/operation/reader.js"
import { nullish, nullishOr, nullishText, openEnum } from "../../src/schemas/internal.js"

interface Tree {
  readonly name: string
  readonly below: ReadonlyArray<Tree>
}
const Tree = Schema.Struct({
  name: Schema.String,
  below: Schema.Array(Schema.suspend((): Schema.Schema<Tree> => Tree))
})
class Device extends Schema.Class<Device>("Device")({ name: Schema.String, count: Schema.Trim }) {}

/** A schema with a tagged union, transformations, filters, optional keys and defaults. */
const schemas = {
  Blueprint,
  CustomApp,
  CustomProfile,
  CustomScript,
  Tree,
  Device,
  "keys with defaults": Schema.Struct({
    a: nullishOr(Schema.String, "none"),
    b: nullish(Schema.Boolean),
    c: nullishText(Schema.NumberFromString),
    d: openEnum("x", "y"),
    e: Schema.optionalWith(Schema.Finite, { default: () => 1 }),
    f: Schema.optionalWith(Schema.String, { nullable: true }),
    g: Schema.optionalWith(Schema.String, { as: "Option" }),
    toString: Schema.UndefinedOr(Schema.Unknown)
  }),
  "keys under other names": Schema.Struct({ a: Schema.propertySignature(Schema.String).pipe(Schema.fromKey("b")) }),
  "unions of records": Schema.Union(
    Schema.Struct({ kind: Schema.Literal("a"), a: Schema.String }),
    Schema.Struct({ kind: Schema.Literal("b"), b: Schema.Finite }),
    Schema.NullOr(Schema.String)
  ),
  "a union in which the first that fits counts": Schema.Union(Schema.Trim, Schema.String, Schema.Lowercase),
  "a record of anything": Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  "a record of texts": Schema.Struct({ a: Schema.String }, { key: Schema.String, value: Schema.String }),
  "an object": Schema.Struct({}),
  "a tuple": Schema.Tuple(Schema.String, Schema.optionalElement(Schema.Finite)),
  "a list with something in it": Schema.NonEmptyArray(Schema.Trim),
  "a choice of numbers": Schema.Literal(1, 2, null),
  "numbers within bounds": Schema.Array(Schema.Number.pipe(Schema.between(0, 5), Schema.int())),
  "a value with another in its place": Schema.Array(
    Schema.String.annotations({ decodingFallback: () => Either.right("another") })
  ),
  "a record that may have no other key": Schema.Struct({ a: Schema.String }).annotations({
    parseOptions: { onExcessProperty: "error" }
  }),
  "a transformation that fails": Schema.transformOrFail(Schema.String, Schema.String, {
    strict: true,
    decode: (text, _, ast) =>
      text.length > 3 ? ParseResult.succeed(text) : ParseResult.fail(new ParseResult.Type(ast, text)),
    encode: ParseResult.succeed
  })
}

const text = FastCheck.oneof(FastCheck.string(), FastCheck.constantFrom("a", "b", "x", "y", " B ", "12", "2024-01-20"))
const json = FastCheck.letrec<{ value: unknown }>((tie) => ({
  value: FastCheck.oneof(
    { depthSize: "small", withCrossShrink: true },
    text,
    FastCheck.constantFrom(null, true, false, 0, 1, 2, 1.5),
    FastCheck.array(tie("value"), { maxLength: 4 }),
    FastCheck.dictionary(
      FastCheck.oneof(FastCheck.constantFrom("kind", "name", "below", "id", "count", ..."abcdefg"), text),
      tie("value"),
      { maxKeys: 6 }
    )
  )
})).value

/** A valid record in which some keys are removed or have another value. */
const nearly = (schema: Schema.Schema.AnyNoContext) =>
  FastCheck.tuple(
    Arbitrary.make(Schema.encodedSchema(schema)),
    FastCheck.array(FastCheck.tuple(FastCheck.nat(), json))
  ).map(([value, changes]): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value
    const entries = Object.entries(value)
    for (const [place, other] of changes) {
      const entry = entries[place % (entries.length + 1)]
      if (entry === undefined) entries.push(["more", other])
      else if (other === null) entries.splice(entries.indexOf(entry), 1)
      else entry[1] = other
    }
    return Object.fromEntries(entries)
  })

const outcome = (result: Either.Either<unknown, ParseResult.ParseError>) =>
  Either.match(result, { onLeft: (error) => ({ problem: error.message }), onRight: (value) => ({ value }) })

test.each(Object.entries<Schema.Schema.AnyNoContext>(schemas))(
  "the fast reader of %s gives the same result as the schema library for any input",
  (_, schema) => {
    const read = readerOf(schema)
    const decode = Schema.decodeUnknownEither(schema)
    let readable = 0
    FastCheck.assert(
      FastCheck.property(FastCheck.oneof(nearly(schema), json), (value) => {
        const expected = outcome(decode(value))
        if ("value" in expected) readable++
        expect(outcome(read(value))).toStrictEqual(expected)
      }),
      { numRuns: 300 }
    )
    expect(readable).toBeGreaterThan(10)
  }
)
