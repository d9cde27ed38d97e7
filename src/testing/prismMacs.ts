import {
  PrismApplicationFirewall,
  PrismFileVault,
  PrismGatekeeperAndXprotect,
  PrismKernelExtension,
  PrismLaunchItem,
  PrismLocalUser,
  PrismStartupSettings,
  PrismSystemExtension,
  PrismTransparencyEntry
} from "../schemas/prism/index.js"
import { example, type Make, shared } from "./making.js"
import { columns } from "./prismColumns.js"

/** A row of `Prism.applicationFirewall`. */
export const prismApplicationFirewall: Make<PrismApplicationFirewall> = example(PrismApplicationFirewall, {
  ...columns,
  status: true,
  block_all_incoming: false,
  stealth_mode: true
})

/** A row of `Prism.fileVault`: a Mac whose FileVault is on and whose recovery key is escrowed with Iru. */
export const prismFileVault: Make<PrismFileVault> = example(PrismFileVault, {
  ...columns,
  status: true,
  key_type: "Personal",
  key_escrowed: true,
  regeneration_needed: false
})

/** A row of `Prism.gatekeeperAndXprotect`. */
export const prismGatekeeperAndXprotect: Make<PrismGatekeeperAndXprotect> = example(PrismGatekeeperAndXprotect, {
  ...columns,
  gatekeeper_status: true,
  trusted_developers: true,
  xprotect_version: "5320"
})

/** A row of `Prism.kernelExtensions`. Its other columns are not documented. */
export const prismKernelExtension: Make<PrismKernelExtension> = example(PrismKernelExtension, columns)

/** A row of `Prism.launchAgentsAndDaemons`. */
export const prismLaunchItem: Make<PrismLaunchItem> = example(PrismLaunchItem, {
  ...columns,
  path: "/Library/LaunchDaemons/com.example.agent.plist",
  file_name: "com.example.agent.plist",
  label: "com.example.agent",
  program: "/usr/local/bin/agent",
  run_at_load: true,
  keep_alive: true
})

/** A row of `Prism.localUsers`. */
export const prismLocalUser: Make<PrismLocalUser> = example(PrismLocalUser, {
  ...columns,
  uid: 501,
  username: "ada",
  full_name: "Ada Lovelace",
  home_directory: "/Users/ada",
  shell: "/bin/zsh",
  secure_token: true,
  filevault_user: true,
  password_last_set: shared.at
})

/** A row of `Prism.startupSettings`. */
export const prismStartupSettings: Make<PrismStartupSettings> = example(PrismStartupSettings, {
  ...columns,
  sip: true,
  ssv: true,
  bootstrap_token_escrowed: true,
  secure_boot_level: "full"
})

/** A row of `Prism.systemExtensions`. */
export const prismSystemExtension: Make<PrismSystemExtension> = example(PrismSystemExtension, {
  ...columns,
  identifier: "com.example.filter",
  name: "Example Filter",
  state: "activated_enabled",
  team_id: "EXAMPLE123",
  is_mdm_managed: true
})

/** A row of `Prism.transparencyDatabase`. */
export const prismTransparencyEntry: Make<PrismTransparencyEntry> = example(PrismTransparencyEntry, {
  ...columns,
  service: "kTCCServiceMicrophone",
  application: "com.example.meetings",
  status: "allowed"
})
