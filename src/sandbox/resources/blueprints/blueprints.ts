/**
 * Blueprints, and the library items that are assigned to them.
 */
import * as Effect from "effect/Effect"
import * as Struct from "effect/Struct"
import { number, pageRows } from "../../tenant/pageWords.js"
import { resource } from "../../tenant/resource.js"
import { glance } from "../../tenant/snapshot.js"
import { recordsOf } from "../../tenant/state.js"
import type { Tenant } from "../../tenant/tenant.js"
import { findItem, isLibrary } from "../library/items.js"
import { blueprintRoutes } from "./routes.js"
import { type BlueprintRecord, blueprintTable, itemsOf, makeNode, mapNodes } from "./table.js"

/** The fields for putting a Blueprint, and the ids of the library items on its root node. */
export type NewBlueprint = Partial<BlueprintRecord> &
  Pick<BlueprintRecord, "name"> & { readonly items?: ReadonlyArray<string> | undefined }

const mostChips = 24
const kindNames: Readonly<Record<string, string>> = {
  customApps: "App",
  inHouseApps: "In-house app",
  customProfiles: "Profile",
  customScripts: "Script"
}

/** A Blueprint with the names of its library items. */
const withItems = (tenant: Tenant, record: BlueprintRecord) => ({
  ...Struct.omit(record, "params"),
  nodes: record.nodes.map(({ id, items }) => ({ id, items: items.flatMap((item) => findItem(tenant, item) ?? []) }))
})

export const blueprints = resource({
  tables: [blueprintTable],
  counts: {
    blueprints: 8,
    /** The number of library items on each Blueprint. */
    assignments: 12
  },
  setup: (tenant) =>
    // A deleted library item is removed from all Blueprints.
    tenant.onAny(({ action, record: { id }, table }) =>
      Effect.sync(() => {
        if (action !== "delete" || !isLibrary(table)) return
        const records = tenant.records(blueprintTable)
        for (const record of records.values()) {
          if (!itemsOf(record).includes(id)) continue
          records.put(mapNodes(record, (node) => ({ ...node, items: node.items.filter((item) => item !== id) })))
        }
      })
    ),
  routes: blueprintRoutes,
  state: (tenant) => ({
    blueprints: recordsOf(tenant, blueprintTable, ({ items, ...given }: NewBlueprint, before, id) =>
      Effect.sync(() => {
        const nodes: BlueprintRecord["nodes"] = given.nodes ?? before?.nodes ?? [makeNode()]
        const [root, ...rest] = nodes
        return {
          icon: "ss-files",
          color: "aqua-800",
          description: "",
          params: {},
          enrollment_code: { code: "123456", is_active: true },
          type: "classic" as const,
          ...before,
          ...given,
          nodes: [items === undefined ? root : { ...root, items }, ...rest] as const,
          id
        }
      })
    )
  }),
  webApp: (tenant) => ({
    /**
     * Adds an assignment node to a Blueprint, which becomes a `map`. Returns the id of the node; `undefined` if there
     * is no such Blueprint.
     */
    addAssignmentNode: (blueprintId: string): Effect.Effect<string | undefined> =>
      Effect.sync(() => {
        const records = tenant.records(blueprintTable)
        const record = records.get(blueprintId)
        if (record === undefined) return undefined
        const node = makeNode()
        records.put({ ...record, nodes: [...record.nodes, node] })
        return node.id
      }).pipe(Effect.zipLeft(tenant.kept))
  }),
  snapshot: (tenant, limit) =>
    Effect.sync(() => ({
      blueprints: glance(tenant.records(blueprintTable), limit, (record) => withItems(tenant, record))
    })),
  page: [
    {
      id: "blueprints",
      place: "blueprints",
      title: "Blueprints",
      noun: "Blueprints",
      hasChips: true,
      path: "/api/v1/blueprints",
      rows: (tenant) =>
        Effect.sync(() =>
          pageRows(tenant.records(blueprintTable), (record) => {
            const {
              enrollment_code: { code, is_active },
              id,
              name,
              nodes,
              type
            } = withItems(tenant, record)
            const items = new Map(nodes.flatMap((node) => node.items).map((item) => [item.id, item]))
            const shown = Array.from(items.values()).slice(0, mostChips)
            return {
              id,
              name,
              tags: type === "map" ? [{ text: "map" }] : [],
              facts: [
                `enrollment code ${code}${is_active ? "" : ", inactive"}`,
                ...(nodes.length > 1 ? [`${number(nodes.length)} nodes`] : [])
              ],
              chips: [
                ...shown.map(({ kind, name }) => ({ kind: kindNames[kind] ?? "", name })),
                ...(items.size > mostChips ? [{ kind: "", name: `and ${number(items.size - mostChips)} more` }] : [])
              ],
              none: "nothing assigned"
            }
          })
        ),
      open: (tenant, id) => {
        const record = tenant.records(blueprintTable).get(id)
        return record && withItems(tenant, record)
      },
      form: { title: "New Blueprint", fields: [{ name: "name", label: "Name" }] }
    }
  ]
})
