/**
 * The API gets new enum values without notice. Answers may have any value, requests only known ones.
 */
import type { Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as AST from "effect/SchemaAST"
import { expect, test } from "vitest"

const all: ReadonlyArray<Operation.Any> = Object.values(operations).flatMap((group) => Object.values(group))

interface Choice {
  readonly key: string
  readonly values: ReadonlyArray<string>
  readonly isOpen: boolean
}

/** The members of a union, including those of nested unions. */
const membersOf = (ast: AST.AST): ReadonlyArray<AST.AST> => (AST.isUnion(ast) ? ast.types.flatMap(membersOf) : [ast])

/** The keys of a schema, at any depth, that have a list of allowed texts. `""` does not count as a text. */
const choicesIn = (ast: AST.AST, key = ""): ReadonlyArray<Choice> => {
  const members = membersOf(ast)
  const values = members.flatMap((member) =>
    AST.isLiteral(member) && typeof member.literal === "string" && member.literal !== "" ? [member.literal] : []
  )
  const own = values.length === 0 ? [] : [{ key, values, isOpen: members.some(AST.isStringKeyword) }]
  const within = members.flatMap((member) => {
    if (AST.isTupleType(member)) return member.rest.flatMap(({ type }) => choicesIn(type, key))
    if (AST.isTransformation(member)) return choicesIn(member.to, key)
    if (AST.isRefinement(member)) return choicesIn(member.from, key)
    if (!AST.isTypeLiteral(member)) return []
    return member.propertySignatures.flatMap(({ name, type }) => choicesIn(type, String(name)))
  })
  return [...own, ...within]
}

/** These keys tell the shapes of the details of a device apart. The last shape accepts any platform. */
const isDiscriminator = ({ name }: Operation.Any, { key }: Choice) =>
  name === "Devices.details" && (key === "platform" || key === "family")

test("an answer may have an unknown value of an enum", () => {
  const found = all.flatMap((operation) =>
    operation.answer === undefined
      ? []
      : choicesIn(AST.typeAST(operation.answer.ast))
          .filter((choice) => !isDiscriminator(operation, choice))
          .map((choice) => ({ operation: operation.name, ...choice }))
  )
  expect(found.length).toBeGreaterThan(20)
  expect(found.filter(({ isOpen }) => !isOpen)).toEqual([])
})

test("a request may only have known values of an enum", () => {
  const found = all.flatMap(({ body, name, query }) =>
    [body?.schema, query].flatMap((part) =>
      part === undefined ? [] : choicesIn(part.ast).map((choice) => ({ operation: name, ...choice }))
    )
  )
  expect(found.length).toBeGreaterThan(40)
  expect(found.filter(({ isOpen }) => isOpen)).toEqual([])
})
