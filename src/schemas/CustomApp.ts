import * as Schema from "effect/Schema"
import {
  blankAsNull,
  choice,
  given,
  Id,
  nullish,
  nullishOr,
  nullishText,
  openEnum,
  Required,
  Timestamp
} from "./internal.js"
import { Installer } from "./Installer.js"
import { ScriptText } from "./ScriptText.js"
import {
  appRules,
  besides,
  oneInstaller,
  type SelfService,
  type ShownInSelfService,
  sentWithoutHidden,
  someInstaller
} from "./rules.js"

/** The type of an installer: `.pkg`, `.zip` or `.dmg`. */
export const InstallType = choice("package", "zip", "image")
export type InstallType = typeof InstallType.Type

/** When an app is installed. With `no_enforcement`, users install it themselves in Self Service. */
export const InstallEnforcement = choice("install_once", "continuously_enforce", "no_enforcement")
export type InstallEnforcement = typeof InstallEnforcement.Type

/** The file name of an installer: the last part of its key, without the `_` and 8 hex digits that the upload adds. */
export const installerName = (fileKey: string): string =>
  fileKey.slice(fileKey.lastIndexOf("/") + 1).replace(/(?<=.)_[0-9a-f]{8}(?=\.[^.]+$)/is, "")

const Wire = Schema.Struct({
  id: Id,
  name: Schema.String,
  /** `""` while an app has no installer yet. */
  file_key: nullishOr(Schema.String, ""),
  install_type: openEnum(...InstallType.literals),
  install_enforcement: openEnum(...InstallEnforcement.literals),
  /** The service may keep the location of an earlier zip on an app that is no longer a zip. `null` if there is none. */
  unzip_location: blankAsNull,
  audit_script: blankAsNull,
  preinstall_script: blankAsNull,
  postinstall_script: blankAsNull,
  active: Schema.Boolean,
  restart: Schema.Boolean,
  /** The download URL of the installer. It is secret: for a short time, it works without a token. */
  file_url: nullishText(Schema.Redacted(Schema.String)),
  /** In lower-case hex. Missing until the service has computed it. */
  sha256: nullishText(Schema.Lowercase),
  /** In bytes. */
  file_size: nullish(Schema.Finite),
  file_updated: blankAsNull,
  show_in_self_service: nullishOr(Schema.Boolean, false),
  /** Only while the app is shown in Self Service. */
  self_service_category_id: nullish(Schema.String),
  /** Only while the app is shown in Self Service. */
  self_service_recommended: nullish(Schema.Boolean),
  created_at: Timestamp,
  updated_at: Timestamp
})

const WithFileName = Schema.typeSchema(Schema.Struct({ ...Wire.fields, file_name: Schema.String }))

/**
 * A custom app of the library, with the name of its installer. If the service sends `""` for a missing value, the value
 * here is `null`.
 */
export const CustomApp = Schema.transform(Wire, WithFileName, {
  strict: true,
  decode: (app) => ({ ...app, file_name: installerName(app.file_key) }),
  encode: ({ file_name: _derived, ...app }) => app
}).annotations({ identifier: "CustomApp" })
/** A custom app, decoded. */
export interface CustomApp extends Schema.Schema.Type<typeof CustomApp> {}

/** An upload address for one installer: `POST /api/v1/library/custom-apps/upload`. */
export const CustomAppUpload = Schema.Struct({
  name: Schema.String,
  /** When the address expires: 24 hours after the request. */
  expires: Timestamp,
  post_url: Schema.String,
  /** The form fields that must be sent before the file. They contain a signature. */
  post_data: Schema.Redacted(Schema.Record({ key: Schema.String, value: Schema.String })),
  file_key: Schema.String
}).annotations({ identifier: "CustomAppUpload" })
/** An upload address, decoded. */
export interface CustomAppUpload extends Schema.Schema.Type<typeof CustomAppUpload> {}

const changeable = <A, I>(text: Schema.Schema<A, I>) => ({
  active: given(Schema.Boolean),
  restart: given(Schema.Boolean),
  /** For `install_type` `"zip"`: the folder where it is unpacked. */
  unzip_location: given(Schema.String),
  /** For `install_enforcement` `"continuously_enforce"`. */
  audit_script: given(text),
  preinstall_script: given(text),
  postinstall_script: given(text),
  show_in_self_service: given(Schema.Boolean),
  self_service_category_id: given(Schema.String),
  self_service_recommended: given(Schema.Boolean)
})

