/**
 * `iru completion`, and the hidden command that its scripts call. Does not load Effect, so that Tab is fast.
 */
import { Argument } from "commander"
import type { ShellCommand } from "../shell/program.js"
import { scripts } from "./script.js"

/** Makes a command `iru completion`. */
export const completionCommand = (command: ShellCommand): void => {
  command
    .description("Print the script that makes Tab complete commands, options and names in your shell.")
    .examples(
      'eval "$(iru completion bash)"   # in ~/.bashrc',
      'eval "$(iru completion zsh)"    # in ~/.zshrc',
      "iru completion fish > ~/.config/fish/completions/iru.fish"
    )
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(Object.keys(scripts)))
    .action((shell: string) => void process.stdout.write(scripts[shell] ?? ""))
}

/** Makes the hidden command that the scripts call. It prints a line for each word: the word, a tab, its description. */
export const completeCommand = (command: ShellCommand): void => {
  command
    .description("Print the words that can come next.")
    .argument("[words...]")
    .action(async (words: ReadonlyArray<string>) => {
      // The name of a record may look like an option, or have line breaks.
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
