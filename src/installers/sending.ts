/**
 * Sends an installer to the tenant: checks it, uploads it, names the upload in a request, and compares the sha256 and
 * size that the tenant then reports.
 */
import * as Effect from "effect/Effect"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadError } from "../errors/PayloadIntegrityError.js"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import { invalidArgument } from "../operation/arguments.js"
import { type CustomApp, type CustomAppUpload, installerName, type UpdateCustomApp } from "../schemas/CustomApp.js"
import type { Installer } from "../schemas/Installer.js"
import type { InstallerTransfer, SendOptions, UploadOptions } from "../services/InstallerTransfer.js"
import { installTypeProblem } from "./files.js"
import { whenProcessed } from "./processing.js"
import { type Sent, whenVerified } from "./verifying.js"

/** The installer of an app: a file to upload, or the key of an earlier upload; and the type and sha256 it must have. */
export interface InstallerSource extends Pick<UpdateCustomApp, "fileKey" | "install_type" | "installer" | "sha256"> {
  /** The sha256 of an earlier read. If the uploaded bytes have another one, no app is made of them. */
  readonly before?: string | undefined
}

/** The requests of a resource that has installers, and the tenant's time. */
export interface InstallerCalls extends Pick<UploadOptions, "serverTime"> {
  readonly presign: (file: { readonly name: string }) => Effect.Effect<CustomAppUpload, ApiClientError>
  readonly get: (id: string) => Effect.Effect<CustomApp, ApiClientError>
}

/** The name and size of an installer. Fails if its extension does not fit the install type, unless `anyKind` is set. */
export const inspectAs = (
  transfer: InstallerTransfer.Service,
  operation: string,
  installer: Installer,
  installType: string | undefined,
  { anyKind = false }: SendOptions
) =>
  Effect.tap(transfer.inspect(installer, operation), ({ name }) => {
    const problem = anyKind || installType === undefined ? undefined : installTypeProblem(name, installType)
    return problem === undefined ? Effect.void : Effect.fail(invalidArgument(operation, { installer: [problem] }))
  })

/**
 * Uploads the installer if there is one, sends its key with `request`, and waits until the tenant reports the sha256 and
 * size that were sent. If `request` fails, its error has the key as `fileKey`.
 */
export const sendInstaller =
  (transfer: InstallerTransfer.Service, { get, presign, serverTime }: InstallerCalls) =>
  (
    operation: string,
    { before, fileKey, install_type, installer, sha256 }: InstallerSource,
    options: SendOptions,
    request: (file_key: string | undefined) => Effect.Effect<CustomApp, ApiClientError>
  ): Effect.Effect<CustomApp, ApiClientError | PayloadError> =>
    Effect.gen(function* () {
      let file_key = fileKey
      let sent = sentBefore(fileKey, sha256)
      if (installer !== undefined) {
        const { name, size } = yield* inspectAs(transfer, operation, installer, install_type, options)
        const place = yield* transfer.upload(installer, { ...options, serverTime, presign: presign({ name }) })
        options.onProgress?.({ phase: "finalizing", name, bytes: size, total: size })
        if (before !== undefined && before !== place.sha256) return yield* changedSince(name)
        file_key = place.file_key
        sent = { name, size: place.size, sha256: place.sha256 }
      }
      const app = yield* whenProcessed(request(file_key), options.processing).pipe(
        Effect.mapError((error) =>
          file_key === undefined ? error : new ApiClientError({ ...error, fileKey: file_key })
        )
      )
      return sent === undefined ? app : yield* whenVerified(app, sent, get, options.processing)
    })

/** The installer of an earlier upload, if the caller gives its key and its sha256. */
const sentBefore = (fileKey: string | undefined, sha256: string | undefined): Sent | undefined =>
  fileKey === undefined || sha256 === undefined
    ? undefined
    : { name: installerName(fileKey), sha256: sha256.toLowerCase() }

/** The error for an installer that changed between the read of its sha256 and the upload. */
const changedSince = (name: string): PayloadTransferError =>
  new PayloadTransferError({
    reason: "Source",
    direction: "upload",
    name,
    detail: "it was changed after its sha256 was read; no app was made of it"
  })
