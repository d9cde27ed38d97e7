import * as Schema from "effect/Schema"
import { prismColumns } from "./columns.js"
import { blankAsNull, Json, nullish } from "../internal.js"

/** A Mac's firewall, in `GET /api/v1/prism/application_firewall`. */
export const PrismApplicationFirewall = Schema.Struct({
  ...prismColumns,
  status: nullish(Schema.Boolean),
  block_all_incoming: nullish(Schema.Boolean),
  logging: nullish(Schema.Boolean),
  logging_option: blankAsNull,
  stealth_mode: nullish(Schema.Boolean),
  version: blankAsNull,
  allow_signed_applications: nullish(Schema.Boolean),
  unloading: nullish(Schema.Boolean)
}).annotations({ identifier: "PrismApplicationFirewall" })
/** A Mac's firewall, decoded. */
export interface PrismApplicationFirewall extends Schema.Schema.Type<typeof PrismApplicationFirewall> {}

/** FileVault of a Mac, in `GET /api/v1/prism/filevault`. */
export const PrismFileVault = Schema.Struct({
  ...prismColumns,
  status: nullish(Schema.Boolean),
  key_type: blankAsNull,
  key_escrowed: nullish(Schema.Boolean),
  regeneration_needed: nullish(Schema.Boolean),
  scheduled_key_rotation: blankAsNull
}).annotations({ identifier: "PrismFileVault" })
/** FileVault of a Mac, decoded. */
export interface PrismFileVault extends Schema.Schema.Type<typeof PrismFileVault> {}

/** Gatekeeper and XProtect of a Mac, in `GET /api/v1/prism/gatekeeper_and_xprotect`. */
export const PrismGatekeeperAndXprotect = Schema.Struct({
  ...prismColumns,
  gatekeeper_status: nullish(Schema.Boolean),
  trusted_developers: nullish(Schema.Boolean),
  gatekeeper_version: blankAsNull,
  gatekeeper_opaque_version: blankAsNull,
  xprotect_version: blankAsNull,
  malware_removal_tool_version: blankAsNull
}).annotations({ identifier: "PrismGatekeeperAndXprotect" })
/** Gatekeeper and XProtect of a Mac, decoded. */
export interface PrismGatekeeperAndXprotect extends Schema.Schema.Type<typeof PrismGatekeeperAndXprotect> {}

/**
 * A kernel extension of a Mac, from `GET /api/v1/prism/kernel_extensions`. The vendor does not document the columns, so
 * all of them are kept.
 */
export const PrismKernelExtension = Schema.Struct(
  prismColumns,
  Schema.Record({ key: Schema.String, value: Json })
).annotations({ identifier: "PrismKernelExtension" })
/** A kernel extension of a Mac, decoded. */
export interface PrismKernelExtension extends Schema.Schema.Type<typeof PrismKernelExtension> {}

/** A launch agent or daemon of a Mac, in `GET /api/v1/prism/launch_agents_and_daemons`. */
export const PrismLaunchItem = Schema.Struct({
  ...prismColumns,
  path: blankAsNull,
  file_name: blankAsNull,
  label: blankAsNull,
  program: blankAsNull,
  run_at_load: nullish(Schema.Boolean),
  keep_alive: nullish(Schema.Boolean),
  disabled: nullish(Schema.Boolean),
  is_disabled: nullish(Schema.Boolean),
  is_loaded: nullish(Schema.Boolean),
  group_name: blankAsNull,
  user_name: blankAsNull,
  standard_out_path: blankAsNull,
  standard_error_path: blankAsNull,
  start_interval: nullish(Schema.Finite),
  program_arguments: nullish(Json),
  watch_paths: nullish(Json),
  queue_directories: nullish(Json),
  start_on_mount: nullish(Schema.Boolean),
  root_directory: blankAsNull,
  working_directory: blankAsNull,
  process_type: blankAsNull,
  domain: nullish(Json),
  service_domain: blankAsNull,
  pid: nullish(Schema.Finite),
  user_agent_local_user: nullish(Json),
  user_agent_local_user_id: blankAsNull
}).annotations({ identifier: "PrismLaunchItem" })
/** A launch agent or daemon of a Mac, decoded. */
export interface PrismLaunchItem extends Schema.Schema.Type<typeof PrismLaunchItem> {}

