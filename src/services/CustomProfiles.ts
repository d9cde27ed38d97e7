/**
 * Custom profiles of the library.
 *
 * @see `/api/v1/library/custom-profiles`
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { checkChanges, checkFields, invalidArgument } from "../operation/arguments.js"
import type { ListOptions } from "../operation/listing.js"
import * as Answer from "../operation/Answer.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import {
  CreateCustomProfile,
  CustomProfile,
  CustomProfileChanges,
  CustomProfileForm,
  UpdateCustomProfile
} from "../schemas/CustomProfile.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { whole } from "../session/created.js"
import { parsePlist } from "../plist/Plist.js"
import { composed } from "../session/functions.js"
import { located } from "../session/located.js"
import { ApiClient } from "./ApiClient.js"
import { changedFields, isSameProfile } from "./comparing.js"
import { formFile } from "./formFile.js"
import { named } from "./matching.js"

export declare namespace CustomProfiles {
  /** The result of `publish`, and the profile as it is now. */
  export interface Published {
    /** `unchanged`: the tenant already had it in this state. Only reads were sent, and no device installs it again. */
    readonly status: "created" | "updated" | "unchanged"
    readonly profile: CustomProfile
  }

  /** The functions for custom profiles. */
  export interface Service {
    /**
     * Streams every custom profile, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/library/custom-profiles`
     */
    readonly stream: (options?: ListOptions) => Stream.Stream<CustomProfile, ApiClientError>
    /** Reads `stream` to its end and returns all records. */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<CustomProfile>, ApiClientError>
    /**
     * Gets one custom profile. Fails with `NotFound` if there is no custom profile with this id.
     *
     * @see `GET /api/v1/library/custom-profiles/{library_item_id}`
     */
    readonly get: (id: string) => Effect.Effect<CustomProfile, ApiClientError>
    /**
     * Creates a custom profile. No device installs it until you assign it to a Blueprint. Set at least one `runs_on_*`
     * to true.
     *
     * @example
     * profiles.create({ name: "Wi-Fi", runs_on_mac: true, file: { path: "wifi.mobileconfig" } })
     *
     * @see `POST /api/v1/library/custom-profiles`
     */
    readonly create: (profile: CreateCustomProfile) => Effect.Effect<CustomProfile, ApiClientError>
    /**
     * Changes only the fields that you pass. The service makes a new `PayloadUUID` for every update, so
     * devices install the profile again.
     *
     * @see `PATCH /api/v1/library/custom-profiles/{library_item_id}`
     */
    readonly update: (id: string, changes: UpdateCustomProfile) => Effect.Effect<CustomProfile, ApiClientError>
    /**
     * Creates the profile. If a profile with this name exists, updates its fields that differ. Files are compared
     * by content: the comparison ignores the order of keys, white space, XML or binary form, and the three keys that
     * the service rewrites (`PayloadIdentifier`, `PayloadUUID`, `PayloadDisplayName`). Fields that you leave out stay
     * as they are.
     *
     * All arguments are checked before anything is sent. Fails with `InvalidArgument` if the file is signed or is not a
     * property list. Fails with `Conflict` if several profiles have the name; `detail` lists their ids.
     *
     * @see `GET`, `POST`, `PATCH /api/v1/library/custom-profiles`
     * @example
     * profiles.publish({ name: "Wi-Fi", runs_on_mac: true, file: { path: "wifi.mobileconfig" } })
     */
    readonly publish: (profile: CreateCustomProfile) => Effect.Effect<Published, ApiClientError>
    /**
     * Deletes a custom profile, and removes it from every Blueprint.
     *
     * @see `DELETE /api/v1/library/custom-profiles/{library_item_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
  }
}

const root = "/api/v1/library/custom-profiles"
const one = `${root}/{library_item_id}` as const

/** The operations of custom profiles. */
export const operations = Operation.group("CustomProfiles", {
  stream: { method: "GET", path: root, pages: Pages.counted(CustomProfile), kind: "read" },
  get: { method: "GET", path: one, answer: CustomProfile, kind: "read" },
  create: {
    method: "POST",
    path: root,
    multipart: CustomProfileForm,
    answer: Answer.created(CustomProfile),
    kind: "write"
  },
  update: { method: "PATCH", path: one, multipart: CustomProfileChanges, answer: CustomProfile, kind: "fleet" },
  delete: { method: "DELETE", path: one, kind: "destructive" }
})

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const fs = yield* FileSystem.FileSystem
  const { create, update, ...functions } = client.functions(operations)
  const checkCreate = checkFields(operations.create.name, CreateCustomProfile)
  const checkPublish = checkFields("CustomProfiles.publish", CreateCustomProfile)
  const checkUpdate = checkChanges(operations.update.name, UpdateCustomProfile)

  return {
    ...functions,
    create: located((profile) =>
      Effect.gen(function* () {
        const { file, ...fields } = yield* checkCreate(profile)
        const form = yield* formFile(fs, operations.create.name, file, `${fields.name}.mobileconfig`)
        return yield* whole(create, functions.get)({ ...fields, file: form })
      })
    ),
    update: located((id, changes) =>
      Effect.gen(function* () {
        const { file, ...fields } = yield* checkUpdate(changes)
        const form = file && (yield* formFile(fs, operations.update.name, file, `${fields.name ?? id}.mobileconfig`))
        return yield* update(id, { ...fields, file: form })
      })
    ),
    publish: composed("CustomProfiles.publish", (profile) =>
      Effect.gen(function* (): Effect.fn.Return<CustomProfiles.Published, ApiClientError> {
        const operation = "CustomProfiles.publish"
        const { file: given, name, ...fields } = yield* checkPublish(profile)
        const file = yield* formFile(fs, operation, given, `${name}.mobileconfig`)
        const plist = yield* Effect.mapError(parsePlist(file.bytes), (problem) =>
          invalidArgument(operation, { file: [`is not a property list: ${problem}`] })
        )
        const found = Option.getOrUndefined(yield* named(operation, functions.stream(), name))
        if (found === undefined) {
          return { status: "created", profile: yield* whole(create, functions.get)({ ...fields, name, file }) }
        }
        const changes = {
          ...changedFields(fields, found),
          ...(isSameProfile(plist, found.profile) ? {} : { file })
        }
        return Object.keys(changes).length === 0
          ? { status: "unchanged", profile: found }
          : { status: "updated", profile: yield* update(found.id, changes) }
      })
    )
  } satisfies CustomProfiles.Service
})

/** Custom profiles of the library: `/api/v1/library/custom-profiles`. */
export class CustomProfiles extends Context.Tag("effect-iru/CustomProfiles")<CustomProfiles, CustomProfiles.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<CustomProfiles, never, ApiClient | FileSystem.FileSystem> = Layer.effect(
    this,
    make
  )
}
