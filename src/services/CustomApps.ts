/**
 * Custom apps of the library, and their installers.
 *
 * @see `/api/v1/library/custom-apps`
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadError } from "../errors/PayloadIntegrityError.js"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import { checkChanges, checkFields, invalidArgument } from "../operation/arguments.js"
import { distinctNames, safeFileName } from "../installers/fileNames.js"
import { nameProblem } from "../installers/files.js"
import type { ListOptions } from "../operation/listing.js"
import * as Answer from "../operation/Answer.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import { withDigest } from "../installers/publishing.js"
import { reported, reportedStream } from "../installers/reporting.js"
import { inspectAs, type InstallerSource, sendInstaller } from "../installers/sending.js"
import { checkTarget, isFolder, isStored, makeFolderOf, within } from "../installers/targets.js"
import {
  CreateCustomApp,
  CustomApp,
  CustomAppChanges,
  CustomAppForm,
  CustomAppUpload,
  PublishCustomApp,
  UpdateCustomApp
} from "../schemas/CustomApp.js"
import { Required } from "../schemas/internal.js"
import { appRules } from "../schemas/rules.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { whole } from "../session/created.js"
import { composed } from "../session/functions.js"
import { located, locatedStream } from "../session/located.js"
import { ApiClient } from "./ApiClient.js"
import { changedFields } from "./comparing.js"
import { named } from "./matching.js"
import { type ScriptOptions, scriptReader } from "./scriptText.js"
import {
  type DownloadedInstaller,
  type DownloadOptions as InstallerDownloadOptions,
  InstallerTransfer,
  type SendOptions,
  type StoredInstaller,
  type TransferOptions
} from "./InstallerTransfer.js"

export declare namespace CustomApps {
  /** Options for sending an installer to the tenant. */
  export interface PublishOptions extends SendOptions, ScriptOptions {}

  /** The result of `publish`, and the app as it is now. */
  export interface Published {
    /** `unchanged`: the tenant already had it in this state, so only reads were sent. */
    readonly status: "created" | "updated" | "unchanged"
    readonly app: CustomApp
  }

  /** Options for downloading an installer. */
  export interface DownloadOptions extends InstallerDownloadOptions {
    /**
     * The file to write. It appears only when it is complete and verified. If this is a folder, or a path that ends in
     * `/`, the file is written there with the app's `file_name`. Missing folders are created.
     */
    readonly to: string
  }

  /** Options for downloading many installers. */
  export interface DownloadAllOptions extends InstallerDownloadOptions {
    /** The folder to write to. It is created if it is missing. */
    readonly to: string
    /** How many installers are downloaded at the same time. Default 3. */
    readonly concurrency?: number | undefined
  }

  /** The outcome of one of many downloads. */
  export type DownloadOutcome =
    | ({ readonly outcome: "downloaded"; readonly app: CustomApp } & DownloadedInstaller)
    /** The file already existed, with the right sha256. */
    | { readonly outcome: "skipped"; readonly app: CustomApp; readonly path: string }
    | {
        readonly outcome: "failed"
        readonly app: CustomApp
        readonly path: string
        readonly error: ApiClientError | PayloadError
      }

  /** The functions for custom apps. */
  export interface Service {
    /**
     * Streams every custom app, in the server's order. It reads page by page, so memory use is constant.
     * @see `GET /api/v1/library/custom-apps`
     */
    readonly stream: (options?: ListOptions) => Stream.Stream<CustomApp, ApiClientError>
    /** Reads `stream` to its end and returns all records. */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<CustomApp>, ApiClientError>
    /**
     * Gets one custom app. Fails with `NotFound` if there is no custom app with this id.
     * @see `GET /api/v1/library/custom-apps/{library_item_id}`
     */
    readonly get: (id: string) => Effect.Effect<CustomApp, ApiClientError>
    /**
     * Uploads an installer and creates a custom app with it. No device installs the app until you assign it to a
     * Blueprint.
     *
     * All arguments are checked before anything is sent. If the app cannot be created after the upload, the error has a
     * `fileKey`: call again with it instead of the installer, so the installer is not uploaded again.
     *
     * @example
     * apps.create({
     *   name: "Firefox",
     *   install_type: "package",
     *   install_enforcement: "install_once",
     *   installer: { path: "Firefox.pkg" }
     * })
     * @see `POST /api/v1/library/custom-apps`
     */
    readonly create: (
      app: CreateCustomApp,
      options?: PublishOptions
    ) => Effect.Effect<CustomApp, ApiClientError | PayloadError>
    /**
     * Changes only the fields that you pass. If you pass an installer, it is uploaded first, as in `create`.
     * @see `PATCH /api/v1/library/custom-apps/{library_item_id}`
     */
    readonly update: (
      id: string,
      changes: UpdateCustomApp,
      options?: PublishOptions
    ) => Effect.Effect<CustomApp, ApiClientError | PayloadError>
    /**
     * Creates the app. If an app with this name exists, updates its fields that differ. The installer is uploaded
     * only if its sha256 differs from the tenant's, so a stream may be read twice: once to compute the sha256, once to
     * send it. Fields that you leave out stay as they are.
     *
     * All arguments are checked before anything is sent. Fails with `Conflict` if several apps have the name; `detail`
     * lists their ids.
     *
     * @example
     * apps.publish({
     *   name: "Firefox",
     *   install_type: "package",
     *   install_enforcement: "install_once",
     *   installer: { path: "Firefox.pkg" }
     * })
     * @see `POST /api/v1/library/custom-apps`
     */
    readonly publish: (
      app: PublishCustomApp,
      options?: PublishOptions
    ) => Effect.Effect<Published, ApiClientError | PayloadError>
    /**
     * Deletes a custom app, and removes it from every Blueprint.
     * @see `DELETE /api/v1/library/custom-apps/{library_item_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
    /**
     * Gets a place in storage for one installer, for programs that upload with other tools. The place is valid for 24
     * hours. `fileName` needs an extension: the uploaded file will have this name.
     * @see `POST /api/v1/library/custom-apps/upload`
     */
    readonly presign: (fileName: string) => Effect.Effect<CustomAppUpload, ApiClientError>
    /**
     * Downloads an app's installer to a file and verifies its sha256. The app is read first, to get the address of its
     * installer. This address is valid only for a short time; if it expires during the download, the app is read again.
     * @see `GET /api/v1/library/custom-apps/{library_item_id}`
     */
    readonly download: (
      app: CustomApp | string,
      options: DownloadOptions
    ) => Effect.Effect<DownloadedInstaller, ApiClientError | PayloadError>
    /**
     * Streams the bytes of an app's installer, if you do not want them in a file. The stream emits the last bytes only
     * after it has checked size and sha256. So if it ends without a failure, the installer was complete and correct.
     * @see `GET /api/v1/library/custom-apps/{library_item_id}`
     */
    readonly installer: (
      app: CustomApp | string,
      options?: TransferOptions
    ) => Stream.Stream<Uint8Array, ApiClientError | PayloadError>
    /**
     * Downloads the installers of many apps into a folder, and emits an outcome when each download ends. A failure does
     * not stop the other downloads. A file that already exists with the right sha256 is skipped. Each file gets the
     * app's `file_name`. If several apps have the same `file_name`, each file name also contains the app's id:
     * `Firefox (<id>).pkg`. `apps` is read to its end first, because only all names together show which are the same.
     * @see `GET /api/v1/library/custom-apps/{library_item_id}`
     */
    readonly downloadAll: <E, R>(
      apps: Stream.Stream<CustomApp, E, R>,
      options: DownloadAllOptions
    ) => Stream.Stream<DownloadOutcome, E | ApiClientError, R>
  }
}

