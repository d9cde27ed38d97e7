/**
 * Stores Blueprints.
 */
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { named, pick, type Seeding } from "../../tenant/seeding.js"
import { type Draw, idOf, rowsOf } from "../../tenant/seedNumbers.js"
import { people } from "../../tenant/seedWords.js"
import { table } from "../../tenant/table.js"
import { seededLibrary } from "../library/items.js"

export const blueprintTypes = ["classic", "map"] as const

const Node = Schema.Struct({ id: Schema.String, items: Schema.Array(Schema.String) })

const Blueprint = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  icon: Schema.String,
  color: Schema.String,
  description: Schema.String,
  params: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  enrollment_code: Schema.Struct({ code: Schema.String, is_active: Schema.Boolean }),
  type: Schema.Literal(...blueprintTypes),
  nodes: Schema.NonEmptyArray(Node),
  /** Whether a user must sign in before enrolling. Only the vendor's web app can set it. Default `false`. */
  requiresAuthentication: Schema.optional(Schema.Boolean)
})

/** A part of a Blueprint with its own items. A classic Blueprint has one node, which the API does not show. */
export interface AssignmentNode extends Schema.Schema.Type<typeof Node> {}

/** A stored Blueprint. The first node is the root. */
export interface BlueprintRecord extends Schema.Schema.Type<typeof Blueprint> {}

/** One Blueprint for every 500 devices, but at least 8 and at most 80. */
const blueprintsFor = (devices: number): number => Math.min(80, Math.max(8, Math.ceil(devices / 500)))

/** The Blueprints of a tenant. */
export const blueprintTable = table<BlueprintRecord, typeof Blueprint.Encoded>({
  key: "blueprints",
  schema: Blueprint,
  seed: (seeding) =>
    rowsOf(seeding.count("blueprints", blueprintsFor), seeding.key("blueprints"), (index, id, draw) => {
      const isMap = index % 3 === 2
      return {
        id,
        nodes: [{ id: idOf(index, seeding.key("nodes")), items: seededItems(seeding, draw) }],
        name: named(people, index),
        icon: "ss-files",
        color: isMap ? "aqua-800" : pick(["aqua-800", "blue-800", "purple-800", "orange-800"], draw),
        description: `Devices of ${named(people, index)}`,
        params: {},
        enrollment_code: { code: String(100_000 + draw(900_000)), is_active: draw(5) > 0 },
        type: isMap ? "map" : "classic"
      }
    })
})

/** Different library items, as many as `counts` says. */
const seededItems = (seeding: Seeding, draw: Draw): ReadonlyArray<string> => {
  const library = seededLibrary(seeding)
  const items = new Set<string>()
  const wanted = Math.min(
    seeding.count("assignments", () => 12),
    library.size
  )
  for (let place = draw(Math.max(1, library.size)); items.size < wanted; place++) {
    items.add(library.at(place % library.size))
  }
  return [...items]
}

export const makeNode = (): AssignmentNode => ({ id: randomUUID(), items: [] })

/** The ids of all items on a Blueprint, without duplicates. */
export const itemsOf = (record: BlueprintRecord): ReadonlyArray<string> => [
  ...new Set(record.nodes.flatMap((node) => node.items))
]

/** A Blueprint with all nodes changed by a function. */
export const mapNodes = (
  record: BlueprintRecord,
  change: (node: AssignmentNode) => AssignmentNode
): BlueprintRecord => {
  const [root, ...rest] = record.nodes
  return { ...record, nodes: [change(root), ...rest.map(change)] }
}