/** A local user of a Mac, in `GET /api/v1/prism/local_users`. */
export const PrismLocalUser = Schema.Struct({
  ...prismColumns,
  uid: nullish(Schema.Finite),
  user_created_at: blankAsNull,
  failed_logins: nullish(Schema.Finite),
  failed_login_time: blankAsNull,
  password_last_set: blankAsNull,
  generated_uid: blankAsNull,
  directory: blankAsNull,
  home_directory: blankAsNull,
  shell: blankAsNull,
  type: blankAsNull,
  hidden_user: nullish(Schema.Boolean),
  secure_token: nullish(Schema.Boolean),
  filevault_user: nullish(Schema.Boolean),
  volume_owner: nullish(Schema.Boolean),
  full_name: blankAsNull,
  username: blankAsNull,
  logged_in: nullish(Schema.Boolean),
  logged_in_time: blankAsNull,
  mobile_account: nullish(Schema.Boolean),
  home_folder_secure: nullish(Schema.Boolean)
}).annotations({ identifier: "PrismLocalUser" })
/** A local user of a Mac, decoded. */
export interface PrismLocalUser extends Schema.Schema.Type<typeof PrismLocalUser> {}

/** A Mac's startup security, in `GET /api/v1/prism/startup_settings`. */
export const PrismStartupSettings = Schema.Struct({
  ...prismColumns,
  sip: nullish(Schema.Boolean),
  ssv: nullish(Schema.Boolean),
  bootstrap_token_auth: nullish(Schema.Boolean),
  kext_requires_bst: nullish(Schema.Boolean),
  software_update_requires_bst: nullish(Schema.Boolean),
  bootstrap_token_escrowed: nullish(Schema.Boolean),
  external_boot_level: blankAsNull,
  secure_boot_level: blankAsNull,
  any_signed_os: nullish(Schema.Boolean),
  mdm_manages_kext: nullish(Schema.Boolean),
  user_manages_kext: nullish(Schema.Boolean)
}).annotations({ identifier: "PrismStartupSettings" })
/** A Mac's startup security, decoded. */
export interface PrismStartupSettings extends Schema.Schema.Type<typeof PrismStartupSettings> {}

/** A system extension of a Mac, in `GET /api/v1/prism/system_extensions`. */
export const PrismSystemExtension = Schema.Struct({
  ...prismColumns,
  path: blankAsNull,
  identifier: blankAsNull,
  state: blankAsNull,
  name: blankAsNull,
  short_version: blankAsNull,
  bundle_version: blankAsNull,
  categories: nullish(Json),
  bundle_path: blankAsNull,
  team_id: blankAsNull,
  is_mdm_managed: nullish(Schema.Boolean)
}).annotations({ identifier: "PrismSystemExtension" })
/** A system extension of a Mac, decoded. */
export interface PrismSystemExtension extends Schema.Schema.Type<typeof PrismSystemExtension> {}

/** An entry of a Mac's privacy database (TCC), in `GET /api/v1/prism/transparency_database`. */
export const PrismTransparencyEntry = Schema.Struct({
  ...prismColumns,
  service: blankAsNull,
  application: blankAsNull,
  client_type: blankAsNull,
  status: blankAsNull,
  status_reason: blankAsNull,
  last_modified: blankAsNull,
  local_user: blankAsNull
}).annotations({ identifier: "PrismTransparencyEntry" })
/** An entry of a Mac's privacy database (TCC), decoded. */
export interface PrismTransparencyEntry extends Schema.Schema.Type<typeof PrismTransparencyEntry> {}
