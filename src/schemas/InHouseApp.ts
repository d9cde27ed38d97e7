import * as Schema from "effect/Schema"
import { Installer } from "./Installer.js"
import { besides, oneInstaller, someInstaller } from "./rules.js"
import {
  blankAsNull,
  given,
  Id,
  Json,
  nullish,
  nullishOr,
  nullishText,
  openEnum,
  Required,
  Timestamp
} from "./internal.js"

/** An in-house app of the library. */
export const InHouseApp = Schema.Struct({
  id: Id,
  name: Schema.String,
  file_key: blankAsNull,
  active: nullish(Schema.Boolean),
  icon: blankAsNull,
  ipad_icon: blankAsNull,
  identifier: blankAsNull,
  /** The bundle id. */
  app_identifier: blankAsNull,
  app_name: blankAsNull,
  app_version: blankAsNull,
  supported_device_families: nullishOr(Schema.Array(Schema.String), []),
  minimum_os_version: blankAsNull,
  /** The download URL of the installer. It is secret: for a short time, it works without a token. */
  file_url: nullishText(Schema.Redacted(Schema.String)),
  /** Lower-case hex. */
  sha256: nullishText(Schema.Lowercase),
  /** In bytes. */
  file_size: nullish(Schema.Finite),
  file_updated: blankAsNull,
  created_at: blankAsNull,
  updated_at: blankAsNull,
  runs_on_iphone: nullish(Schema.Boolean),
  runs_on_ipad: nullish(Schema.Boolean),
  runs_on_tv: nullish(Schema.Boolean),
  runs_on_mac: nullish(Schema.Boolean),
  runs_on_ipod: nullish(Schema.Boolean),
  runs_on_watch: nullish(Schema.Boolean)
}).annotations({ identifier: "InHouseApp" })
/** An in-house app of the library, decoded. */
export interface InHouseApp extends Schema.Schema.Type<typeof InHouseApp> {}

/** An upload address for one installer: `POST /api/v1/library/ipa-apps/upload`. */
export const InHouseAppUpload = Schema.Struct({
  /** The id for `InHouseApps.uploadStatus`. */
  id: Id,
  filename: Schema.String,
  /** When the address expires. */
  expires: Timestamp,
  post_url: Schema.String,
  /** The form fields that must be sent before the file. They contain a signature. */
  post_data: Schema.Redacted(Schema.Record({ key: Schema.String, value: Schema.String })),
  file_key: Schema.String
}).annotations({ identifier: "InHouseAppUpload" })
/** An upload address, decoded. */
export interface InHouseAppUpload extends Schema.Schema.Type<typeof InHouseAppUpload> {}

/** The status of an uploaded installer: how far the service has processed it. */
export const InHouseAppUploadStatus = Schema.Struct({
  status: openEnum("UPLOADING", "UPLOADED", "VALIDATING", "VALIDATED", "UPLOAD_FAILED", "VALIDATE_FAILED"),
  /** Why processing failed, or which step is running. */
  reason: blankAsNull,
  sha256: nullishText(Schema.Lowercase),
  /** The metadata in the installer. */
  metadata: nullish(Schema.Record({ key: Schema.String, value: Json }))
}).annotations({ identifier: "InHouseAppUploadStatus" })
/** The status of an uploaded installer, decoded. */
export interface InHouseAppUploadStatus extends Schema.Schema.Type<typeof InHouseAppUploadStatus> {}

const changeable = {
  active: given(Schema.Boolean),
  runs_on_iphone: given(Schema.Boolean),
  runs_on_ipad: given(Schema.Boolean),
  runs_on_tv: given(Schema.Boolean)
}

const source = {
  /** The `.ipa` to upload. */
  installer: given(Installer),
  /** The key of an installer that is already uploaded, in place of `installer`. */
  fileKey: given(Required)
}

/** The fields of a new in-house app. It needs `installer` or `fileKey`. */
export const CreateInHouseApp = Schema.Struct({ name: Required, ...changeable, ...source }).pipe(
  Schema.filter((app) => [...oneInstaller(app), ...someInstaller(app)], besides)
)
/** The argument of `InHouseApps.create`. */
export interface CreateInHouseApp extends Schema.Schema.Type<typeof CreateInHouseApp> {}

/** The fields of an in-house app to change. Fields that are left out stay unchanged. */
export const UpdateInHouseApp = Schema.Struct({ name: given(Required), ...changeable, ...source }).pipe(
  Schema.filter(oneInstaller, besides)
)
/** The argument of `InHouseApps.update`. */
export interface UpdateInHouseApp extends Schema.Schema.Type<typeof UpdateInHouseApp> {}

/** A new in-house app in the form that is sent to the API, after its installer was uploaded. */
export const InHouseAppFields = Schema.Struct({ name: Required, ...changeable, file_key: Required })

/** Changes to an in-house app in the form that is sent to the API, after its installer was uploaded. */
export const InHouseAppChanges = Schema.Struct({ name: given(Required), ...changeable, file_key: given(Required) })
