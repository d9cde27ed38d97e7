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

/** What an installer is: `.pkg`, `.zip` or `.dmg`. */
export const InstallType = choice("package", "zip", "image")
export type InstallType = typeof InstallType.Type

/** When an app is installed. `no_enforcement` leaves it to the user, in Self Service. */
export const InstallEnforcement = choice("install_once", "continuously_enforce", "no_enforcement")
export type InstallEnforcement = typeof InstallEnforcement.Type

/** The installer's own name: the last part of its key, without the token (`_` and 8 hex digits) of its upload. */
export const installerName = (fileKey: string): string =>
  fileKey.slice(fileKey.lastIndexOf("/") + 1).replace(/(?<=.)_[0-9a-f]{8}(?=\.[^.]+$)/is, "")

const Wire = Schema.Struct({
  id: Id,
  name: Schema.String,
  /** `""` while an app has no installer yet. */
  file_key: nullishOr(Schema.String, ""),
  install_type: openEnum(...InstallType.literals),
  install_enforcement: openEnum(...InstallEnforcement.literals),
  /** The service may keep an old one on an app that is no longer a zip. `null` where there is none. */
  unzip_location: blankAsNull,
  audit_script: nullishOr(Schema.String, ""),
  preinstall_script: nullishOr(Schema.String, ""),
  postinstall_script: nullishOr(Schema.String, ""),
  active: Schema.Boolean,
  restart: Schema.Boolean,
  /** Where the installer can be fetched, for a short while and without a token. It is a secret for that long. */
  file_url: nullishText(Schema.Redacted(Schema.String)),
  /** Lower-case hex. Missing while the service computes it. */
  sha256: nullishText(Schema.Lowercase),
  /** In bytes. */
  file_size: nullish(Schema.Finite),
  file_updated: nullish(Timestamp),
  show_in_self_service: nullishOr(Schema.Boolean, false),
  /** Only while the app is shown in Self Service. */
  self_service_category_id: nullish(Schema.String),
  /** Only while the app is shown in Self Service. */
  self_service_recommended: nullish(Schema.Boolean),
  created_at: Timestamp,
  updated_at: Timestamp
})

const WithFileName = Schema.typeSchema(Schema.Struct({ ...Wire.fields, file_name: Schema.String }))

/** A custom app of the library, with the name of its installer. */
export const CustomApp = Schema.transform(Wire, WithFileName, {
  strict: true,
  decode: (app) => ({ ...app, file_name: installerName(app.file_key) }),
  encode: ({ file_name: _derived, ...app }) => app
}).annotations({ identifier: "CustomApp" })
/** A custom app, decoded. */
export interface CustomApp extends Schema.Schema.Type<typeof CustomApp> {}

/** A place in storage for one installer: `POST /api/v1/library/custom-apps/upload`. */
export const CustomAppUpload = Schema.Struct({
  name: Schema.String,
  /** When the place expires, 24 hours after it was asked for. */
  expires: Timestamp,
  post_url: Schema.String,
  /** The form fields that storage wants before the file. They hold a signature. */
  post_data: Schema.Redacted(Schema.Record({ key: Schema.String, value: Schema.String })),
  file_key: Schema.String
}).annotations({ identifier: "CustomAppUpload" })
/** A place in storage, decoded. */
export interface CustomAppUpload extends Schema.Schema.Type<typeof CustomAppUpload> {}

const changeable = <A, I>(text: Schema.Schema<A, I>) => ({
  active: given(Schema.Boolean),
  restart: given(Schema.Boolean),
  /** For `install_type` `"zip"`: where it is unpacked. */
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
  /** What to upload. */
  installer: given(Installer),
  /** Instead of an installer: the key of one that was uploaded before. */
  fileKey: given(Required),
  /** The sha256, in hex, of what lies under `fileKey`: what the tenant says it has is compared with it. */
  sha256: given(Sha256)
}

const CreateFields = Schema.Struct({
  name: Required,
  install_type: InstallType,
  install_enforcement: InstallEnforcement,
  ...changeable(ScriptText),
  ...installerSource
})

/** Checks the fields of a new custom app, the rules between them included. */
export const CreateCustomApp = CreateFields.pipe(
  Schema.filter((app) => [...oneInstaller(app), ...someInstaller(app), ...appRules("create")(app)], besides)
)

/** Checks the fields of an app to publish, the rules between them included. */
export const PublishCustomApp = CreateFields.omit("fileKey", "installer", "sha256").pipe(
  Schema.extend(Schema.Struct({ installer: Installer })),
  Schema.filter(appRules("publish"), besides)
)

/** The fields that depend on no other. */
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
 * The fields of a new custom app: a zip says where it is unpacked, a continuously enforced app how it is audited, one
 * that is not enforced is shown in Self Service, and what is shown there has a category.
 */
export type CreateCustomApp = Plain & InstallerSource & Unzip & Enforcement

/** The fields of a custom app to publish: those of a new one, with its installer. */
export type PublishCustomApp = Plain & { readonly installer: Installer } & Unzip & Enforcement

/** The fields of a custom app to change. What is not given stays as it is; `""` clears a script. */
export const UpdateCustomApp = Schema.Struct({
  name: given(Schema.String),
  install_type: given(InstallType),
  install_enforcement: given(InstallEnforcement),
  ...changeable(ScriptText),
  ...installerSource
}).pipe(Schema.filter((app) => [...oneInstaller(app), ...appRules("update")(app)], besides))
/** What `CustomApps.update` takes. */
export interface UpdateCustomApp extends Schema.Schema.Type<typeof UpdateCustomApp> {}

/** A new custom app as it is sent, its installer uploaded. */
export const CustomAppForm = Schema.Struct({
  name: Required,
  install_type: InstallType,
  install_enforcement: InstallEnforcement,
  ...changeable(Schema.String),
  file_key: Required
}).pipe(sentWithoutHidden)

/** The changes to a custom app as they are sent, its installer uploaded. */
export const CustomAppChanges = Schema.Struct({
  name: given(Schema.String),
  install_type: given(InstallType),
  install_enforcement: given(InstallEnforcement),
  ...changeable(Schema.String),
  file_key: given(Required)
}).pipe(sentWithoutHidden)
