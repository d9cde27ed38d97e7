/**
 * The routes of Blueprints and of their library items.
 */
import * as Effect from "effect/Effect"
import { randomInt, randomUUID } from "node:crypto"
import { isRecord, readInput } from "../../gateway/body.js"
import { type Answer, empty, invalid, json, noMatch, type WholeRequest } from "../../gateway/exchange.js"
import { type Fields, readFields } from "../../gateway/fields.js"
import { paged } from "../../gateway/paging.js"
import { badPlain, badText } from "../../gateway/refusals.js"
import { type Route, route } from "../../gateway/router.js"
import { filtered, fromArray, type Listing } from "../../tenant/collection.js"
import type { Tenant } from "../../tenant/tenant.js"
import { recordActivity } from "../library/activity.js"
import { exclusiveType } from "../library/exclusive.js"
import { findItem } from "../library/items.js"

import { devicesOn } from "../fleet/relations.js"
import { enrollment } from "./enrollment.js"
import {
  type AssignmentNode,
  type BlueprintRecord,
  blueprintTable,
  blueprintTypes,
  itemsOf,
  makeNode,
  mapNodes
} from "./table.js"
import { findTemplate, templateCategories } from "./templates.js"

const path = "/api/v1/blueprints"

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

const noBlueprint = json(404, { detail: "Not Found - Blueprint not found" })
const blueprintMissing = json(404, { details: "blueprint not found" })
const itemMissing = json(404, { details: "library item not found" })

