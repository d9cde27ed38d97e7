/**
 * The service sends `""` for a missing value. In every payload it reads like a missing key.
 */
import { CustomApp, CustomScript, Device, type Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import { Example } from "effect-iru/testing"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as String from "effect/String"
import { expect, test } from "vitest"
import { appRecord, scriptRecord } from "../support/records.js"

type Path = ReadonlyArray<PropertyKey>

/** The encoded payloads in a schema, by name: the members of unions, the elements of lists, and nested ones. */
const payloadsIn = (ast: AST.AST): ReadonlyArray<readonly [name: string, ast: AST.AST]> => {
  const name = AST.getIdentifierAnnotation(ast)
  if (Option.isSome(name) && AST.isTypeLiteral(AST.typeAST(ast))) return [[name.value, ast]]
  if (AST.isUnion(ast)) return ast.types.flatMap(payloadsIn)
  if (AST.isTupleType(ast)) return ast.rest.flatMap(({ type }) => payloadsIn(type))
  if (AST.isTransformation(ast)) return payloadsIn(ast.from)
  return AST.isTypeLiteral(ast) ? ast.propertySignatures.flatMap(({ type }) => payloadsIn(type)) : []
}

const all: ReadonlyArray<Operation.Any> = Object.values(operations).flatMap((group) => Object.values(group))
const payloads = new Map(all.flatMap(({ answer }) => (answer === undefined ? [] : payloadsIn(answer.ast))))

/** The paths of all keys of a payload, including those of nested records. */
const keysIn = (ast: AST.AST): ReadonlyArray<Path> => {
  if (AST.isUnion(ast)) return ast.types.flatMap(keysIn)
  if (AST.isTupleType(ast)) return ast.rest.flatMap(({ type }) => keysIn(type).map((path) => [0, ...path]))
  if (!AST.isTypeLiteral(ast)) return []
  return ast.propertySignatures.flatMap(({ name, type }) => [[name], ...keysIn(type).map((path) => [name, ...path])])
}

/** A copy of a record with another value at a path, or without that key. `undefined` if the path does not exist. */
const changedAt = (record: unknown, [key = "", ...rest]: Path, value: "" | undefined): unknown => {
  if (typeof record !== "object" || record === null) return undefined
  const copy = Array.isArray(record) ? [...record] : { ...record }
  const next = rest.length === 0 ? value : changedAt(Reflect.get(copy, key), rest, value)
  if (next === undefined && rest.length > 0) return undefined
  if (next === undefined) Reflect.deleteProperty(copy, key)
  else Reflect.set(copy, key, next)
  return copy
}

test('a script, a user or a text is null if the service sends ""', () => {
  const app = appRecord({ unzip_location: "", audit_script: "", preinstall_script: "", postinstall_script: "" })
  expect(Schema.decodeUnknownSync(CustomApp)(app)).toMatchObject({
    unzip_location: null,
    audit_script: null,
    preinstall_script: null,
    postinstall_script: null
  })
  const script = scriptRecord({ remediation_script: "" })
  expect(Schema.decodeUnknownSync(CustomScript)(script).remediation_script).toBeNull()
  const blank = { user: "", asset_tag: "", lost_mode_status: "", last_check_in: "" }
  const device = { device_id: "1", device_name: "Lobby", platform: "Mac", ...blank }
  expect(Schema.decodeUnknownSync(Device)(device)).toMatchObject({
    user: null,
    asset_tag: null,
    lost_mode_status: null,
    last_check_in: null
  })
})

test("the test covers every payload of every operation", () => {
  expect(payloads.size).toBeGreaterThan(60)
})

const examples: Readonly<Record<string, unknown>> = Example

test.each([...payloads].map(([name, ast]) => [name, Schema.make<unknown>(ast)] as const))(
  'an optional key of %s may be "", which reads as missing',
  (name, schema) => {
    const make = examples[String.uncapitalize(name)]
    const record: unknown = typeof make === "function" ? Reflect.apply(make, undefined, []) : undefined
    const json: unknown = JSON.parse(JSON.stringify(Schema.encodeSync(schema)(record)))
    const decode = Schema.decodeUnknownEither(schema)
    const keys = keysIn(AST.encodedAST(schema.ast))
    expect(keys.length).toBeGreaterThan(0)
    for (const path of keys) {
      const without = decode(changedAt(json, path, undefined))
      const blank = changedAt(json, path, "")
      if (Either.isLeft(without) || blank === undefined) continue
      expect.soft(decode(blank), path.join(".")).toEqual(without)
    }
  }
)
