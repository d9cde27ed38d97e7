/**
 * The words that can follow `iru`, with the module that makes each a command. A module is loaded when its word is typed,
 * so that `iru --help` and a mistyped word cost nothing.
 */
import type { ShellCommand } from "./shell/program.js"

/** A word that can follow `iru`. */
export interface Noun {
  readonly name: string
  /** One line for the help. */
  readonly summary: string
  /** Makes a command of that name what it is. */
  readonly load: () => Promise<(command: ShellCommand) => unknown>
}

export const nouns: ReadonlyArray<Noun> = [
  {
    name: "sandbox",
    summary: "Start a tenant on this machine, to try things out",
    load: async () => (await import("./sandbox/options.js")).sandboxCommand
  }
]
