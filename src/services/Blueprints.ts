/**
 * Blueprints, and the library items that are assigned to them.
 *
 * @see `/api/v1/blueprints`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import * as Answer from "../operation/Answer.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import {
  type AssignmentResult,
  Blueprint,
  BlueprintFilters,
  BlueprintTemplateCategory,
  CreateBlueprint,
  type EnrollmentProfile,
  EnrollmentProfileOptions,
  LibraryItem,
  LibraryItemAssignment,
  UpdateBlueprint
} from "../schemas/Blueprint.js"
import { Id } from "../schemas/internal.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { located } from "../session/located.js"
import { ApiClient } from "./ApiClient.js"
import { asConflict, isDuplicateAssignment, isMissingAssignment } from "./assignment.js"
import { finder } from "./matching.js"

export declare namespace Blueprints {
  /** Options for reading the listing, and filters for Blueprints. */
  export interface ListBlueprintsOptions extends ListOptions, BlueprintFilters {}

  /** The functions for Blueprints. */
  export interface Service {
    /**
     * Streams every Blueprint, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/blueprints`
     */
    readonly stream: (options?: ListBlueprintsOptions) => Stream.Stream<Blueprint, ApiClientError>
    /** Reads `stream` to its end and returns all records. */
    readonly list: (options?: ListBlueprintsOptions) => Effect.Effect<PayloadList<Blueprint>, ApiClientError>
    /**
     * Gets one Blueprint. Fails with `NotFound` if there is no Blueprint with this id.
     *
     * @see `GET /api/v1/blueprints/{blueprint_id}`
     */
    readonly get: (id: string) => Effect.Effect<Blueprint, ApiClientError>
    /**
     * Creates a Blueprint: empty, from a template, or as a copy of another Blueprint.
     *
     * @see `POST /api/v1/blueprints`
     */
    readonly create: (blueprint: CreateBlueprint) => Effect.Effect<Blueprint, ApiClientError>
    /**
     * Changes only the fields that you pass.
     *
     * @see `PATCH /api/v1/blueprints/{blueprint_id}`
     */
    readonly update: (id: string, changes: UpdateBlueprint) => Effect.Effect<Blueprint, ApiClientError>
    /**
     * Deletes a Blueprint. **Every device in it becomes unmanaged.**
     *
     * @see `DELETE /api/v1/blueprints/{blueprint_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
    /**
     * Finds the Blueprint that has this name, in the same upper and lower case. Fails with `Conflict` if several
     * Blueprints have the name; `detail` lists their ids.
     *
     * @see `GET /api/v1/blueprints`
     */
    readonly find: (name: string) => Effect.Effect<Option.Option<Blueprint>, ApiClientError>
    /**
     * Gets the profile that a user installs to enroll a device by hand. With `sso: true`, and if the Blueprint requires
     * authentication, it returns the address where the user signs in and gets the profile.
     *
     * @see `GET /api/v1/blueprints/{blueprint_id}/ota-enrollment-profile`
     */
    readonly enrollmentProfile: (
      id: string,
      options?: EnrollmentProfileOptions
    ) => Effect.Effect<EnrollmentProfile, ApiClientError>
    /**
     * Streams the templates that Iru provides, by category.
     *
     * @see `GET /api/v1/blueprints/templates/`
     */
    readonly templates: (options?: ListOptions) => Stream.Stream<BlueprintTemplateCategory, ApiClientError>
    /**
     * Lists the library items that are assigned to a Blueprint.
     *
     * @see `GET /api/v1/blueprints/{blueprint_id}/list-library-items`
     */
    readonly libraryItems: (id: string) => Effect.Effect<PayloadList<LibraryItem>, ApiClientError>
    /**
     * Assigns a library item to a Blueprint. If the item is already assigned, nothing changes, and the result says
     * `already-assigned`. Fails with `Conflict`, and assigns nothing, if a Blueprint can have only one item of this
     * type and already has another one.
     *
     * @see `POST /api/v1/blueprints/{blueprint_id}/assign-library-item`
     */
    readonly assign: (
      id: string,
      item: LibraryItemAssignment
    ) => Effect.Effect<AssignmentResult<"assigned" | "already-assigned">, ApiClientError>
    /**
     * Removes a library item from a Blueprint. If the item is not assigned, the result says `not-assigned`; this is no
     * failure.
     *
     * @see `POST /api/v1/blueprints/{blueprint_id}/remove-library-item`
     */
    readonly remove: (
      id: string,
      item: LibraryItemAssignment
    ) => Effect.Effect<AssignmentResult<"removed" | "not-assigned">, ApiClientError>
  }
}

