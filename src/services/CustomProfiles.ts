/**
 * Custom profiles of the library.
 *
 * @see `/api/v1/library/custom-profiles`
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { checkChanges, checkFields, invalidArgument } from "../internal/arguments.js"
import { baseName, readSmallFile } from "../internal/files.js"
import { below, type ListOptions, resource } from "../internal/library.js"
import { CreateCustomProfile, CustomProfile, type ProfileFile, UpdateCustomProfile } from "../schemas/CustomProfile.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace CustomProfiles {
  /** What can be done with custom profiles. */
  export interface Service {
    /** Every custom profile, page by page, in the server's order. Reads on demand, in constant memory. */
    readonly stream: (options?: ListOptions) => Stream.Stream<CustomProfile, ApiClientError>
    /** `stream`, collected. */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<CustomProfile>, ApiClientError>
    /** One custom profile. Fails with `NotFound` where there is none. */
    readonly get: (id: string) => Effect.Effect<CustomProfile, ApiClientError>
    /**
     * A new custom profile. It is on no device until it is assigned to a Blueprint. At least one `runs_on_*` is true.
     *
     * @example
     * profiles.create({ name: "Wi-Fi", runs_on_mac: true, file: { path: "wifi.mobileconfig" } })
     */
    readonly create: (profile: CreateCustomProfile) => Effect.Effect<CustomProfile, ApiClientError>
    /**
     * Changes the fields that are given, and no other. The service makes a new `PayloadUUID` for every update, so
     * devices install the profile again.
     */
    readonly update: (id: string, changes: UpdateCustomProfile) => Effect.Effect<CustomProfile, ApiClientError>
    /** Deletes a custom profile, from every Blueprint too. */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
  }
}

const root = "/api/v1/library/custom-profiles"

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const fs = yield* FileSystem.FileSystem
  const create = { operation: "CustomProfiles.create" }
  const update = { operation: "CustomProfiles.update" }
  const checkCreate = checkFields(create.operation, CreateCustomProfile)
  const checkUpdate = checkChanges(update.operation, UpdateCustomProfile)

  const filePart = (operation: string, file: ProfileFile, defaultName: string) => {
    const part = { field: "file", contentType: "application/octet-stream" }
    if ("path" in file) {
      return Effect.map(readSmallFile(fs, operation, "file", file.path), (bytes) => ({
        ...part,
        filename: baseName(file.path),
        bytes
      }))
    }
    const bytes = typeof file.content === "string" ? new TextEncoder().encode(file.content) : file.content
    return bytes.length === 0
      ? Effect.fail(invalidArgument(operation, { file: ["is empty"] }))
      : Effect.succeed({ ...part, filename: file.name ?? `${defaultName}.mobileconfig`, bytes })
  }

  return {
    ...resource(client, "CustomProfiles", root, CustomProfile),
    create: (profile) =>
      Effect.gen(function* () {
        const { file, ...fields } = yield* checkCreate(profile)
        const part = yield* filePart(create.operation, file, fields.name)
        return yield* client.post(root, CustomProfile, { ...create, body: { multipart: fields, file: part } })
      }),
    update: (id, changes) =>
      Effect.gen(function* () {
        const { file, ...fields } = yield* checkUpdate(changes)
        const part = file && (yield* filePart(update.operation, file, fields.name ?? id))
        return yield* client.patch(below(root, id), CustomProfile, {
          ...update,
          body: { multipart: fields, file: part }
        })
      })
  } satisfies CustomProfiles.Service
})

/** Custom profiles of the library: `/api/v1/library/custom-profiles`. */
export class CustomProfiles extends Context.Tag("effect-iru/CustomProfiles")<CustomProfiles, CustomProfiles.Service>() {
  /** Over the session at hand. */
  static readonly layer: Layer.Layer<CustomProfiles, never, ApiClient | FileSystem.FileSystem> = Layer.effect(
    this,
    make
  )
}
