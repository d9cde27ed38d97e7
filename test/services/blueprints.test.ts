/**
 * Blueprints and their library items, on a sandbox tenant.
 */
import { effect } from "@effect/vitest"
import { Blueprints, CustomScripts } from "effect-iru"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { onSandbox } from "../support/sandbox.js"

const nowhere = "00000000-0000-4000-8000-000000000000"

const blueprint = (name: string, type?: "classic" | "map") =>
  Effect.flatMap(Blueprints, (blueprints) => blueprints.create({ name, type, enrollment_code: { is_active: true } }))

const script = (name: string) =>
  Effect.flatMap(CustomScripts, (scripts) => scripts.create({ name, execution_frequency: "once", script: "true" }))

describe("a Blueprint", () => {
  effect("is created, read, found by a part of its name, updated and deleted", () =>
    Effect.gen(function* () {
      const blueprints = yield* Blueprints
      const made = yield* blueprints.create({
        name: "Engineering Macs",
        description: "Größe",
        enrollment_code: { is_active: false, code: "123456" }
      })
      expect(made).toMatchObject({
        name: "Engineering Macs",
        description: "Größe",
        enrollment_code: { code: "123456", is_active: false },
        type: "classic"
      })
      const other = yield* blueprint("Sales", "map")
      expect(yield* blueprints.get(made.id)).toMatchObject({ id: made.id, computers_count: 0 })
      const names = (options?: Blueprints.ListBlueprintsOptions) =>
        Effect.map(blueprints.list(options), ({ results }) => results.map(({ name }) => name))
      expect(yield* names()).toEqual(["Engineering Macs", "Sales"])
      expect(yield* names({ name: "Macs" })).toEqual(["Engineering Macs"])
      expect(yield* names({ id: other.id })).toEqual(["Sales"])
      expect(yield* names({ id__in: [made.id, other.id], pageSize: 1 })).toEqual(["Engineering Macs", "Sales"])

      const changed = yield* blueprints.update(made.id, { name: "Macs", enrollment_code: { is_active: true } })
      expect(changed).toMatchObject({
        name: "Macs",
        description: "Größe",
        enrollment_code: { code: "123456", is_active: true }
      })
      expect(yield* Effect.flip(blueprint("Macs"))).toMatchObject({
        reason: "BadRequest",
        fieldErrors: { name: [expect.any(String)] }
      })
      yield* blueprints.delete(made.id)
      expect(yield* Effect.flip(blueprints.get(made.id))).toMatchObject({ reason: "NotFound" })
    }).pipe(onSandbox())
  )

  effect("is created from a template, or as a copy of another Blueprint of the same type", () =>
    Effect.gen(function* () {
      const blueprints = yield* Blueprints
      const categories = yield* Stream.runCollect(blueprints.templates({ pageSize: 1 }))
      const template = [...categories].flatMap(({ templates }) => templates)[0]
      if (template === undefined) throw new Error("there is no template")
      const enrollment_code = { is_active: true }
      const started = yield* blueprints.create({
        name: "From a template",
        enrollment_code,
        source: { type: "template", id: template.id }
      })
      expect(started.icon).toBe(template.icon)
      const map = yield* blueprint("Map", "map")
      const source = { type: "blueprint", id: map.id } as const
      const copy = yield* blueprints.create({ name: "Copy", enrollment_code, type: "map", source })
      expect(copy.type).toBe("map")
      const clash = yield* Effect.flip(blueprints.create({ name: "Clash", enrollment_code, type: "classic", source }))
      expect(clash).toMatchObject({
        reason: "BadRequest",
        detail: "Blueprint type does not match the source blueprint type"
      })
    }).pipe(onSandbox())
  )
})

