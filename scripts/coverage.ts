/** The page docs/coverage.md: every operation with its request, and the fields of what it answers with. */
import type { Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as SchemaAST from "effect/SchemaAST"

const groups: Readonly<Record<string, Readonly<Record<string, Operation.Any>>>> = operations

/** The names of a record's fields; of an array, those of its elements; of a union, those of all its members. */
const fieldsOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  const type = SchemaAST.typeAST(ast)
  if (SchemaAST.isTupleType(type)) return type.rest.flatMap(({ type }) => fieldsOf(type))
  if (SchemaAST.isUnion(type)) return [...new Set(type.types.flatMap(fieldsOf))]
  if (SchemaAST.isSuspend(type)) return fieldsOf(type.f())
  return SchemaAST.isTypeLiteral(type) ? type.propertySignatures.map(({ name }) => String(name)) : []
}

const code = (names: ReadonlyArray<string>) => names.map((name) => `\`${name}\``).join(" ")

const section = ([service, group]: readonly [string, Readonly<Record<string, Operation.Any>>]): string => {
  const verbs = Object.entries(group)
  const requests = verbs.map(([verb, { method, template }]) => `- \`${verb}\`: \`${method} ${template}\``)
  const byFields = new Map<string, ReadonlyArray<string>>()
  for (const [verb, { answer }] of verbs) {
    const fields = answer === undefined ? "" : code(fieldsOf(answer.ast))
    if (fields !== "") byFields.set(fields, [...(byFields.get(fields) ?? []), verb])
  }
  const records = [...byFields].map(([fields, verbs]) => `Fields of ${code(verbs)}: ${fields}`)
  return [`## ${service}`, requests.join("\n"), ...records].join("\n\n")
}

const emptyValues = `## Empty values

The service writes "nothing" in three ways: the key is missing, \`null\`, or \`""\`. The library reads all three alike. A text, a script or the \`user\` of a device is then \`null\`. A number, a flag, a secret or another record is \`undefined\`. A list is empty. Only fields that a record always has, such as \`name\`, keep \`""\`. In an update \`""\` is a value: it clears a script.`

/** The page, as `npm run docs:services` writes it. */
export const coverage = (): string =>
  [
    "# Coverage",
    "Every operation of the API by service: its request, and the fields of the records that it returns. Each service also has operations that combine several requests; the [README](../README.md#services) lists them.",
    emptyValues,
    ...Object.entries(groups).map(section)
  ].join("\n\n")
