/**
 * What is asked before something happens that is hard to take back. Every question names the tenant.
 */
import * as Effect from "effect/Effect"
import { tell } from "../output/print.js"
import { askTyped, askYes, canAsk } from "../shell/ask.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"
import type { Tenant } from "../tenants/session.js"
import { wholeNumber } from "./numbers.js"

/** How an answer can be given in advance. */
export interface ConfirmOptions {
  readonly yes?: boolean
  readonly confirm?: string
  readonly count?: number
}

/** What is about to happen. */
export interface Intention {
  /** `Erase`, `Delete the script`. */
  readonly what: string
  readonly tenant: Tenant
  /** The names of what it happens to. */
  readonly names: ReadonlyArray<string>
  /** Other texts that name the only one: its id, what was typed. */
  readonly aliases?: ReadonlyArray<string>
}

/** Adds the options that answer a question of a kind in advance. */
export const withConfirmation = (command: ShellCommand, isDestructive: boolean): ShellCommand =>
  isDestructive
    ? command
        .option("--confirm <name>", "Confirm the only one by its serial number, name or id, and ask nothing")
        .option("--count <number>", "Confirm how many there are, and ask nothing", wholeNumber(1))
    : command.option("--yes", "Ask nothing")

const refused = (message: string) => new Problem({ message, code: exitCodes.usage })

/** Asks once whether something is meant. `--yes` answers. */
export const confirmOnce = (
  { names, tenant, what }: Intention,
  { yes = false }: ConfirmOptions
): Effect.Effect<void, Problem> => {
  if (yes) return Effect.void
  if (!canAsk()) return refused(`Not done: there is no terminal to ask on. If it is meant: --yes`)
  const whom = names.length === 1 ? (names[0] ?? "") : `${names.length} of them`
  return askYes(`${what}, ${whom}, on ${tenant.label}?`)
}

/** Has the name of the only one typed, or how many there are. `--confirm` and `--count` answer. */
export const confirmTyped = (
  { aliases = [], names, tenant, what }: Intention,
  { confirm, count }: ConfirmOptions
): Effect.Effect<void, Problem> => {
  const [first = "", ...others] = names
  if (count !== undefined) {
    return count === names.length
      ? Effect.void
      : refused(`Not done: there are ${names.length}, and --count says ${count}.`)
  }
  // A device may have no name, and then nothing is typed by pressing Enter.
  const accepted = [first, ...aliases].map((name) => name.trim()).filter((name) => name !== "")
  if (confirm !== undefined) {
    return others.length === 0 && accepted.includes(confirm.trim())
      ? Effect.void
      : refused(
          others.length === 0
            ? `Not done: --confirm says "${confirm}", and it is "${first}".`
            : `Not done: there are ${names.length}. Confirm how many: --count ${names.length}`
        )
  }
  const answer = others.length === 0 ? `--confirm "${first}"` : `--count ${names.length}`
  if (!canAsk()) return refused(`Not done: there is no terminal to ask on. If it is meant: ${answer}`)
  const asked = others.length === 0 ? `"${first}"` : `their number`
  return Effect.zipRight(
    tell(`${what} on ${tenant.label}. This cannot be taken back.`),
    askTyped(`Type ${asked} to go on: `, others.length === 0 ? accepted : [String(names.length)])
  )
}
