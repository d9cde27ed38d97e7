/**
 * The words that can follow `iru`, and the module of each command. A module is loaded when its word is typed,
 * so that `iru --help` and a mistyped word load none of them.
 */
import type { ShellCommand } from "./shell/program.js"

/** A word that can follow `iru`. */
export interface Noun {
  readonly name: string
  /** One line for the help. */
  readonly summary: string
  /** Loads the module that adds the options and subcommands to the command. */
  readonly load: () => Promise<(command: ShellCommand) => unknown>
}

const operationsOf = async () => (await import("./operations/define.js")).defineOperations

export const nouns: ReadonlyArray<Noun> = [
  {
    name: "auth",
    summary: "Log in to tenants, show them, log out",
    load: async () => (await import("./tenants/auth.js")).authCommand
  },
  { name: "devices", summary: "Devices: list, show, lock, restart, erase, …", load: operationsOf },
  {
    name: "secrets",
    summary: "FileVault keys, recovery passwords, PINs, bypass codes",
    load: async () => (await import("./secrets/commands.js")).secretsCommand
  },
  { name: "users", summary: "Users", load: operationsOf },
  { name: "tags", summary: "Tags of devices", load: operationsOf },
  { name: "blueprints", summary: "Blueprints, their assignments and their routing", load: operationsOf },
  { name: "scripts", summary: "Custom scripts", load: operationsOf },
  { name: "profiles", summary: "Custom profiles", load: operationsOf },
  {
    name: "apps",
    summary: "Custom apps: publish and download installers, list, change",
    load: async () => (await import("./installers/commands.js")).appsCommand
  },
  {
    name: "in-house-apps",
    summary: "In-house apps: publish, list, change",
    load: async () => (await import("./installers/commands.js")).inHouseAppsCommand
  },
  { name: "library", summary: "Status of library items, and the categories of Self Service", load: operationsOf },
  {
    name: "prism",
    summary: "Inventory of all devices by category, and its export",
    load: async () => (await import("./prism/commands.js")).prismCommand
  },
  {
    name: "audit",
    summary: "The audit log, and its new events as they arrive",
    load: async () => (await import("./audit/commands.js")).auditCommand
  },
  { name: "vulnerabilities", summary: "Vulnerabilities, and the devices that have them", load: operationsOf },
  { name: "threats", summary: "Threats, and behavioral detections", load: operationsOf },
  { name: "ade", summary: "Automated Device Enrollment: integrations and devices", load: operationsOf },
  { name: "licensing", summary: "Licences in use", load: operationsOf },
  {
    name: "repo",
    summary: "A folder in git with profiles, scripts and apps: plan, apply, pull",
    load: async () => (await import("./repo/commands.js")).repoCommand
  },
  {
    name: "api",
    summary: "Call any endpoint",
    load: async () => (await import("./api/command.js")).apiCommand
  },
  {
    name: "sandbox",
    summary: "Start a sandbox tenant on this machine, to try things out",
    load: async () => (await import("./sandbox/options.js")).sandboxCommand
  },
  {
    name: "completion",
    summary: "Make Tab complete commands and names in your shell",
    load: async () => (await import("./completion/command.js")).completionCommand
  }
]