const root = "/api/v1/blueprints"
const one = `${root}/{blueprint_id}` as const

const readSignIn = Answer.readerOf(Schema.Struct({ url: Schema.String }))

/**
 * Whether the bytes begin like a profile: a property list in XML (white space before it is allowed), or a signed one.
 */
const isProfile = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x30 || /^\s*(?:<\?xml|<!DOCTYPE plist|<plist)/.test(new TextDecoder().decode(bytes.subarray(0, 256)))

/** Reads the answer, which is either JSON with an address or the profile itself. */
const enrollmentProfileAnswer = Answer.make((response): Either.Either<EnrollmentProfile, Answer.Unreadable> => {
  if (/^application\/json\b/i.test(response.headers["content-type"] ?? "")) {
    return Either.map(readSignIn(response), ({ url }) => ({ _tag: "SignIn", url }))
  }
  return isProfile(response.bytes)
    ? Either.map(Answer.bytes.read(response), ({ bytes, fileName }) => ({ _tag: "Profile", bytes, fileName }))
    : Either.left({ detail: "The answer is neither a profile nor JSON with an address." })
})

/** The operations of Blueprints. */
export const operations = Operation.group("Blueprints", {
  stream: { method: "GET", path: root, query: BlueprintFilters, pages: Pages.counted(Blueprint), kind: "read" },
  get: { method: "GET", path: one, answer: Blueprint, kind: "read" },
  create: { method: "POST", path: root, form: CreateBlueprint, answer: Blueprint, kind: "write" },
  update: { method: "PATCH", path: one, form: UpdateBlueprint, answer: Blueprint, kind: "write" },
  delete: { method: "DELETE", path: one, kind: "destructive" },
  enrollmentProfile: {
    method: "GET",
    path: `${one}/ota-enrollment-profile`,
    query: EnrollmentProfileOptions,
    answer: enrollmentProfileAnswer,
    kind: "read"
  },
  templates: {
    method: "GET",
    path: `${root}/templates/`,
    pages: Pages.counted(BlueprintTemplateCategory),
    kind: "read"
  },
  libraryItems: { method: "GET", path: `${one}/list-library-items`, pages: Pages.counted(LibraryItem), kind: "read" },
  assign: {
    method: "POST",
    path: `${one}/assign-library-item`,
    json: LibraryItemAssignment,
    answer: Schema.Array(Id),
    kind: "fleet"
  },
  remove: {
    method: "POST",
    path: `${one}/remove-library-item`,
    json: LibraryItemAssignment,
    answer: Schema.Array(Id),
    kind: "fleet"
  }
})

const make = Effect.map(ApiClient, (client) => {
  const { assign, remove, ...functions } = client.functions(operations)
  const libraryItems = client.listing(operations.libraryItems).list

  /**
   * If the item is already assigned, or already removed, the service answers with a 400. `isDone` recognises its text.
   */
  const changeAssignment = <Done extends string, Nothing extends string>(
    change: typeof assign,
    done: Done,
    nothing: Nothing,
    isDone: (error: ApiClientError) => boolean
  ) =>
    located(
      (id: string, item: LibraryItemAssignment): Effect.Effect<AssignmentResult<Done | Nothing>, ApiClientError> =>
        change(id, item).pipe(
          Effect.map((library_item_ids) => ({ status: done, library_item_ids })),
          Effect.catchIf(isDone, () =>
            Effect.map(libraryItems(id), ({ results }) => ({
              status: nothing,
              library_item_ids: results.map((item) => item.id)
            }))
          ),
          Effect.mapError(asConflict)
        )
    )

  return {
    ...functions,
    find: finder(
      "Blueprints.find",
      "name",
      (name) => functions.stream({ name }),
      (blueprint) => blueprint.name,
      ({ id }) => id
    ),
    libraryItems,
    assign: changeAssignment(assign, "assigned", "already-assigned", isDuplicateAssignment),
    remove: changeAssignment(remove, "removed", "not-assigned", isMissingAssignment)
  } satisfies Blueprints.Service
})

/** Blueprints, and the library items that are assigned to them: `/api/v1/blueprints`. */
export class Blueprints extends Context.Tag("effect-iru/Blueprints")<Blueprints, Blueprints.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<Blueprints, never, ApiClient> = Layer.effect(this, make)
}
