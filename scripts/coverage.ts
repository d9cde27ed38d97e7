/** Makes the page docs/coverage.md: every operation with its request and the fields of its answer. */
import type { Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as SchemaAST from "effect/SchemaAST"

const groups: Readonly<Record<string, Readonly<Record<string, Operation.Any>>>> = operations

/** The names of the fields of a record, of the elements of an array, or of all members of a union. */
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

The service writes "nothing" in three ways: the key is missing, \`null\`, or \`""\`. The library reads all three alike, and the type of the field decides what you get: \`null\` for a text, a script or the \`user\` of a device, \`undefined\` for a number, a flag, a secret or another record, and an empty list for a list. Only fields that a record always has, such as \`name\`, keep \`""\`. In an update \`""\` is a value: it clears a script.`

const intro = `All operations of the API by service, with the request of each and the fields of what it returns.

- Every \`stream\` has a \`list\` beside it, which sends the same requests and returns all records together. A listing that the API sends as one answer is only a \`list\`.
- Operations that combine several requests, such as \`find\` and \`publish\`, are not on this page: see the [README](../README.md#services).
- If an operation has no line of fields, it returns nothing: \`delete\` and most actions, for example. Exceptions: \`AdeIntegrations.publicKey\` returns a text. \`Blueprints.enrollmentProfile\` returns the profile, or the address of a sign-in page. \`assign\` and \`remove\` of \`Blueprints\` return a \`status\` and the ids of the items. \`create\` and \`update\` of \`InHouseApps\` return the app.
- Not every record has every field: see [Empty values](#empty-values).
- A field that is not on this page is dropped. To read it, or to call an endpoint that is not on this page, use [a schema of your own](any-endpoint.md).`

/** The page, as `npm run docs:services` writes it. */
export const coverage = (): string =>
  ["# Coverage", intro, emptyValues, ...Object.entries(groups).map(section)].join("\n\n")
