/**
 * Custom apps of the library, and their installers.
 *
 * @see `/api/v1/library/custom-apps`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadError } from "../errors/PayloadIntegrityError.js"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import { checkChanges, checkFields, invalidArgument } from "../internal/arguments.js"
import { below, type ListOptions, resource } from "../internal/library.js"
import { whenProcessed } from "../internal/processing.js"
import { reported } from "../internal/reporting.js"
import type { FormFields } from "../internal/request.js"
import { CreateCustomApp, CustomApp, CustomAppUpload, UpdateCustomApp } from "../schemas/CustomApp.js"
import type { Installer } from "../schemas/Installer.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { ApiClient } from "./ApiClient.js"
import {
  type DownloadedInstaller,
  type DownloadOptions as InstallerDownloadOptions,
  InstallerTransfer,
  type StoredInstaller,
  type TransferOptions
} from "./InstallerTransfer.js"

export declare namespace CustomApps {
  /** How an installer gets to the tenant. */
  export interface PublishOptions extends TransferOptions {
    /**
     * When to ask again while the service processes what was uploaded. Default: after 1, 2, 4, 8, 16, 30, 30 … seconds,
     * 301 in all.
     */
    readonly processing?: Schedule.Schedule<unknown> | undefined
  }

  export interface DownloadOptions extends InstallerDownloadOptions {
    /** The file to write. It appears whole and verified, or not at all. */
    readonly to: string
  }

  /** What can be done with custom apps. */
  export interface Service {
    /** Every custom app, page by page, in the server's order. Reads on demand, in constant memory. */
    readonly stream: (options?: ListOptions) => Stream.Stream<CustomApp, ApiClientError>
    /** `stream`, collected. */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<CustomApp>, ApiClientError>
    /** One custom app. Fails with `NotFound` where there is none. */
    readonly get: (id: string) => Effect.Effect<CustomApp, ApiClientError>
    /**
     * Uploads an installer and makes a custom app of it. It is installed nowhere until it is assigned to a Blueprint.
     *
     * Everything is checked before a byte is sent. Where the app cannot be made after the upload, the error has a
     * `fileKey`: pass it on instead of the installer, and nothing is uploaded twice.
     *
     * @example
     * apps.create({
     *   name: "Firefox",
     *   install_type: "package",
     *   install_enforcement: "install_once",
     *   installer: { path: "Firefox.pkg" }
     * })
     */
    readonly create: (
      app: CreateCustomApp,
      options?: PublishOptions
    ) => Effect.Effect<CustomApp, ApiClientError | PayloadError>
    /** Changes the fields that are given, and no other. With an installer, uploads it first, as `create` does. */
    readonly update: (
      id: string,
      changes: UpdateCustomApp,
      options?: PublishOptions
    ) => Effect.Effect<CustomApp, ApiClientError | PayloadError>
    /** Deletes a custom app, from every Blueprint too. */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
    /** A place in storage for one installer, valid for 24 hours: for those who upload with tools of their own. */
    readonly presign: (fileName: string) => Effect.Effect<CustomAppUpload, ApiClientError>
    /**
     * Downloads an app's installer to a file and verifies its sha256. The app is read first, and again where the address
     * of its installer expires on the way: it is valid for a short while only.
     */
    readonly download: (
      app: CustomApp | string,
      options: DownloadOptions
    ) => Effect.Effect<DownloadedInstaller, ApiClientError | PayloadError>
  }
}

const root = "/api/v1/library/custom-apps"

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const transfer = yield* InstallerTransfer
  const create = { operation: "CustomApps.create" }
  const update = { operation: "CustomApps.update" }
  const checkCreate = checkFields(create.operation, CreateCustomApp)
  const checkUpdate = checkChanges(update.operation, UpdateCustomApp)

  const presign = (name: string, operation: string) =>
    client.post(`${root}/upload`, CustomAppUpload, { operation, body: { json: { name } } })

  /** The key under which the installer lies in storage, uploaded first where it has to be. */
  const stored = (
    { fileKey, installer }: { readonly installer?: Installer | undefined; readonly fileKey?: string | undefined },
    operation: string,
    options: TransferOptions
  ) =>
    Effect.gen(function* () {
      if (installer === undefined) return fileKey
      const { name, size } = yield* transfer.inspect(installer, operation)
      const place = yield* transfer.upload(installer, { ...options, presign: presign(name, operation) })
      options.onProgress?.({ phase: "finalizing", name, bytes: size, total: size })
      return place.file_key
    })

  /** An app's installer in storage, at an address that was just made. */
  const installerOf = (
    app: CustomApp | string,
    operation: string
  ): Effect.Effect<StoredInstaller, ApiClientError | PayloadTransferError> =>
    Effect.gen(function* () {
      const id = typeof app === "string" ? app : app.id
      const {
        file_name: name,
        file_size: size,
        file_url: url,
        sha256
      } = yield* client.get(below(root, id), CustomApp, {
        operation
      })
      if (url === undefined) {
        const detail = "the tenant names no address for it"
        return yield* new PayloadTransferError({ reason: "Source", direction: "download", name, detail })
      }
      return { url, name, size, sha256 }
    })

  /** The last step of a create or an update. Where it fails, the error says under which key the installer lies. */
  const publish = (
    file_key: string | undefined,
    options: CustomApps.PublishOptions,
    send: (fields: FormFields) => Effect.Effect<CustomApp, ApiClientError>
  ) =>
    whenProcessed(send({ file_key }), options.processing).pipe(
      Effect.mapError((error) => (file_key === undefined ? error : new ApiClientError({ ...error, fileKey: file_key })))
    )

  return {
    ...resource(client, "CustomApps", root, CustomApp),
    create: (app, options = {}) =>
      Effect.gen(function* () {
        const { fileKey, installer, ...fields } = yield* checkCreate(app)
        const key = yield* stored({ fileKey, installer }, create.operation, options)
        return yield* publish(key, options, (file) =>
          client.post(root, CustomApp, { ...create, body: { form: { ...fields, ...file } } })
        )
      }),
    update: (id, changes, options = {}) =>
      Effect.gen(function* () {
        const target = below(root, id)
        if (target.problem !== undefined) return yield* invalidArgument(update.operation, { id: [target.problem] })
        const { fileKey, installer, ...fields } = yield* checkUpdate(changes)
        const key = yield* stored({ fileKey, installer }, update.operation, options)
        return yield* publish(key, options, (file) =>
          client.patch(target, CustomApp, { ...update, body: { form: { ...fields, ...file } } })
        )
      }),
    presign: (fileName) => presign(fileName, "CustomApps.presign"),
    download: (app, { to, ...options }) =>
      reported(options, (options) => transfer.download(installerOf(app, "CustomApps.download"), to, options))
  } satisfies CustomApps.Service
})

/** Custom apps of the library, and their installers: `/api/v1/library/custom-apps`. */
export class CustomApps extends Context.Tag("effect-iru/CustomApps")<CustomApps, CustomApps.Service>() {
  /** Over the session at hand. */
  static readonly layer: Layer.Layer<CustomApps, never, ApiClient | InstallerTransfer> = Layer.effect(this, make)
}
