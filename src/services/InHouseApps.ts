/**
 * In-house apps of the library, and their installers.
 *
 * @see `/api/v1/library/ipa-apps`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadError } from "../errors/PayloadIntegrityError.js"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import { reported } from "../installers/reporting.js"
import { compared, isOpen, type Sent } from "../installers/verifying.js"
import { checkChanges, checkFields, invalidArgument } from "../operation/arguments.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import {
  CreateInHouseApp,
  InHouseApp,
  InHouseAppChanges,
  InHouseAppFields,
  InHouseAppUpload,
  InHouseAppUploadStatus,
  UpdateInHouseApp
} from "../schemas/InHouseApp.js"
import { Required } from "../schemas/internal.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { located } from "../session/located.js"
import { ApiClient } from "./ApiClient.js"
import { InstallerTransfer, type TransferOptions } from "./InstallerTransfer.js"

export declare namespace InHouseApps {
  /** Options for sending an installer to the tenant. */
  export interface PublishOptions extends TransferOptions {
    /** The schedule for reading the status of an upload. Default: every second, for 10 minutes. */
    readonly processing?: Schedule.Schedule<unknown> | undefined
  }

  /** The functions for in-house apps. */
  export interface Service {
    /**
     * Streams every in-house app, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/library/ipa-apps`
     */
    readonly stream: (options?: ListOptions) => Stream.Stream<InHouseApp, ApiClientError>
    /** Reads `stream` to its end and returns all records. */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<InHouseApp>, ApiClientError>
    /**
     * Gets one in-house app. Fails with `NotFound` if there is no in-house app with this id.
     *
     * @see `GET /api/v1/library/ipa-apps/{library_item_id}`
     */
    readonly get: (id: string) => Effect.Effect<InHouseApp, ApiClientError>
    /**
     * Uploads an installer, waits until the service has validated it, and creates an in-house app with it. The
     * service's answer does not contain the app, so the app is then read from the listing, by the key of its installer.
     *
     * Fails with `PayloadTransferError` (`Rejected`) and the service's reason if the service refuses the installer. If
     * the app cannot be created after the upload, the error has a `fileKey`: call again with it instead of the
     * installer.
     *
     * @see `POST /api/v1/library/ipa-apps`
     */
    readonly create: (
      app: CreateInHouseApp,
      options?: PublishOptions
    ) => Effect.Effect<InHouseApp, ApiClientError | PayloadError>
    /**
     * Changes only the fields that you pass. If you pass an installer, it is uploaded first, as in `create`. The
     * service's answer does not contain the app, so the app is then read.
     *
     * @see `PATCH /api/v1/library/ipa-apps/{library_item_id}`
     */
    readonly update: (
      id: string,
      changes: UpdateInHouseApp,
      options?: PublishOptions
    ) => Effect.Effect<InHouseApp, ApiClientError | PayloadError>
    /**
     * Deletes an in-house app, and removes it from every Blueprint.
     *
     * @see `DELETE /api/v1/library/ipa-apps/{library_item_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
    /**
     * Gets a place in storage for one installer, for programs that upload with other tools.
     *
     * @see `POST /api/v1/library/ipa-apps/upload`
     */
    readonly presign: (upload: { readonly filename: string }) => Effect.Effect<InHouseAppUpload, ApiClientError>
    /**
     * Gets the status of an uploaded installer, which the service validates.
     *
     * @see `GET /api/v1/library/ipa-apps/upload/{pending_upload_id}/status`
     */
    readonly uploadStatus: (uploadId: string) => Effect.Effect<InHouseAppUploadStatus, ApiClientError>
  }
}

const root = "/api/v1/library/ipa-apps"
const one = `${root}/{library_item_id}` as const

/** The operations of in-house apps. */
export const operations = Operation.group("InHouseApps", {
  stream: { method: "GET", path: root, pages: Pages.counted(InHouseApp), kind: "read" },
  get: { method: "GET", path: one, answer: InHouseApp, kind: "read" },
  presign: {
    method: "POST",
    path: `${root}/upload`,
    json: Schema.Struct({ filename: Required }),
    answer: InHouseAppUpload,
    kind: "write"
  },
  uploadStatus: {
    method: "GET",
    path: `${root}/upload/{pending_upload_id}/status`,
    answer: InHouseAppUploadStatus,
    kind: "read"
  },
  create: { method: "POST", path: root, json: InHouseAppFields, kind: "write" },
  update: { method: "PATCH", path: one, json: InHouseAppChanges, kind: "fleet" },
  delete: { method: "DELETE", path: one, kind: "destructive" }
})

const isUnderWay = (status: string): boolean => ["UPLOADING", "UPLOADED", "VALIDATING"].includes(status)

