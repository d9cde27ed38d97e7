/**
 * Decodes parsed JSON with a schema, and returns the same as `Schema.decodeUnknownEither`. That function makes several
 * objects for each value, and a page of a listing has thousands of values. So this module has readers of its own for
 * the kinds of schema that records consist of. It leaves the other kinds, and every value that does not match its
 * schema, to Effect's decoder.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { onFirstUse } from "./onFirstUse.js"

/** Returns the decoded value, or `unread` if Effect's decoder has to read it. */
type Read = (value: unknown) => unknown

const unread = Symbol("unread")

/** Makes the decoder of a schema. */
export const readerOf = <A, I>(
  schema: Schema.Schema<A, I>
): ((value: unknown) => Either.Either<A, ParseResult.ParseError>) => {
  const decode = onFirstUse(() => Schema.decodeUnknownEither(schema))
  const read = onFirstUse(() => known(schema.ast))
  return (value) => {
    const result = read()(value)
    return result === unread ? decode()(value) : Either.right(result as A)
  }
}

const readers = new WeakMap<AST.AST, Read>()

const known = (ast: AST.AST): Read => {
  const before = readers.get(ast)
  if (before !== undefined) return before
  const read =
    Option.isSome(AST.getParseOptionsAnnotation(ast)) || Option.isSome(AST.getDecodingFallbackAnnotation(ast))
      ? byLibrary(ast)
      : make(ast)
  readers.set(ast, read)
  return read
}

const byLibrary = (ast: AST.AST): Read => {
  const decode = onFirstUse(() => Schema.decodeUnknownEither(Schema.make<unknown, unknown, never>(ast)))
  return (value) => Either.getOrElse(decode()(value), () => unread)
}

const make = (ast: AST.AST): Read => {
  switch (ast._tag) {
    case "StringKeyword":
      return only(Predicate.isString)
    case "NumberKeyword":
      return only(Predicate.isNumber)
    case "BooleanKeyword":
      return only(Predicate.isBoolean)
    case "UndefinedKeyword":
      return only(Predicate.isUndefined)
    case "Literal":
      return only((value) => value === ast.literal)
    case "UnknownKeyword":
      return only(() => true)
    case "Union":
      return ast.types.filter((type) => !isPlain(type)).length > 1 ? byLibrary(ast) : anyOf(ast.types.map(known))
    case "TupleType":
      return ast.elements.length === 0 && ast.rest.length === 1 && ast.rest[0] !== undefined
        ? arrayOf(known(ast.rest[0].type))
        : byLibrary(ast)
    case "TypeLiteral":
      return ast.indexSignatures.length > 0 || ast.propertySignatures.length === 0
        ? byLibrary(ast)
        : record(ast.propertySignatures)
    case "Refinement":
      return refined(known(ast.from), ast)
    case "Transformation":
      return ast.transformation._tag === "FinalTransformation"
        ? transformed(known(ast.from), ast, ast.transformation, known(ast.to))
        : byLibrary(ast)
    case "Suspend":
      return (value) => known(ast.f())(value)
    default:
      return byLibrary(ast)
  }
}

/**
 * Whether a type is a plain value. If a union has several types that are not, Effect's decoder chooses between them.
 */
const isPlain = ({ _tag }: AST.AST): boolean =>
  ["StringKeyword", "NumberKeyword", "BooleanKeyword", "UndefinedKeyword", "Literal"].includes(_tag)

const only =
  (holds: (value: unknown) => boolean): Read =>
  (value) =>
    holds(value) ? value : unread

const anyOf =
  (members: ReadonlyArray<Read>): Read =>
  (value) => {
    for (const read of members) {
      const result = read(value)
      if (result !== unread) return result
    }
    return unread
  }

const arrayOf =
  (read: Read): Read =>
  (value) => {
    if (!Array.isArray(value)) return unread
    const results: Array<unknown> = []
    for (const item of value) {
      const result = read(item)
      if (result === unread) return unread
      results.push(result)
    }
    return results
  }

const record = (signatures: ReadonlyArray<AST.PropertySignature>): Read => {
  const keys = signatures.map(({ isOptional, name, type }) => ({ isOptional, name, read: known(type) }))
  return (value) => {
    if (!Predicate.isRecord(value)) return unread
    const result: Record<PropertyKey, unknown> = {}
    for (const { isOptional, name, read } of keys) {
      if (isOptional && !Object.hasOwn(value, name)) continue
      const field = read(value[name])
      if (field === unread) return unread
      result[name] = field
    }
    return result
  }
}

const refined =
  (read: Read, ast: AST.Refinement): Read =>
  (value) => {
    const result = read(value)
    return result === unread || Option.isSome(ast.filter(result, AST.defaultParseOption, ast)) ? unread : result
  }

const transformed =
  (from: Read, ast: AST.Transformation, { decode }: AST.FinalTransformation, to: Read): Read =>
  (value) => {
    const given = from(value)
    if (given === unread) return unread
    const made = decode(given, AST.defaultParseOption, ast, value)
    return Either.isEither(made) && Either.isRight(made) ? to(made.right) : unread
  }