for (const type of ["classic", "map"] as const) {
  describe(`a library item on a ${type} Blueprint`, () => {
    effect("is assigned once and removed once, however often the call is made", () =>
      Effect.gen(function* () {
        const blueprints = yield* Blueprints
        const { id } = yield* blueprint("Blueprint", type)
        const [one, other] = [yield* script("one"), yield* script("other")]
        const item = { library_item_id: one.id }
        expect(yield* blueprints.assign(id, item)).toEqual({ status: "assigned", library_item_ids: [one.id] })
        expect(yield* blueprints.assign(id, { library_item_id: other.id })).toMatchObject({ status: "assigned" })
        expect(yield* blueprints.assign(id, item)).toEqual({
          status: "already-assigned",
          library_item_ids: [one.id, other.id]
        })
        expect((yield* blueprints.libraryItems(id)).results).toEqual([
          { id: one.id, name: "one" },
          { id: other.id, name: "other" }
        ])
        expect(yield* blueprints.remove(id, item)).toEqual({ status: "removed", library_item_ids: [other.id] })
        expect(yield* blueprints.remove(id, item)).toEqual({ status: "not-assigned", library_item_ids: [other.id] })
      }).pipe(onSandbox())
    )

    effect("fails to be assigned if the item or the Blueprint is unknown", () =>
      Effect.gen(function* () {
        const blueprints = yield* Blueprints
        const { id } = yield* blueprint("Blueprint", type)
        const item = { library_item_id: (yield* script("one")).id }
        expect(yield* Effect.flip(blueprints.assign(nowhere, item))).toMatchObject({
          reason: "NotFound",
          detail: "blueprint not found"
        })
        expect(yield* Effect.flip(blueprints.assign(id, { library_item_id: nowhere }))).toMatchObject({ status: 404 })
        expect(yield* Effect.flip(blueprints.assign(id, { library_item_id: "" }))).toMatchObject({
          reason: "InvalidArgument",
          fieldErrors: { library_item_id: ["is empty"] }
        })
      }).pipe(onSandbox())
    )
  })
}

describe("an assignment map with conditional logic", () => {
  effect("needs a node, and the failure says what is wrong with it", () =>
    Effect.gen(function* () {
      const blueprints = yield* Blueprints
      const { webApp } = yield* Sandbox
      const [map, classic] = [yield* blueprint("Map", "map"), yield* blueprint("Classic")]
      const item = { library_item_id: (yield* script("one")).id }
      const node = yield* webApp.addAssignmentNode(map.id)
      const refusal = (id: string, assignment_node_id?: string) =>
        Effect.map(Effect.flip(blueprints.assign(id, { ...item, assignment_node_id })), ({ detail, reason }) => [
          reason,
          detail
        ])
      expect(yield* refusal(map.id)).toEqual([
        "BadRequest",
        "Must provide assignment_node_id for Assignment Map Blueprint"
      ])
      expect(yield* refusal(map.id, nowhere)).toEqual(["BadRequest", "Assignment node not found"])
      expect(yield* refusal(classic.id, node)).toEqual([
        "BadRequest",
        "assignment_node_id cannot be provided for Classic Blueprint"
      ])
      const placed = { ...item, assignment_node_id: node }
      expect(yield* blueprints.assign(map.id, placed)).toMatchObject({ status: "assigned" })
      expect(yield* blueprints.assign(map.id, placed)).toMatchObject({ status: "already-assigned" })
      expect(yield* blueprints.remove(map.id, placed)).toMatchObject({ status: "removed" })
    }).pipe(onSandbox())
  )

  effect("takes one item of an exclusive type: a second one is a Conflict and is not assigned", () =>
    Effect.gen(function* () {
      const blueprints = yield* Blueprints
      const { webApp } = yield* Sandbox
      const { id } = yield* blueprint("Map", "map")
      const [one, other] = [yield* script("one"), yield* script("other")]
      for (const { id } of [one, other]) yield* webApp.makeExclusive(id, "FileVault")
      yield* blueprints.assign(id, { library_item_id: one.id })
      const error = yield* Effect.flip(blueprints.assign(id, { library_item_id: other.id }))
      expect(error).toMatchObject({ reason: "Conflict", status: 400 })
      expect(error.message).toContain("it conflicts with what is there")
      expect((yield* blueprints.libraryItems(id)).results.map(({ name }) => name)).toEqual(["one"])
    }).pipe(onSandbox())
  )
})
