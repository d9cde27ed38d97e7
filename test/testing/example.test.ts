/**
 * The examples of `effect-iru/testing` fit the schemas of the operations.
 */
import type { Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import { Example } from "effect-iru/testing"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as String from "effect/String"
import { describe, expect, test } from "vitest"

const examples: Readonly<Record<string, unknown>> = Example

/** The payloads in a schema, by their names: those of a union, of a list, and below a key. */
const payloadsIn = (ast: AST.AST): ReadonlyArray<readonly [name: string, ast: AST.AST]> => {
  const name = Option.getOrElse(AST.getIdentifierAnnotation(ast), () => "")
  if (AST.isUnion(ast)) return ast.types.flatMap(payloadsIn)
  if (AST.isTupleType(ast)) return ast.rest.flatMap(({ type }) => payloadsIn(type))
  if (AST.isTransformation(ast) && name === "") return payloadsIn(ast.to)
  return AST.isTypeLiteral(AST.typeAST(ast)) ? [[name, ast]] : []
}

const all: ReadonlyArray<Operation.Any> = Object.values(operations).flatMap((group) => Object.values(group))
const payloads = new Map(all.flatMap(({ answer }) => (answer === undefined ? [] : payloadsIn(answer.ast))))

/** The places of the records that a caller can give in part. Each of these records must exist. */
const recordsIn = (ast: AST.AST): ReadonlyArray<ReadonlyArray<PropertyKey>> => {
  if (AST.isUnion(ast)) return ast.types.flatMap(recordsIn)
  if (!AST.isTypeLiteral(ast) || ast.propertySignatures.length === 0) return []
  return [[], ...ast.propertySignatures.flatMap(({ name, type }) => recordsIn(type).map((rest) => [name, ...rest]))]
}

test("every answer of every operation has an example that is named after its payload", () => {
  expect(payloads.size).toBeGreaterThan(60)
  for (const name of payloads.keys()) expect.soft(Example, name).toHaveProperty(String.uncapitalize(name))
})

test("every example is the payload of an answer", () => {
  const others = Object.keys(Example).filter((name) => !payloads.has(String.capitalize(name)))
  expect(others).toEqual(["list"])
})

describe.each([...payloads].map(([name, ast]) => [String.uncapitalize(name), Schema.make<unknown>(ast)] as const))(
  "Example.%s",
  (name, schema) => {
    const make = examples[name]
    const record: unknown = typeof make === "function" ? Reflect.apply(make, undefined, []) : undefined

    test("is what the service's JSON decodes to", () => {
      const json: unknown = JSON.parse(JSON.stringify(Schema.encodeSync(schema)(record)))
      expect(Schema.decodeUnknownSync(schema)(json)).toEqual(record)
    })

    test("has every record that a caller can give in part", () => {
      for (const place of recordsIn(AST.typeAST(schema.ast))) {
        const value = place.reduce((within: unknown, key) => Object(within)[key], record)
        expect.soft(value, place.join(".")).toBeTypeOf("object")
        expect.soft(value, place.join(".")).not.toBeNull()
      }
    })
  }
)

test("given fields replace the fields of the example, and the others stay", () => {
  const script = Example.customScript({ name: "Nightly", execution_frequency: "every_day" })
  expect(script).toEqual({ ...Example.customScript(), name: "Nightly", execution_frequency: "every_day" })
})

test("a device of another platform gets a model and a version of that platform, unless they are given", () => {
  expect(Example.device({ platform: "iPhone" })).toMatchObject({ platform: "iPhone", model: "iPhone 17" })
  expect(Example.device({ platform: "iPhone", model: "iPhone 12" }).model).toBe("iPhone 12")
  expect(Example.device({ platform: "Vision" }).platform).toBe("Vision")
})

test("records inside an example can be given in part, or as null", () => {
  const details = Example.appleDeviceDetails({ filevault: { filevault_enabled: false } })
  expect(details.filevault).toEqual({ ...Example.appleDeviceDetails().filevault, filevault_enabled: false })
  expect(Example.device({ user: { name: "Grace Hopper" } }).user).toMatchObject({
    name: "Grace Hopper",
    is_archived: false
  })
  expect(Example.device({ user: null }).user).toBeNull()
})

test("lists and secrets can only be given as a whole", () => {
  expect(Example.device({ tags: ["Lobby"] }).tags).toEqual(["Lobby"])
  const { PIN } = Example.lockPin({ PIN: Redacted.make("000001") })
  expect(PIN && Redacted.value(PIN)).toBe("000001")
})

test("two examples share no record, so a change of one does not change the next", () => {
  expect(Example.blueprint().enrollment_code).not.toBe(Example.blueprint().enrollment_code)
})

test("a value that the API cannot send is refused with its place", () => {
  expect(() => Example.device({ device_id: "ABC" })).toThrow(/\["device_id"\][^]*lowercase/)
  // @ts-expect-error there is no such field
  expect(() => Example.device({ platfrom: "Mac" })).toThrow(/platfrom/)
  // @ts-expect-error a name is a text
  expect(() => Example.tag({ name: 1 })).toThrow(/name/)
})

test("Example.list gives what `list` of a service returns", () => {
  const lobby = Example.tag()
  expect(Example.list([lobby])).toEqual({ count: 1, next: null, previous: null, results: [lobby] })
})

test("records that belong together have the same ids", () => {
  const { blueprint_id, device_id, user } = Example.device()
  expect(Example.blueprint().id).toBe(blueprint_id)
  expect(Example.user().id).toBe(user?.id)
  expect(Example.prismFileVault().device_id).toBe(device_id)
  expect(Example.vulnerableDevice().device_id).toBe(device_id)
  expect(Example.libraryItemStatus().item_id).toBe(Example.customApp().id)
})