const Sha256 = Schema.String.pipe(
  Schema.pattern(/^[0-9a-f]{64}$/i, { message: () => "is not a sha256 in hex: 64 digits" })
)

const installerSource = {
  /** The installer to upload. */
  installer: given(Installer),
  /** The key of an installer that is already uploaded, in place of `installer`. */
  fileKey: given(Required),
  /**
   * The sha256, in hex, of the file that `fileKey` refers to. It is compared with the sha256 that the tenant returns.
   */
  sha256: given(Sha256)
}

const CreateFields = Schema.Struct({
  name: Required,
  install_type: InstallType,
  install_enforcement: InstallEnforcement,
  ...changeable(ScriptText),
  ...installerSource
})

/** Checks the fields of a new custom app, including the rules between them. */
export const CreateCustomApp = CreateFields.pipe(
  Schema.filter((app) => [...oneInstaller(app), ...someInstaller(app), ...appRules("create")(app)], besides)
)

/** Checks the fields of an app to publish, including the rules between them. */
export const PublishCustomApp = CreateFields.omit("fileKey", "installer", "sha256").pipe(
  Schema.extend(Schema.Struct({ installer: Installer })),
  Schema.filter(appRules("publish"), besides)
)

/** The fields that do not depend on others. */
type Plain = Omit<
  typeof CreateFields.Type,
  "install_type" | "unzip_location" | "install_enforcement" | "audit_script" | keyof SelfService | keyof InstallerSource
>

type InstallerSource =
  | { readonly installer: Installer; readonly fileKey?: undefined; readonly sha256?: undefined }
  | { readonly fileKey: string; readonly sha256?: string | undefined; readonly installer?: undefined }

type Unzip =
  | { readonly install_type: "package" | "image"; readonly unzip_location?: "" | undefined }
  | { readonly install_type: "zip"; readonly unzip_location: string }

type Enforcement =
  | ({ readonly install_enforcement: "install_once"; readonly audit_script?: "" | undefined } & SelfService)
  | ({ readonly install_enforcement: "continuously_enforce"; readonly audit_script: ScriptText } & SelfService)
  | ({ readonly install_enforcement: "no_enforcement"; readonly audit_script?: "" | undefined } & ShownInSelfService)

/**
 * The fields of a new custom app. A zip needs `unzip_location`, a continuously enforced app needs `audit_script`, and
 * an app with `no_enforcement` must be shown in Self Service. An app in Self Service needs a category.
 */
export type CreateCustomApp = Plain & InstallerSource & Unzip & Enforcement

/** The fields of a custom app to publish: those of a new one, with its installer. */
export type PublishCustomApp = Plain & { readonly installer: Installer } & Unzip & Enforcement

/** The fields of a custom app to change. Fields that are left out stay unchanged; `""` clears a script. */
export const UpdateCustomApp = Schema.Struct({
  name: given(Schema.String),
  install_type: given(InstallType),
  install_enforcement: given(InstallEnforcement),
  ...changeable(ScriptText),
  ...installerSource
}).pipe(Schema.filter((app) => [...oneInstaller(app), ...appRules("update")(app)], besides))
/** The argument of `CustomApps.update`. */
export interface UpdateCustomApp extends Schema.Schema.Type<typeof UpdateCustomApp> {}

/** A new custom app in the form that is sent to the API, after its installer was uploaded. */
export const CustomAppForm = Schema.Struct({
  name: Required,
  install_type: InstallType,
  install_enforcement: InstallEnforcement,
  ...changeable(Schema.String),
  file_key: Required
}).pipe(sentWithoutHidden)

/** Changes to a custom app in the form that is sent to the API, after its installer was uploaded. */
export const CustomAppChanges = Schema.Struct({
  name: given(Schema.String),
  install_type: given(InstallType),
  install_enforcement: given(InstallEnforcement),
  ...changeable(Schema.String),
  file_key: given(Required)
}).pipe(sentWithoutHidden)
