/**
 * The services, schemas and errors. They do not need Node; `effect-iru/node` does.
 *
 * @packageDocumentation
 */
export { ApiClient } from "./services/ApiClient.js"
export { ApiConfig } from "./services/ApiConfig.js"
export { AdeDevices } from "./services/AdeDevices.js"
export { AdeIntegrations } from "./services/AdeIntegrations.js"
export { AuditEvents } from "./services/AuditEvents.js"
export { BlueprintRouting } from "./services/BlueprintRouting.js"
export { DeviceActions } from "./services/DeviceActions.js"
export { DeviceNotes } from "./services/DeviceNotes.js"
export { DeviceSecrets } from "./services/DeviceSecrets.js"
export { Devices } from "./services/Devices.js"
export { InHouseApps } from "./services/InHouseApps.js"
export { LibraryItems } from "./services/LibraryItems.js"
export { LostMode } from "./services/LostMode.js"
export { Prism } from "./services/Prism.js"
export { Settings } from "./services/Settings.js"
export { Tags } from "./services/Tags.js"
export { Threats } from "./services/Threats.js"
export { Users } from "./services/Users.js"
export { Vulnerabilities } from "./services/Vulnerabilities.js"
export { Blueprints } from "./services/Blueprints.js"
export { CustomApps } from "./services/CustomApps.js"
export { CustomProfiles } from "./services/CustomProfiles.js"
export { CustomScripts } from "./services/CustomScripts.js"
export {
  type DownloadedInstaller,
  type DownloadOptions,
  InstallerTransfer,
  type SendOptions,
  type StoredInstaller,
  type TransferOptions,
  type TransferProgress,
  type UploadedInstaller,
  type UploadOptions
} from "./services/InstallerTransfer.js"
export * as Fleet from "./services/Fleet.js"
export * as Guard from "./services/Guard.js"
export * as IruServices from "./services/IruServices.js"
export * as Progress from "./services/Progress.js"
export { SelfServiceCategories } from "./services/SelfServiceCategories.js"
export { SharedBudget } from "./services/SharedBudget.js"

export * from "./schemas/Blueprint.js"
export * from "./schemas/CustomApp.js"
export * from "./schemas/CustomProfile.js"
export * from "./schemas/CustomScript.js"
export * from "./schemas/AdeDevice.js"
export * from "./schemas/AdeIntegration.js"
export * from "./schemas/AuditEvent.js"
export * from "./schemas/BlueprintRouting.js"
export * from "./schemas/Device.js"
export * from "./schemas/DeviceAction.js"
export * from "./schemas/DeviceDetails.js"
export * from "./schemas/DeviceNote.js"
export * from "./schemas/DeviceRecords.js"
export * from "./schemas/DeviceSecret.js"
export * from "./schemas/InHouseApp.js"
export * from "./schemas/LibraryItemActivity.js"
export * from "./schemas/Licensing.js"
export * from "./schemas/LostMode.js"
export * from "./schemas/Tag.js"
export * from "./schemas/Threat.js"
export * from "./schemas/ThreatFilters.js"
export * from "./schemas/User.js"
export * from "./schemas/Vulnerability.js"
export * from "./schemas/prism/index.js"
export { InputFile } from "./schemas/InputFile.js"
export { ScriptText } from "./schemas/ScriptText.js"
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

export * as Answer from "./operation/Answer.js"
export type { ListOptions, Page } from "./operation/listing.js"
export * as Operation from "./operation/Operation.js"
export * as Pages from "./operation/Pages.js"

export { isDuplicateAssignment } from "./services/assignment.js"
export type { FormFields, Query, RequestBody } from "./operation/body.js"
export type { FilePart } from "./operation/multipart.js"
export type { ApiPath } from "./operation/path.js"
export type { ForPart } from "./session/part.js"
export type { ListingFunctions } from "./session/functions.js"
export type { PaceLimits, Priority, Quota } from "./session/pace.js"
export type { RetryPolicy } from "./session/retry.js"
