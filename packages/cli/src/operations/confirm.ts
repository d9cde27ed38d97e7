/**
 * Asks for confirmation before an action that is hard to undo. Every question names the tenant.
 */
import * as Effect from "effect/Effect"
import { tell } from "../output/print.js"
import { askTyped, askYes, canAsk } from "../shell/ask.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"
import type { Tenant } from "../tenants/session.js"
import { wholeNumber } from "./numbers.js"

/** The options that answer the question in advance. */
export interface ConfirmOptions {
  readonly yes?: boolean
  readonly confirm?: string
  readonly count?: number
}

/** The action to confirm. */
export interface Intention {
  /** The action in words: `Erase`, `Delete the script`. */
  readonly what: string
  readonly tenant: Tenant
  /** The names of the records. */
  readonly names: ReadonlyArray<string>
  /** If there is one record: other texts that confirm it, such as its id. */
  readonly aliases?: ReadonlyArray<string>
}

/** Adds the options that answer a question in advance. */
export const withConfirmation = (command: ShellCommand, isDestructive: boolean): ShellCommand =>
  isDestructive
    ? command
        .option("--confirm <name>", "Give the text that you would be asked to type, such as a serial number")
        .option("--count <number>", "Give the number that you would be asked to type", wholeNumber(1))
    : command.option("--yes", "Do not ask for confirmation")

const refused = (message: string) => new Problem({ message, code: exitCodes.usage })

/** Asks a yes-or-no question. `--yes` answers it. */
export const confirmOnce = (
  { names, tenant, what }: Intention,
  { yes = false }: ConfirmOptions
): Effect.Effect<void, Problem> => {
  if (yes) return Effect.void
  if (!canAsk()) return refused(`Not done: there is no terminal to ask on. To confirm: --yes`)
  const whom = names.length === 1 ? (names[0] ?? "") : `${names.length} of them`
  return askYes(`${what}, ${whom}, on ${tenant.label}?`)
}

/** Asks the user to type the name of the record, or the number of records. `--confirm` and `--count` answer it. */
export const confirmTyped = (
  { aliases = [], names, tenant, what }: Intention,
  { confirm, count }: ConfirmOptions
): Effect.Effect<void, Problem> => {
  const [first = "", ...others] = names
  if (count !== undefined) {
    return count === names.length
      ? Effect.void
      : refused(`Not done: there are ${names.length}, but --count is ${count}.`)
  }
  // If a device has no name, pressing Enter must not confirm.
  const accepted = [first, ...aliases].map((name) => name.trim()).filter((name) => name !== "")
  if (confirm !== undefined) {
    return others.length === 0 && accepted.includes(confirm.trim())
      ? Effect.void
      : refused(
          others.length === 0
            ? `Not done: --confirm is "${confirm}", but the name is "${first}".`
            : `Not done: there are ${names.length}. Confirm the number: --count ${names.length}`
        )
  }
  const answer = others.length === 0 ? `--confirm "${first}"` : `--count ${names.length}`
  if (!canAsk()) return refused(`Not done: there is no terminal to ask on. To confirm: ${answer}`)
  const asked = others.length === 0 ? `"${first}"` : `their number`
  return Effect.zipRight(
    tell(`${what} on ${tenant.label}. This cannot be undone.`),
    askTyped(`Type ${asked} to continue: `, others.length === 0 ? accepted : [String(names.length)])
  )
}
