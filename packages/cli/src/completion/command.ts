/**
 * `iru completion`, and what its scripts ask. Loads nothing of Effect.
 */
import { Argument } from "commander"
import type { ShellCommand } from "../shell/program.js"
import { scripts } from "./script.js"

/** Makes a command `iru completion`. */
export const completionCommand = (command: ShellCommand): void => {
  command
    .description("Print what makes Tab complete commands, options and names in your shell.")
    .examples(
      'eval "$(iru completion bash)"   # in ~/.bashrc',
      'eval "$(iru completion zsh)"    # in ~/.zshrc',
      "iru completion fish > ~/.config/fish/completions/iru.fish"
    )
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(Object.keys(scripts)))
    .action((shell: string) => void process.stdout.write(scripts[shell] ?? ""))
}

/** Makes the hidden command that the scripts ask: a line for each word, and what it means behind a tab. */
export const completeCommand = (command: ShellCommand): void => {
  command
    .description("Print the words that can come next.")
    .argument("[words...]")
    .action(async (words: ReadonlyArray<string>) => {
      // A record may have a name that looks like an option, or that is several lines.
      const begun = words.at(-1) ?? ""
      const isSafe = ({ word }: { readonly word: string }) =>
        !/\p{Cc}/u.test(word) && (begun.startsWith("-") || !word.startsWith("-"))
      const { suggest } = await import("./words.js")
      const found = await suggest(words.length === 0 ? [""] : words)
      process.stdout.write(
        found
          .filter(isSafe)
          .map(({ text, word }) => `${word}\t${text.replaceAll(/\s+/g, " ")}\n`)
          .join("")
      )
    })
}
