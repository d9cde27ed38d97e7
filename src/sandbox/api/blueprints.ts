/**
 * Blueprints, and the library items that are assigned to them.
 */
import * as Effect from "effect/Effect"
import { randomInt, randomUUID } from "node:crypto"
import { isRecord, readInput } from "../gateway/body.js"
import { type Collection, fromArray } from "../tenant/collection.js"
import { type Answer, content, empty, type WholeRequest, invalid, json, noMatch } from "../gateway/exchange.js"
import { type Fields, readFields } from "../gateway/fields.js"
import { paged } from "../gateway/paging.js"
import type { Route } from "../gateway/router.js"
import { findTemplate, templateCategories } from "./blueprintTemplates.js"
import { enrollment } from "./enrollment.js"

/** A part of a Blueprint that items lie on. A classic Blueprint has one and never speaks of it. */
export interface AssignmentNode {
  readonly id: string
  readonly items: ReadonlyArray<string>
}

/** A Blueprint as the tenant keeps it. The first node is the root. */
export interface BlueprintRecord {
  readonly id: string
  readonly name: string
  readonly icon: string
  readonly color: string
  readonly description: string
  readonly params: Readonly<Record<string, unknown>>
  readonly enrollment_code: { readonly code: string; readonly is_active: boolean }
  readonly type: (typeof types)[number]
  readonly nodes: readonly [AssignmentNode, ...ReadonlyArray<AssignmentNode>]
  /** Whether whoever enrolls has to sign in first: only the vendor's web app can say so. Default: no. */
  readonly requiresAuthentication?: boolean | undefined
}

/** What an assignment has to know about a library item. */
export interface LibraryItem {
  readonly id: string
  readonly name: string
  /** Items of one exclusive type cannot share an assignment node. */
  readonly exclusiveType: string | undefined
}

const types = ["classic", "map"] as const
const path = "/api/v1/blueprints"

/** A new node without items. */
export const makeNode = (): AssignmentNode => ({ id: randomUUID(), items: [] })

/** Every item on a Blueprint, once. */
export const itemsOf = (record: BlueprintRecord): ReadonlyArray<string> => [
  ...new Set(record.nodes.flatMap((node) => node.items))
]

const mapNodes = (record: BlueprintRecord, change: (node: AssignmentNode) => AssignmentNode): BlueprintRecord => {
  const [root, ...rest] = record.nodes
  return { ...record, nodes: [change(root), ...rest.map(change)] }
}

/** Takes an item off wherever it lies: what happens when it is deleted. */
export const withdraw = (records: Collection<BlueprintRecord>, itemId: string): void => {
  for (const record of records.values()) {
    if (!itemsOf(record).includes(itemId)) continue
    records.put(
      record.id,
      mapNodes(record, (node) => ({ ...node, items: node.items.filter((item) => item !== itemId) }))
    )
  }
}

const render = (record: BlueprintRecord) => ({
  id: record.id,
  name: record.name,
  icon: record.icon,
  color: record.color,
  description: record.description,
  params: record.params,
  enrollment_code: record.enrollment_code,
  type: record.type
})

/** A refusal as the service writes it here: nothing but a JSON string. */
const refuse = (text: string) => Effect.fail(json(400, text))

/** The one refusal that is not even JSON. */
const noNode = Effect.fail(content(400, "text/html; charset=utf-8", "Assignment node not found"))

const noBlueprint = json(404, { detail: "Not Found - Blueprint not found" })
const blueprintMissing = json(404, { details: "blueprint not found" })
const itemMissing = json(404, { details: "library item not found" })

