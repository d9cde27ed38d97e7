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
  /** Where the installer can be fetched, for a short while and without a token. It is a secret for that long. */
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

/** A place in storage for one installer: `POST /api/v1/library/ipa-apps/upload`. */
export const InHouseAppUpload = Schema.Struct({
  /** What `InHouseApps.uploadStatus` is asked by. */
  id: Id,
  filename: Schema.String,
  /** When the place expires. */
  expires: Timestamp,
  post_url: Schema.String,
  /** The form fields that storage wants before the file. They hold a signature. */
  post_data: Schema.Redacted(Schema.Record({ key: Schema.String, value: Schema.String })),
  file_key: Schema.String
}).annotations({ identifier: "InHouseAppUpload" })
/** A place in storage for one installer: `POST /api/v1/library/ipa-apps/upload`, decoded. */
export interface InHouseAppUpload extends Schema.Schema.Type<typeof InHouseAppUpload> {}

/** How far the service is with an installer that was uploaded. */
export const InHouseAppUploadStatus = Schema.Struct({
  status: openEnum("UPLOADING", "UPLOADED", "VALIDATING", "VALIDATED", "UPLOAD_FAILED", "VALIDATE_FAILED"),
  /** Why it failed, or what is being done. */
  reason: blankAsNull,
  sha256: nullishText(Schema.Lowercase),
  /** What the installer says of itself. */
  metadata: nullish(Schema.Record({ key: Schema.String, value: Json }))
}).annotations({ identifier: "InHouseAppUploadStatus" })
/** How far the service is with an installer that was uploaded, decoded. */
export interface InHouseAppUploadStatus extends Schema.Schema.Type<typeof InHouseAppUploadStatus> {}

const changeable = {
  active: given(Schema.Boolean),
  runs_on_iphone: given(Schema.Boolean),
  runs_on_ipad: given(Schema.Boolean),
  runs_on_tv: given(Schema.Boolean)
}

const source = {
  /** What to upload: an `.ipa`. */
  installer: given(Installer),
  /** Instead of an installer: the key of one that was uploaded before. */
  fileKey: given(Required)
}

/** The fields of a new in-house app: an installer, or the key of one. */
export const CreateInHouseApp = Schema.Struct({ name: Required, ...changeable, ...source }).pipe(
  Schema.filter((app) => [...oneInstaller(app), ...someInstaller(app)], besides)
)
/** What `InHouseApps.create` takes. */
export interface CreateInHouseApp extends Schema.Schema.Type<typeof CreateInHouseApp> {}

/** The fields of an in-house app to change. What is not given stays as it is. */
export const UpdateInHouseApp = Schema.Struct({ name: given(Required), ...changeable, ...source }).pipe(
  Schema.filter(oneInstaller, besides)
)
/** What `InHouseApps.update` takes. */
export interface UpdateInHouseApp extends Schema.Schema.Type<typeof UpdateInHouseApp> {}

/** A new in-house app as it is sent, its installer uploaded. */
export const InHouseAppFields = Schema.Struct({ name: Required, ...changeable, file_key: Required })

/** The changes to an in-house app as they are sent, its installer uploaded. */
export const InHouseAppChanges = Schema.Struct({ name: given(Required), ...changeable, file_key: given(Required) })