export const blueprintRoutes = (tenant: Tenant): ReadonlyArray<Route> => {
  const records = tenant.records(blueprintTable)
  const paging = { pageSize: tenant.pageSize, byPage: false }
  const countDevices = ({ id }: BlueprintRecord): number => devicesOn(tenant, id).size
  const assigned = (itemId: string): Effect.Effect<void> =>
    recordActivity(tenant, itemId, "library_item_assignment_changed")

  const find = (id: string, missing: Answer = noMatch("Blueprint")): Effect.Effect<BlueprintRecord, Answer> =>
    Effect.suspend(() => {
      const record = records.get(id)
      return record === undefined ? Effect.fail(missing) : Effect.succeed(record)
    })

  const listed = (query: URLSearchParams): Listing<BlueprintRecord> => {
    const id = query.get("id")?.toLowerCase()
    const ids = query.get("id__in")?.toLowerCase().split(",")
    const name = query.get("name")?.toLowerCase()
    if (id === undefined && ids === undefined && name === undefined) return records
    return filtered(
      records,
      (record) =>
        (id === undefined || record.id === id) &&
        (ids === undefined || ids.some((wanted) => wanted.trim() === record.id)) &&
        (name === undefined || record.name.toLowerCase().includes(name))
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

  /** Reads the two fields of `enrollment_code`. Their problems are listed under `enrollment_code`. */
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
      const chosen = fields.choice("type", blueprintTypes)
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
        // A `map` ignores the icon and color of the request. It gets those of its source, or the defaults.
        icon: (isMap ? undefined : icon) ?? source?.icon ?? "ss-files",
        color: (isMap ? undefined : color) ?? source?.color ?? "aqua-800",
        description: description ?? source?.description ?? "",
        params: source?.params ?? {},
        enrollment_code: { code: code.code ?? String(randomInt(100_000, 1_000_000)), is_active: code.active ?? false },
        type,
        nodes: source?.nodes ?? [makeNode()]
      }
      yield* tenant.save(blueprintTable, record)
      yield* Effect.forEach(itemsOf(record), assigned, { discard: true })
      return json(201, render(record))
    })

  /** The properties that a new Blueprint copies from its template or source Blueprint. */
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
      yield* tenant.save(blueprintTable, record)
      const { type: _, ...shown } = render(record)
      return json(200, { ...shown, computers_count: countDevices(record), missing_computers_count: 0 })
    })

  /** Reads the Blueprint, the item and the node of an assignment or a removal. */
  const readAssignment = (incoming: WholeRequest, id: string) =>
    Effect.gen(function* () {
      const blueprint = yield* find(id, blueprintMissing)
      const { values } = yield* readInput(incoming, ["json"])
      const fields = readFields(values)
      const itemId = fields.text("library_item_id", { required: true })?.toLowerCase() ?? ""
      const nodeId = fields.text("assignment_node_id", { blank: true })?.toLowerCase() ?? ""
      yield* fields.checked
      const isMap = blueprint.type === "map"
      if (!isMap && nodeId !== "") return yield* badText("assignment_node_id cannot be provided for Classic Blueprint")
      if (isMap && nodeId === "" && blueprint.nodes.length > 1) {
        return yield* badText("Must provide assignment_node_id for Assignment Map Blueprint")
      }
      const node = nodeId === "" ? blueprint.nodes[0] : blueprint.nodes.find((node) => node.id === nodeId)
      if (node === undefined) return yield* badPlain("Assignment node not found")
      return { blueprint, isMap, itemId, node }
    })

  const put = (blueprint: BlueprintRecord, changed: AssignmentNode, itemId: string): Effect.Effect<Answer> => {
    const record = mapNodes(blueprint, (node) => (node.id === changed.id ? changed : node))
    return tenant
      .save(blueprintTable, record)
      .pipe(Effect.zipRight(assigned(itemId)), Effect.as(json(200, itemsOf(record))))
  }

  const assign = (incoming: WholeRequest, id: string): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const { blueprint, isMap, itemId, node } = yield* readAssignment(incoming, id)
      const item = findItem(tenant, itemId)
      if (item === undefined) return yield* Effect.fail(itemMissing)
      if (node.items.includes(itemId)) {
        return yield* badText(
          isMap ? "Library Item already exists in Assignment Node" : "Library Item already exists on Blueprint"
        )
      }
      const type = exclusiveType(tenant, item.id)
      const taken = isMap && type !== undefined && node.items.some((other) => exclusiveType(tenant, other) === type)
      if (taken) return yield* badText("Assignment node can only have one of this Library Item type.")
      return yield* put(blueprint, { ...node, items: [...node.items, itemId] }, itemId)
    })

  const remove = (incoming: WholeRequest, id: string): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const { blueprint, isMap, itemId, node } = yield* readAssignment(incoming, id)
      if (!node.items.includes(itemId)) {
        return yield* badText(
          isMap ? "Library Item does not exist in Assignment Node" : "Library Item does not exist on Blueprint"
        )
      }
      return yield* put(blueprint, { ...node, items: node.items.filter((item) => item !== itemId) }, itemId)
    })

  return [
    route("GET", path, ({ url }) =>
      paged(url, paging, listed(url.searchParams), (record) =>
        Effect.succeed({ ...render(record), computers_count: countDevices(record) })
      )
    ),
    route("POST", path, create),
    route("GET", `${path}/templates/`, ({ url }) => paged(url, paging, fromArray(templateCategories), Effect.succeed)),
    route("GET", `${path}/{blueprint_id}`, (_, { blueprint_id }) =>
      Effect.map(find(blueprint_id), (record) =>
        json(200, { ...render(record), computers_count: countDevices(record) })
      )
    ),
    route("PATCH", `${path}/{blueprint_id}`, (incoming, { blueprint_id }) => update(incoming, blueprint_id)),
    route("DELETE", `${path}/{blueprint_id}`, (_, { blueprint_id }) =>
      Effect.gen(function* () {
        const record = yield* find(blueprint_id)
        yield* tenant.remove(blueprintTable, record.id)
        yield* Effect.forEach(itemsOf(record), assigned, { discard: true })
        return empty(204)
      })
    ),
    route("GET", `${path}/{blueprint_id}/ota-enrollment-profile`, ({ url }, { blueprint_id }) =>
      Effect.map(find(blueprint_id, noBlueprint), (record) => enrollment(record, url.searchParams.get("sso")))
    ),
    route("GET", `${path}/{blueprint_id}/list-library-items`, ({ url }, { blueprint_id }) =>
      Effect.flatMap(find(blueprint_id), (record) =>
        paged(
          url,
          paging,
          fromArray(itemsOf(record).flatMap((itemId) => findItem(tenant, itemId) ?? [])),
          ({ id, name }) => Effect.succeed({ id, name })
        )
      )
    ),
    route("POST", `${path}/{blueprint_id}/assign-library-item`, (incoming, { blueprint_id }) =>
      assign(incoming, blueprint_id)
    ),
    route("POST", `${path}/{blueprint_id}/remove-library-item`, (incoming, { blueprint_id }) =>
      remove(incoming, blueprint_id)
    )
  ]
}