const defaultProcessing: Schedule.Schedule<unknown> = Schedule.spaced("1 second").pipe(Schedule.upTo("10 minutes"))

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const transfer = yield* InstallerTransfer
  const functions = client.functions(operations)
  const { get, presign, stream, uploadStatus } = functions
  const checkCreate = checkFields(operations.create.name, CreateInHouseApp)
  const checkUpdate = checkChanges(operations.update.name, UpdateInHouseApp)

  /**
   * Waits until the service has validated an uploaded installer, and checks that its sha256 is that of the sent bytes.
   */
  const validated = (
    operation: string,
    sent: Sent,
    uploadId: string,
    schedule: Schedule.Schedule<unknown> = defaultProcessing
  ): Effect.Effect<void, ApiClientError | PayloadError> =>
    Effect.repeat(uploadStatus(uploadId), {
      while: (now) => isUnderWay(now.status) || (now.status === "VALIDATED" && isOpen(sent, now)),
      schedule: Schedule.zipRight(schedule, Schedule.identity<InHouseAppUploadStatus>())
    }).pipe(
      Effect.flatMap(({ reason, sha256, status }): Effect.Effect<void, ApiClientError | PayloadError> => {
        if (status === "VALIDATED") return compared(sent, { sha256 })
        const detail = reason ?? `The service says ${status}.`
        return isUnderWay(status)
          ? Effect.fail(new ApiClientError({ reason: "Timeout", operation, detail: `Still ${status}: ${detail}` }))
          : Effect.fail(new PayloadTransferError({ reason: "Rejected", direction: "upload", name: sent.name, detail }))
      })
    )

  /**
   * Uploads the installer, if there is one, and passes its key to `use`. Every later `ApiClientError` contains the key.
   */
  const withKey = <A>(
    operation: string,
    { fileKey, installer }: Pick<UpdateInHouseApp, "fileKey" | "installer">,
    options: InHouseApps.PublishOptions,
    use: (fileKey: string | undefined) => Effect.Effect<A, ApiClientError>
  ): Effect.Effect<A, ApiClientError | PayloadError> =>
    Effect.gen(function* () {
      if (installer === undefined) return yield* use(fileKey)
      const { name, size } = yield* transfer.inspect(installer, operation)
      let uploadId = ""
      const place = Effect.map(presign({ filename: name }), ({ filename, id, ...place }) => {
        uploadId = id
        return { ...place, name: filename }
      })
      const { serverTime } = client
      const { file_key, sha256 } = yield* transfer.upload(installer, { ...options, serverTime, presign: place })
      options.onProgress?.({ phase: "finalizing", name, bytes: size, total: size })
      return yield* validated(operation, { name, size, sha256 }, uploadId, options.processing).pipe(
        Effect.zipRight(use(file_key)),
        Effect.mapError((error) =>
          error._tag === "ApiClientError" ? new ApiClientError({ ...error, fileKey: file_key }) : error
        )
      )
    })

  /** Finds the app that was created with an installer. */
  const madeOf = (fileKey: string): Effect.Effect<InHouseApp, ApiClientError> =>
    Effect.flatMap(
      Stream.runHead(Stream.filter(stream(), ({ file_key }) => file_key === fileKey)),
      Option.match({
        onSome: Effect.succeed,
        onNone: () =>
          Effect.fail(
            new ApiClientError({
              reason: "NotFound",
              operation: operations.create.name,
              detail: "The app was created, and the listing does not show it yet. Do not create it again."
            })
          )
      })
    )

  return {
    ...functions,
    create: located((app, options = {}) =>
      reported(options, (options) =>
        Effect.gen(function* () {
          const { fileKey, installer, ...fields } = yield* checkCreate(app)
          return yield* withKey(operations.create.name, { fileKey, installer }, options, (file_key = "") =>
            Effect.zipRight(functions.create({ ...fields, file_key }), madeOf(file_key))
          )
        })
      )
    ),
    update: located((id, changes, options = {}) =>
      reported(options, (options) =>
        Effect.gen(function* () {
          const operation = operations.update.name
          const { fileKey, installer, ...fields } = yield* checkUpdate(changes)
          // Checks the id first, so that no installer is uploaded for an invalid id.
          yield* Effect.mapError(operations.update.encode(id, { name: "unknown" }), (problems) =>
            invalidArgument(operation, problems)
          )
          return yield* withKey(operation, { fileKey, installer }, options, (file_key) =>
            Effect.zipRight(functions.update(id, { ...fields, file_key }), get(id))
          )
        })
      )
    )
  } satisfies InHouseApps.Service
})

/** In-house apps of the library: `/api/v1/library/ipa-apps`. */
export class InHouseApps extends Context.Tag("effect-iru/InHouseApps")<InHouseApps, InHouseApps.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<InHouseApps, never, ApiClient | InstallerTransfer> = Layer.effect(this, make)
}
