/**
 * The command `iru` with its subcommands.
 */
import { nouns } from "./nouns.js"
import { makeProgram, type ShellCommand } from "./shell/program.js"

/** Makes the command `iru`. Loads the subcommands of the word that was typed, or of every word. */
export const makeIru = async (typed: string | undefined): Promise<ShellCommand> => {
  const program = makeProgram("iru", "The Iru Endpoint Management API on the command line.")
    .usage("<command> [options]")
    .examples(
      "iru auth login",
      "iru devices list --platform Mac",
      "iru devices restart C02XK0AAJGH5",
      "iru sandbox --seed 42   # a sandbox tenant on this machine, to try things out"
    )
  for (const { load, name, summary } of nouns) {
    const command = program.sub(name).description(summary).summary(summary)
    if (typed === name || typed === "everything") (await load())(command)
  }
  if (typed === "__complete") {
    const { completeCommand } = await import("./completion/command.js")
    completeCommand(program.sub("__complete"))
  }
  return program
}
