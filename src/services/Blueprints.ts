/**
 * Blueprints, and the library items that are assigned to them.
 *
 * @see `/api/v1/blueprints`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { checkChanges, checkFields, definedOnly, nothingToChange } from "../internal/arguments.js"
import { asConflict, isDuplicateAssignment, isMissingAssignment } from "../internal/assignment.js"
import { below, type ListOptions, resource } from "../internal/library.js"
import { collectPages, recordsOf } from "../internal/pages.js"
import type { FormFields } from "../internal/request.js"
import {
  type AssignmentResult,
  Blueprint,
  BlueprintTemplateCategory,
  CreateBlueprint,
  LibraryItem,
  LibraryItemAssignment,
  UpdateBlueprint
} from "../schemas/Blueprint.js"
import { Id } from "../schemas/internal.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace Blueprints {
  /** How the listing is read, and which Blueprints are in it. */
  export interface ListBlueprintsOptions extends ListOptions {
    /** Only those whose name contains this. */
    readonly name?: string | undefined
    /** Only the one with this id. */
    readonly id?: string | undefined
    /** Only those with these ids. */
    readonly id__in?: ReadonlyArray<string> | undefined
  }

  /** What can be done with Blueprints. */
  export interface Service {
    /** Every Blueprint, page by page, in the server's order. Reads on demand, in constant memory. */
    readonly stream: (options?: ListBlueprintsOptions) => Stream.Stream<Blueprint, ApiClientError>
    /** `stream`, collected. */
    readonly list: (options?: ListBlueprintsOptions) => Effect.Effect<PayloadList<Blueprint>, ApiClientError>
    /** One Blueprint. Fails with `NotFound` where there is none. */
    readonly get: (id: string) => Effect.Effect<Blueprint, ApiClientError>
    /** A new Blueprint: empty, from a template, or a clone. */
    readonly create: (blueprint: CreateBlueprint) => Effect.Effect<Blueprint, ApiClientError>
    /** Changes the fields that are given, and no other. */
    readonly update: (id: string, changes: UpdateBlueprint) => Effect.Effect<Blueprint, ApiClientError>
    /** Deletes a Blueprint. **Every device in it becomes unmanaged.** */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
    /** The templates that Iru provides, by category. */
    readonly templates: (options?: ListOptions) => Stream.Stream<BlueprintTemplateCategory, ApiClientError>
    /** The library items that are assigned to a Blueprint. */
    readonly libraryItems: (id: string) => Effect.Effect<PayloadList<LibraryItem>, ApiClientError>
    /**
     * Puts a library item on a Blueprint. To do it again changes nothing and is no failure: the result says
     * `already-assigned`. Fails with `Conflict` where another item of a type that can be there only once holds the
     * place: the item is then not assigned.
     */
    readonly assign: (
      id: string,
      item: LibraryItemAssignment
    ) => Effect.Effect<AssignmentResult<"assigned" | "already-assigned">, ApiClientError>
    /** Takes a library item off a Blueprint. To do it again is no failure: the result says `not-assigned`. */
    readonly remove: (
      id: string,
      item: LibraryItemAssignment
    ) => Effect.Effect<AssignmentResult<"removed" | "not-assigned">, ApiClientError>
  }
}

const root = "/api/v1/blueprints"
const LibraryItemIds = Schema.Array(Id)

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const named = (operation: string) => ({ operation: `Blueprints.${operation}` })
  const checkCreate = checkFields("Blueprints.create", CreateBlueprint)
  const checkUpdate = checkChanges("Blueprints.update", UpdateBlueprint)

  const libraryItems = (id: string, operation: string) =>
    collectPages(client.pages(below(root, id, "/list-library-items"), LibraryItem, named(operation)))

  /** Both ways to change an assignment: the same body, and a 400 in words where nothing is left to do. */
  const changeAssignment = <Done extends string, Nothing extends string>(
    verb: "assign" | "remove",
    done: Done,
    nothing: Nothing,
    nothingLeftToDo: (error: ApiClientError) => boolean
  ) => {
    const check = checkFields(`Blueprints.${verb}`, LibraryItemAssignment)
    return (id: string, item: LibraryItemAssignment): Effect.Effect<AssignmentResult<Done | Nothing>, ApiClientError> =>
      Effect.gen(function* () {
        const { assignment_node_id, library_item_id } = yield* check(item)
        const json = assignment_node_id ? { library_item_id, assignment_node_id } : { library_item_id }
        return yield* client
          .post(below(root, id, `/${verb}-library-item`), LibraryItemIds, { ...named(verb), body: { json } })
          .pipe(
            Effect.map((library_item_ids) => ({ status: done, library_item_ids })),
            Effect.catchIf(nothingLeftToDo, () =>
              Effect.map(libraryItems(id, verb), ({ results }) => ({
                status: nothing,
                library_item_ids: results.map((item) => item.id)
              }))
            ),
            Effect.mapError(asConflict)
          )
      })
  }

  return {
    ...resource(client, "Blueprints", root, Blueprint, ({ id, id__in, name }: Blueprints.ListBlueprintsOptions) => ({
      id,
      id__in,
      name
    })),
    create: (blueprint) =>
      Effect.flatMap(checkCreate(blueprint), (fields) =>
        client.post(root, Blueprint, { ...named("create"), body: { form: dotted(fields) } })
      ),
    update: (id, changes) =>
      Effect.flatMap(checkUpdate(changes), (fields) => {
        const form = definedOnly(dotted(fields))
        return Object.keys(form).length === 0
          ? Effect.fail(nothingToChange("Blueprints.update"))
          : client.patch(below(root, id), Blueprint, { ...named("update"), body: { form } })
      }),
    templates: (options) =>
      recordsOf(
        client.pages("/api/v1/blueprints/templates/", BlueprintTemplateCategory, { ...options, ...named("templates") })
      ),
    libraryItems: (id) => libraryItems(id, "libraryItems"),
    assign: changeAssignment("assign", "assigned", "already-assigned", isDuplicateAssignment),
    remove: changeAssignment("remove", "removed", "not-assigned", isMissingAssignment)
  } satisfies Blueprints.Service
})

/** Nested fields as a form has them: `enrollment_code.is_active`. */
const dotted = ({
  enrollment_code,
  source,
  ...fields
}: UpdateBlueprint & Pick<CreateBlueprint, "type" | "source">): FormFields => ({
  ...fields,
  "enrollment_code.is_active": enrollment_code?.is_active,
  "enrollment_code.code": enrollment_code?.code,
  "source.type": source?.type,
  "source.id": source?.id
})

/** Blueprints, and the library items that are assigned to them: `/api/v1/blueprints`. */
export class Blueprints extends Context.Tag("effect-iru/Blueprints")<Blueprints, Blueprints.Service>() {
  /** Over the session at hand. */
  static readonly layer: Layer.Layer<Blueprints, never, ApiClient> = Layer.effect(this, make)
}
