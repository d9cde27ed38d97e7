/**
 * Finds the words that can come next. Calls the tenant only to complete the name of a record.
 */
import { makeIru } from "../root.js"
import { ShellCommand } from "../shell/program.js"

/** A word and its description. */
export interface Suggestion {
  readonly word: string
  readonly text: string
}

const below = (command: ShellCommand, word: string): ShellCommand | undefined =>
  command.commands.find((one): one is ShellCommand => one instanceof ShellCommand && one.name() === word)

/** The command that the words name, and the remaining words. */
const reached = (
  program: ShellCommand,
  words: ReadonlyArray<string>
): { readonly command: ShellCommand; readonly rest: ReadonlyArray<string> } => {
  let command = program
  for (const [index, word] of words.entries()) {
    const next = below(command, word)
    if (next === undefined) return { command, rest: words.slice(index) }
    command = next
  }
  return { command, rest: [] }
}

const optionOf = (command: ShellCommand, word: string | undefined) =>
  command.options.find(({ long, short }) => word !== undefined && (long === word || short === word))

/** Counts the arguments among the words: those that are neither an option nor the value of one. */
const argumentsIn = (command: ShellCommand, words: ReadonlyArray<string>): number =>
  words.filter((word, index) => {
    if (word.startsWith("-")) return false
    return optionOf(command, words[index - 1])?.required !== true
  }).length

/** The possible completions of the last word. */
export const suggest = async (typed: ReadonlyArray<string>): Promise<ReadonlyArray<Suggestion>> => {
  const begun = typed.at(-1) ?? ""
  const before = typed.slice(0, -1)
  const { command, rest } = reached(await makeIru(before[0]), before)
  const fits = ({ word }: Suggestion) => word.toLowerCase().startsWith(begun.toLowerCase())
  const option = optionOf(command, rest.at(-1))
  if (option?.required === true) {
    const choices = option.argChoices?.map((word) => ({ word, text: option.description })) ?? []
    return option.long === "--tenant" ? (await tenantNames()).filter(fits) : choices.filter(fits)
  }
  if (begun.startsWith("-")) {
    return command.options
      .filter(({ hidden }) => !hidden)
      .map(({ description, long, short }) => ({ word: long ?? short ?? "", text: description }))
      .filter(fits)
  }
  const commands = rest.length > 0 ? [] : command.commands
  const words = commands
    .map((one) => ({ word: one.name(), text: one.summary() || one.description() }))
    .filter((one) => !one.word.startsWith("_") && fits(one))
  const place = argumentsIn(command, rest)
  const argument = command.registeredArguments[Math.min(place, command.registeredArguments.length - 1)]
  if (words.length > 0 || argument === undefined) return words
  if (place >= command.registeredArguments.length && !argument.variadic) return []
  if (argument.argChoices !== undefined) return argument.argChoices.map((word) => ({ word, text: "" })).filter(fits)
  const names = command.namesFor(place)
  if (names === undefined) return []
  const tenant = optionValue(command, rest, "--tenant")
  return (await names(begun, tenant)).map((word) => ({ word, text: "" })).filter(fits)
}

const optionValue = (command: ShellCommand, words: ReadonlyArray<string>, long: string): string | undefined => {
  const place = words.findIndex((word) => word === long && optionOf(command, word)?.required === true)
  return place < 0 ? undefined : words[place + 1]
}

const tenantNames = async (): Promise<ReadonlyArray<Suggestion>> => {
  const { knownTenants } = await import("./names.js")
  return knownTenants()
}
