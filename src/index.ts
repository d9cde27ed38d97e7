/**
 * Services, schemas and errors. Nothing here needs Node; `effect-iru/node` does.
 *
 * @packageDocumentation
 */
export { ApiClient } from "./services/ApiClient.js"
export { ApiConfig } from "./services/ApiConfig.js"
export { Blueprints } from "./services/Blueprints.js"
export { CustomApps } from "./services/CustomApps.js"
export { CustomProfiles } from "./services/CustomProfiles.js"
export { CustomScripts } from "./services/CustomScripts.js"
export {
  type DownloadedInstaller,
  type DownloadOptions,
  InstallerTransfer,
  type StoredInstaller,
  type TransferOptions,
  type TransferProgress,
  type UploadOptions
} from "./services/InstallerTransfer.js"
export * as Iru from "./services/Iru.js"
export * as Progress from "./services/Progress.js"
export { SelfServiceCategories } from "./services/SelfServiceCategories.js"
export { SharedBudget } from "./services/SharedBudget.js"

export * from "./schemas/Blueprint.js"
export * from "./schemas/CustomApp.js"
export * from "./schemas/CustomProfile.js"
export * from "./schemas/CustomScript.js"
export { Installer } from "./schemas/Installer.js"
export { PayloadList } from "./schemas/PayloadList.js"
export { SelfServiceCategory } from "./schemas/SelfServiceCategory.js"

export {
  ApiClientError,
  type ApiClientErrorOf,
  ApiClientErrorReason,
  catchReason,
  FieldErrors,
  isApiClientError
} from "./errors/ApiClientError.js"
export { isPayloadError, type PayloadError, PayloadIntegrityError } from "./errors/PayloadIntegrityError.js"
export { PayloadTransferError, PayloadTransferErrorReason } from "./errors/PayloadTransferError.js"

export { isDuplicateAssignment } from "./internal/assignment.js"
export type { ListOptions } from "./internal/library.js"
export type { PaceLimits, Priority, Quota } from "./internal/pace.js"
export type { Page } from "./internal/pages.js"
export type { ApiPath } from "./internal/path.js"
export type { FilePart } from "./internal/multipart.js"
export type { FormFields, Query, RequestBody } from "./internal/request.js"
export type { RetryPolicy } from "./internal/retry.js"
