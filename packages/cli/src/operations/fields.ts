/**
 * The fields of a query or a body, read from its schema: each becomes an option.
 */
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/** How the text of an option is parsed. */
export type FieldKind = "text" | "secret" | "number" | "boolean" | "list" | "file" | "json"

/** A field of a query or a body. */
export interface Field {
  /** Its name in the API: `serial_number`. */
  readonly name: string
  /** Its name as an option: `serial-number`. */
  readonly option: string
  readonly kind: FieldKind
  readonly isRequired: boolean
  /** Whether `null` clears it. */
  readonly isNullable: boolean
  /** The allowed values, if they are listed in the schema. */
  readonly choices: ReadonlyArray<string>
}

/** The option of a field: `phone-number` for `phone_number`, `esim-server-url` for `eSIMServerURL`. */
export const optionName = (name: string): string =>
  name
    .replace(/^e(?=[A-Z]{2})/, "E")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replace(/[_.]+/g, "-")
    .toLowerCase()

/** The fields of a schema, in the order of the schema. */
export const fieldsOf = (schema: Schema.Schema.AnyNoContext | undefined): ReadonlyArray<Field> => {
  if (schema === undefined) return []
  const ast = withoutFilters(schema.ast)
  if (!AST.isTypeLiteral(ast)) return []
  return ast.propertySignatures.map(({ isOptional, name, type }) => {
    const parts = partsOf(AST.encodedAST(type))
    const isSecret = kindOf(parts) === "text" && partsOf(AST.typeAST(type)).some(AST.isDeclaration)
    return {
      name: String(name),
      option: optionName(String(name)),
      kind: isSecret ? "secret" : kindOf(parts),
      isRequired: !isOptional,
      isNullable: parts.some((part) => AST.isLiteral(part) && part.literal === null),
      choices: choicesOf(parts)
    }
  })
}

/**
 * The paths of all fields of a record schema, such as `name` and `user.name`. Empty if the schema also accepts fields
 * that it does not name.
 */
export const pathsOf = (schema: Schema.Schema.AnyNoContext | undefined): ReadonlyArray<string> =>
  schema === undefined ? [] : pathsIn(AST.encodedAST(schema.ast), "")

const pathsIn = (ast: AST.AST, prefix: string): ReadonlyArray<string> => {
  const records = partsOf(ast).flatMap((part) => {
    const [list] = AST.isTupleType(part) && prefix === "" ? part.rest : []
    return list === undefined ? [part] : partsOf(list.type)
  })
  const objects = records.filter(AST.isTypeLiteral)
  if (objects.some(({ indexSignatures }) => indexSignatures.length > 0)) return []
  const fields = objects.flatMap(({ propertySignatures }) => propertySignatures)
  const paths = fields.flatMap(({ name, type }) => {
    const within = pathsIn(type, `${prefix}${String(name)}.`)
    return within.length === 0 ? [`${prefix}${String(name)}`] : within
  })
  return [...new Set(paths)]
}

const withoutFilters = (ast: AST.AST): AST.AST =>
  AST.isRefinement(ast) ? withoutFilters(ast.from) : AST.isTransformation(ast) ? withoutFilters(ast.from) : ast

const partsOf = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  const inner = AST.isRefinement(ast) ? ast.from : AST.isSuspend(ast) ? ast.f() : ast
  if (inner !== ast) return partsOf(inner)
  return AST.isUnion(ast) ? ast.types.flatMap(partsOf) : AST.isUndefinedKeyword(ast) ? [] : [ast]
}

const kindOf = (parts: ReadonlyArray<AST.AST>): FieldKind => {
  const values = parts.filter((part) => !(AST.isLiteral(part) && part.literal === null))
  const are = (test: (part: AST.AST) => boolean) => values.length > 0 && values.every(test)
  if (are(AST.isBooleanKeyword)) return "boolean"
  if (are(AST.isNumberKeyword)) return "number"
  if (are((part) => AST.isStringKeyword(part) || (AST.isLiteral(part) && typeof part.literal === "string")))
    return "text"
  if (are((part) => AST.isTupleType(part) && part.rest.every(({ type }) => kindOf(partsOf(type)) === "text")))
    return "list"
  if (values.some(AST.isDeclaration)) return "file"
  return "json"
}

const choicesOf = (parts: ReadonlyArray<AST.AST>): ReadonlyArray<string> =>
  parts.flatMap((part) => {
    if (AST.isLiteral(part) && typeof part.literal === "string") return [part.literal]
    return AST.isTupleType(part) ? part.rest.flatMap(({ type }) => choicesOf(partsOf(type))) : []
  })