/** The routes of `/api/v1/blueprints`. */
export const blueprintRoutes = (options: {
  readonly records: Collection<BlueprintRecord>
  readonly pageSize: number
  readonly findItem: (id: string) => LibraryItem | undefined
  /** How many devices are on a Blueprint. */
  readonly devicesOn: (id: string) => number
  /** Hears of every item that was put on a Blueprint or taken off it. */
  readonly onAssignment: (itemId: string) => Effect.Effect<void>
}): ReadonlyArray<Route> => {
  const { devicesOn, findItem, onAssignment, pageSize, records } = options
  const paging = { pageSize, byPage: false }

  const find = (id: string, missing: Answer = noMatch("Blueprint")): Effect.Effect<BlueprintRecord, Answer> =>
    Effect.suspend(() => {
      const record = records.get(id)
      return record === undefined ? Effect.fail(missing) : Effect.succeed(record)
    })

  const listed = (query: URLSearchParams): Pick<Collection<BlueprintRecord>, "size" | "slice"> => {
    const id = query.get("id")?.toLowerCase()
    const ids = query.get("id__in")?.toLowerCase().split(",")
    const name = query.get("name")?.toLowerCase()
    if (id === undefined && ids === undefined && name === undefined) return records
    return fromArray(
      [...records.values()].filter(
        (record) =>
          (id === undefined || record.id === id) &&
          (ids === undefined || ids.some((wanted) => wanted.trim() === record.id)) &&
          (name === undefined || record.name.toLowerCase().includes(name))
      )
    )
  }

  const checkName = (fields: Fields, name: string | undefined, self: string | undefined): void => {
    if (name === undefined) return
    for (const other of records.values()) {
      if (other.name === name && other.id !== self) {
        fields.refuse("name", "blueprint with this name already exists.")
        return
      }
    }
  }

  /** `enrollment_code` with its own two fields, and its problems under its own key. */
  const readCode = (values: Readonly<Record<string, unknown>>, required: boolean) =>
    Effect.gen(function* () {
      const nested = values["enrollment_code"]
      if (nested === undefined && !required) return { code: undefined, active: undefined }
      if (nested === undefined) {
        return yield* Effect.fail(invalid({ enrollment_code: ["This field is required."] }))
      }
      if (!isRecord(nested)) {
        return yield* Effect.fail(
          invalid({ enrollment_code: { non_field_errors: ["Invalid data. Expected a dictionary."] } })
        )
      }
      const fields = readFields(nested)
      const code = fields.text("code")
      const active = fields.boolean("is_active", { required })
      yield* fields.checkedWithin("enrollment_code")
      return { code, active }
    })

  const create = (incoming: WholeRequest): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const { values } = yield* readInput(incoming, ["urlencoded", "json"])
      const fields = readFields(values)
      const name = fields.text("name", { required: true }) ?? ""
      const description = fields.text("description", { blank: true })
      const icon = fields.text("icon", { blank: true })
      const color = fields.text("color", { blank: true })
      const chosen = fields.choice("type", types)
      checkName(fields, name, undefined)
      yield* fields.checked
      const code = yield* readCode(values, true)

      const source = yield* readSource(values["source"])
      const type = chosen ?? source?.type ?? "classic"
      if (source?.type !== undefined && source.type !== type) {
        return yield* Effect.fail(json(400, ["Blueprint type does not match the source blueprint type"]))
      }
      const isMap = type === "map"
      const record: BlueprintRecord = {
        id: randomUUID(),
        name,
        icon: isMap ? "" : (icon ?? source?.icon ?? "ss-files"),
        color: isMap ? "" : (color ?? source?.color ?? "aqua-800"),
        description: description ?? source?.description ?? "",
        params: source?.params ?? {},
        enrollment_code: { code: code.code ?? String(randomInt(100_000, 1_000_000)), is_active: code.active ?? false },
        type,
        nodes: source?.nodes ?? [makeNode()]
      }
      records.put(record.id, record)
      yield* Effect.forEach(itemsOf(record), onAssignment, { discard: true })
      return json(201, render(record))
    })

  /** What a new Blueprint takes over from the template or the Blueprint that it is made from. */
  const readSource = (given: unknown): Effect.Effect<Partial<BlueprintRecord> | undefined, Answer> =>
    Effect.gen(function* () {
      if (given === undefined) return undefined
      const unknown = invalid({ source: ["Source not found."] })
      if (!isRecord(given)) return yield* Effect.fail(unknown)
      const id = String(given["id"])
      if (given["type"] === "template") {
        const template = findTemplate(id)
        if (template === undefined) return yield* Effect.fail(unknown)
        const { color, description, icon, params } = template
        return { color, description, icon, params }
      }
      const origin = given["type"] === "blueprint" ? records.get(id) : undefined
      if (origin === undefined) return yield* Effect.fail(unknown)
      const { color, description, icon, params, type } = origin
      const [root, ...rest] = origin.nodes
      const copy = (node: AssignmentNode): AssignmentNode => ({ ...makeNode(), items: node.items })
      return { color, description, icon, params, type, nodes: [copy(root), ...rest.map(copy)] }
    })

  const update = (incoming: WholeRequest, id: string): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const before = yield* find(id)
      const { values } = yield* readInput(incoming, ["urlencoded", "json"])
      const fields = readFields(values)
      const name = fields.text("name")
      const description = fields.text("description", { blank: true })
      const icon = fields.text("icon", { blank: true })
      const color = fields.text("color", { blank: true })
      checkName(fields, name, before.id)
      yield* fields.checked
      const code = yield* readCode(values, false)
      const isMap = before.type === "map"
      const record: BlueprintRecord = {
        ...before,
        name: name ?? before.name,
        description: description ?? before.description,
        icon: isMap ? before.icon : (icon ?? before.icon),
        color: isMap ? before.color : (color ?? before.color),
        enrollment_code: {
          code: code.code ?? before.enrollment_code.code,
          is_active: code.active ?? before.enrollment_code.is_active
        }
      }
      records.put(record.id, record)
      const { type: _, ...shown } = render(record)
      return json(200, { ...shown, computers_count: devicesOn(record.id), missing_computers_count: 0 })
    })

  /** The Blueprint, the item and the node that an assignment or a removal speaks of. */
  const readAssignment = (incoming: WholeRequest, id: string) =>
    Effect.gen(function* () {
      const blueprint = yield* find(id, blueprintMissing)
      const { values } = yield* readInput(incoming, ["json"])
      const fields = readFields(values)
      const itemId = fields.text("library_item_id", { required: true })?.toLowerCase() ?? ""
      const nodeId = fields.text("assignment_node_id", { blank: true })?.toLowerCase() ?? ""
      yield* fields.checked
      const isMap = blueprint.type === "map"
      if (!isMap && nodeId !== "") return yield* refuse("assignment_node_id cannot be provided for Classic Blueprint")
      if (isMap && nodeId === "" && blueprint.nodes.length > 1) {
        return yield* refuse("Must provide assignment_node_id for Assignment Map Blueprint")
      }
      const node = nodeId === "" ? blueprint.nodes[0] : blueprint.nodes.find((node) => node.id === nodeId)
      if (node === undefined) return yield* noNode
      return { blueprint, isMap, itemId, node }
    })

  const put = (blueprint: BlueprintRecord, changed: AssignmentNode, itemId: string): Effect.Effect<Answer> => {
    const record = mapNodes(blueprint, (node) => (node.id === changed.id ? changed : node))
    records.put(record.id, record)
    return Effect.as(onAssignment(itemId), json(200, itemsOf(record)))
  }

  const assign = (incoming: WholeRequest, id: string): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const { blueprint, isMap, itemId, node } = yield* readAssignment(incoming, id)
      const item = findItem(itemId)
      if (item === undefined) return yield* Effect.fail(itemMissing)
      if (node.items.includes(itemId)) {
        return yield* refuse(
          isMap ? "Library Item already exists in Assignment Node" : "Library Item already exists on Blueprint"
        )
      }
      const taken =
        isMap &&
        item.exclusiveType !== undefined &&
        node.items.some((other) => findItem(other)?.exclusiveType === item.exclusiveType)
      if (taken) return yield* refuse("Assignment node can only have one of this Library Item type.")
      return yield* put(blueprint, { ...node, items: [...node.items, itemId] }, itemId)
    })

  const remove = (incoming: WholeRequest, id: string): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const { blueprint, isMap, itemId, node } = yield* readAssignment(incoming, id)
      if (!node.items.includes(itemId)) {
        return yield* refuse(
          isMap ? "Library Item does not exist in Assignment Node" : "Library Item does not exist on Blueprint"
        )
      }
      return yield* put(blueprint, { ...node, items: node.items.filter((item) => item !== itemId) }, itemId)
    })

  return [
    {
      method: "GET",
      path,
      endpoint: ({ url }) =>
        paged(url, paging, listed(url.searchParams), (record) =>
          Effect.succeed({ ...render(record), computers_count: devicesOn(record.id) })
        )
    },
    { method: "POST", path, endpoint: create },
    {
      method: "GET",
      path: `${path}/templates/`,
      endpoint: ({ url }) => paged(url, paging, fromArray(templateCategories), Effect.succeed)
    },
    {
      method: "GET",
      path: `${path}/:id`,
      endpoint: (_, id) =>
        Effect.map(find(id), (record) => json(200, { ...render(record), computers_count: devicesOn(record.id) }))
    },
    { method: "PATCH", path: `${path}/:id`, endpoint: update },
    {
      method: "DELETE",
      path: `${path}/:id`,
      endpoint: (_, id) =>
        Effect.flatMap(find(id), (record) => {
          records.remove(record.id)
          return Effect.as(Effect.forEach(itemsOf(record), onAssignment, { discard: true }), empty(204))
        })
    },
    {
      method: "GET",
      path: `${path}/:id/ota-enrollment-profile`,
      endpoint: ({ url }, id) =>
        Effect.map(find(id, noBlueprint), (record) => enrollment(record, url.searchParams.get("sso")))
    },
    {
      method: "GET",
      path: `${path}/:id/list-library-items`,
      endpoint: ({ url }, id) =>
        Effect.flatMap(find(id), (record) =>
          paged(url, paging, fromArray(itemsOf(record).flatMap((itemId) => findItem(itemId) ?? [])), ({ id, name }) =>
            Effect.succeed({ id, name })
          )
        )
    },
    { method: "POST", path: `${path}/:id/assign-library-item`, endpoint: assign },
    { method: "POST", path: `${path}/:id/remove-library-item`, endpoint: remove }
  ]
}