const root = "/api/v1/library/custom-apps"
const one = `${root}/{library_item_id}` as const

/** The operations of custom apps. */
export const operations = Operation.group("CustomApps", {
  stream: { method: "GET", path: root, pages: Pages.counted(CustomApp), kind: "read" },
  get: { method: "GET", path: one, answer: CustomApp, kind: "read" },
  presign: {
    method: "POST",
    path: `${root}/upload`,
    json: Schema.Struct({ name: Required }),
    answer: CustomAppUpload,
    kind: "write"
  },
  create: { method: "POST", path: root, form: CustomAppForm, answer: Answer.created(CustomApp), kind: "write" },
  update: { method: "PATCH", path: one, form: CustomAppChanges, answer: CustomApp, kind: "fleet" },
  delete: { method: "DELETE", path: one, kind: "destructive" }
})

const scripts = ["audit_script", "preinstall_script", "postinstall_script"] as const

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const transfer = yield* InstallerTransfer
  const fs = yield* FileSystem.FileSystem
  const { get, presign, stream, ...functions } = client.functions(operations)
  const checkCreate = checkFields("CustomApps.create", CreateCustomApp)
  const checkUpdate = checkChanges("CustomApps.update", UpdateCustomApp)
  const checkPublish = checkFields("CustomApps.publish", PublishCustomApp)
  const readScripts = scriptReader(Option.some(fs))

  const send = sendInstaller(transfer, { get, presign, serverTime: client.serverTime })

  const create = (
    operation: string,
    { fileKey, installer, sha256, ...fields }: Omit<typeof CustomAppForm.Type, "file_key"> & InstallerSource,
    options: CustomApps.PublishOptions
  ) =>
    send(operation, { fileKey, install_type: fields.install_type, installer, sha256 }, options, (file_key = "") =>
      whole(functions.create, get)({ ...fields, file_key })
    )

  const update = (
    operation: string,
    id: string,
    { before, fileKey, installer, sha256, ...fields }: Omit<typeof CustomAppChanges.Type, "file_key"> & InstallerSource,
    options: CustomApps.PublishOptions
  ) =>
    // Checks the id first, so that no installer is uploaded for an invalid id.
    Effect.mapError(operations.update.encode(id, { file_key: "unknown" }), (problems) =>
      invalidArgument(operation, problems)
    ).pipe(
      Effect.zipRight(
        send(
          operation,
          { before, fileKey, install_type: fields.install_type, installer, sha256 },
          options,
          (file_key) => functions.update(id, { ...fields, file_key })
        )
      )
    )

  const publish = (
    app: PublishCustomApp,
    options: CustomApps.PublishOptions
  ): Effect.Effect<CustomApps.Published, ApiClientError | PayloadError> =>
    Effect.gen(function* () {
      const operation = "CustomApps.publish"
      const { installer, name, ...given } = yield* checkPublish(app)
      const { size } = yield* inspectAs(transfer, operation, installer, given.install_type, options)
      const found = Option.getOrUndefined(yield* named(operation, stream(), name))
      const fields = yield* readScripts(operation, scripts, given, options, Effect.succeed(found ?? {}))
      if (found === undefined) {
        return { status: "created", app: yield* create(operation, { ...fields, name, installer }, options) }
      }
      const other = found.file_size !== undefined && found.file_size !== size
      const known = other ? found : yield* withDigest(found, get(found.id), options.processing)
      const before = other || known.sha256 === undefined ? undefined : yield* transfer.sha256(installer, options)
      const same = before !== undefined && known.sha256 === before
      const changes = changedFields(fields, known, appRules("publish"))
      if (same && Object.keys(changes).length === 0) return { status: "unchanged", app: known }
      const sent = same ? changes : { ...changes, installer, before }
      return { status: "updated", app: yield* update(operation, found.id, sent, options) }
    })

  /** Reads the app to get a new address of its installer in storage. */
  const installerOf = ({
    id
  }: Pick<CustomApp, "id">): Effect.Effect<StoredInstaller, ApiClientError | PayloadTransferError> =>
    Effect.flatMap(get(id), ({ file_name: name, file_size: size, file_url: url, sha256 }) => {
      if (url !== undefined) return Effect.succeed({ url, name, size, sha256 })
      const detail = "the tenant names no address for it"
      return Effect.fail(new PayloadTransferError({ reason: "Source", direction: "download", name, detail }))
    })

  const download = (
    app: Pick<CustomApp, "id">,
    target: string,
    options: InstallerDownloadOptions
  ): Effect.Effect<DownloadedInstaller, ApiClientError | PayloadError> =>
    Effect.zipRight(makeFolderOf(fs, target), transfer.download(installerOf(app), target, options))

  return {
    ...functions,
    get,
    stream,
    create: located((app, options = {}) =>
      reported(options, (options) =>
        checkCreate(app).pipe(
          Effect.flatMap((fields) => readScripts("CustomApps.create", scripts, fields, options)),
          Effect.flatMap((fields) => create("CustomApps.create", fields, options))
        )
      )
    ),
    update: located((id, changes, options = {}) =>
      reported(options, (options) =>
        checkUpdate(changes).pipe(
          Effect.flatMap((fields) => readScripts("CustomApps.update", scripts, fields, options, get(id))),
          Effect.flatMap((fields) => update("CustomApps.update", id, fields, options))
        )
      )
    ),
    publish: composed("CustomApps.publish", (app, options = {}) =>
      reported(options, (options) => publish(app, options))
    ),
    presign: located((fileName) => {
      const problem = nameProblem(fileName)
      return problem === undefined
        ? presign({ name: fileName })
        : Effect.fail(invalidArgument("CustomApps.presign", { name: [problem] }))
    }),
    download: composed("CustomApps.download", (app, { to, ...options }) =>
      reported(options, (options) =>
        Effect.gen(function* () {
          const record = typeof app === "string" ? { id: app } : app
          yield* checkTarget("CustomApps.download", to)
          if (!(yield* isFolder(fs, to))) return yield* download(record, to, options)
          const { file_name } = yield* get(record.id)
          return yield* download(record, within(to, safeFileName(file_name)), options)
        })
      )
    ),
    installer: locatedStream((app, options = {}) =>
      reportedStream(options, (options) =>
        transfer.stream(installerOf(typeof app === "string" ? { id: app } : app), options)
      )
    ),
    downloadAll: locatedStream((apps, { concurrency = 3, to, ...options }) => {
      const operation = "CustomApps.downloadAll"
      const one = composed(
        operation,
        (app: CustomApp, path: string): Effect.Effect<CustomApps.DownloadOutcome, ApiClientError | PayloadError> =>
          reported(options, (options) =>
            Effect.gen(function* () {
              if (yield* isStored(fs, transfer, app, path, options)) return { outcome: "skipped", app, path }
              return { outcome: "downloaded", app, ...(yield* download(app, path, options)) }
            })
          )
      )
      return Effect.zipRight(checkTarget(operation, to, concurrency), Stream.runCollect(apps)).pipe(
        Effect.map((all) => {
          const records = new Map(Chunk.map(all, (app) => [app.id, app] as const))
          const names = distinctNames(new Map(Chunk.map(all, (app) => [app.id, app.file_name] as const)))
          return Stream.fromIterable(names).pipe(
            Stream.filterMap(([id, name]) =>
              Option.map(Option.fromNullable(records.get(id)), (app) => ({ app, path: within(to, name) }))
            ),
            Stream.mapEffect(
              ({ app, path }) =>
                Effect.catchAll(one(app, path), (error) =>
                  Effect.succeed({ outcome: "failed", app, path, error } as const)
                ),
              { concurrency, unordered: true }
            )
          )
        }),
        Stream.unwrap
      )
    })
  } satisfies CustomApps.Service
})

/** Custom apps of the library, and their installers: `/api/v1/library/custom-apps`. */
export class CustomApps extends Context.Tag("effect-iru/CustomApps")<CustomApps, CustomApps.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<CustomApps, never, ApiClient | FileSystem.FileSystem | InstallerTransfer> =
    Layer.effect(this, make)
}
