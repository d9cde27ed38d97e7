/**
 * Builds the commands below a noun.
 */
import { deviceActionCommand } from "../devices/actions.js"
import { ShellCommand } from "../shell/program.js"
import { everything, isDeviceAction, type Known, operationCommand } from "./commands.js"

/** The subcommand with the given words. It is created if it does not exist. */
export const descend = (command: ShellCommand, words: ReadonlyArray<string>): ShellCommand =>
  words.reduce<ShellCommand>((parent, word) => {
    const there = parent.commands.find((one) => one.name() === word)
    return there instanceof ShellCommand ? there : parent.sub(word)
  }, command)

/** Words between a noun and its verbs, with their help. */
const groups: Readonly<Record<string, string>> = {
  "ade devices": "Devices of Automated Device Enrollment",
  "blueprints routing": "Blueprint Routing",
  "devices lost-mode": "Lost mode of iPhones and iPads",
  "devices notes": "Notes on a device"
}

/** The order in the help. */
const kinds = ["read", "write", "device", "fleet", "destructive", "secret"]

const rank = ({ operation, words }: Known): number =>
  words.length * 10 + (words.at(-1) === "list" ? -1 : kinds.indexOf(operation.kind))

/** Adds the operations of a noun to its command. */
export const defineOperations = (command: ShellCommand): void => {
  const noun = command.name()
  for (const known of everything.filter(({ words }) => words[0] === noun).sort((a, b) => rank(a) - rank(b))) {
    const made = descend(command, known.words.slice(1))
    if (isDeviceAction(known)) deviceActionCommand(made, known)
    else operationCommand(made, known)
  }
  for (const group of command.commands) {
    const summary = groups[`${noun} ${group.name()}`]
    if (summary !== undefined) group.description(summary).summary(summary)
  }
}
