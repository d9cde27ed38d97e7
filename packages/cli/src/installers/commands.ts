/**
 * The commands of custom apps and in-house apps: one for each operation, and those that upload and download installers.
 */
import { defineOperations } from "../operations/define.js"
import type { ShellCommand } from "../shell/program.js"
import { downloadCommand } from "./download.js"
import { publishCommand } from "./publish.js"

/** Makes a command `iru apps`. */
export const appsCommand = (command: ShellCommand): void => {
  publishCommand(command.sub("publish"), "custom")
  downloadCommand(command.sub("download"))
  defineOperations(command)
}

/** Makes a command `iru in-house-apps`. */
export const inHouseAppsCommand = (command: ShellCommand): void => {
  publishCommand(command.sub("publish"), "in-house")
  defineOperations(command)
}
