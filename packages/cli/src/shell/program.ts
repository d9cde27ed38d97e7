/**
 * Commands and their help: usage, examples first, one line for each command and each option.
 * Does not load Effect, so that help is fast.
 */
import { Command, CommanderError, type Help, type Option } from "commander"
import manifest from "../../package.json" with { type: "json" }
import { exitCodes } from "./exitCodes.js"

/** The version of this package. */
export const version: string = manifest.version

/** An error in the arguments. */
export class UsageError extends Error {
  override readonly name = "UsageError"
  /** The full name of the command, such as `iru devices list`. */
  readonly command: string

  constructor(command: string, message: string) {
    super(message)
    this.command = command
  }
}

/** Finds the values of an argument that begin with the typed text. */
export type Names = (begun: string, tenant: string | undefined) => Promise<ReadonlyArray<string>>

/** A command with help, examples and completion. */
export class ShellCommand extends Command {
  #examples: ReadonlyArray<string> = []
  readonly #names: Array<Names | undefined> = []

  /** Adds examples to the help. */
  examples(...lines: ReadonlyArray<string>): this {
    this.#examples = lines
    return this
  }

  /** Sets the completions of each argument, in order. */
  completes(place: number, names: Names): this {
    this.#names[place] = names
    return this
  }

  /** The completions of an argument. A repeated argument uses those of the last one. */
  namesFor(place: number): Names | undefined {
    return this.#names[Math.min(place, this.#names.length - 1)]
  }

  /** Its name after the names of its parent commands: `iru devices list`. */
  get fullName(): string {
    return this.parent instanceof ShellCommand ? `${this.parent.fullName} ${this.name()}` : this.name()
  }

  override createCommand(name?: string): ShellCommand {
    return new ShellCommand(name)
  }

  /** Adds a subcommand. */
  sub(name: string): ShellCommand {
    const made = this.createCommand(name).copyInheritedSettings(this).helpCommand(false)
    this.addCommand(made)
    return made
  }

  override error(message: string): never {
    throw new UsageError(this.fullName, message.replace(/^error: /, "").replace(/\s*\n\s*/g, " "))
  }

  override help(): never {
    this.outputHelp()
    throw new CommanderError(0, "commander.help", "")
  }

  override createHelp(): Help {
    return Object.assign(super.createHelp(), { formatHelp: (_: Command, help: Help) => this.#helpText(help) })
  }

  #helpText(help: Help): string {
    const width = Math.max(60, Math.min(120, help.helpWidth ?? 80))
    const options = help.visibleOptions(this)
    const headings = [...new Set(options.map(headingOf))]
    return [
      ...wrap(this.description(), width).map((line) => `${line}\n`),
      lines("Usage", [help.commandUsage(this)]),
      lines("Examples", this.#examples),
      table(
        "Arguments",
        help.visibleArguments(this).map((argument) => [argument.name(), argument.description]),
        width
      ),
      table(
        "Commands",
        help.visibleCommands(this).map((command) => [command.name(), command.summary() || command.description()]),
        width
      ),
      ...headings.map((heading) =>
        table(
          heading,
          options.filter((option) => headingOf(option) === heading).map((option) => [option.flags, option.description]),
          width
        )
      )
    ].join("")
  }
}

const headingOf = ({ helpGroupHeading }: Option): string => helpGroupHeading ?? "Options"

const lines = (title: string, rows: ReadonlyArray<string>): string =>
  rows.length === 0 ? "" : `\n${title}\n${rows.map((row) => `  ${row}\n`).join("")}`

const table = (title: string, rows: ReadonlyArray<readonly [term: string, text: string]>, width: number): string => {
  const first = Math.min(30, Math.max(0, ...rows.map(([term]) => term.length)))
  const margin = " ".repeat(first + 4)
  return lines(
    title,
    rows.flatMap(([term, text]) => {
      const wrapped = wrap(text, width - margin.length).map((line) => `${margin.slice(2)}${line}`)
      return term.length <= first
        ? [`${term.padEnd(first)}${(wrapped[0] ?? "").slice(first)}`, ...wrapped.slice(1)]
        : [term, ...wrapped]
    })
  )
}

const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const wrapped: Array<string> = []
  for (const word of text.split(" ")) {
    const last = wrapped.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) wrapped.push(word)
    else wrapped[wrapped.length - 1] = `${last} ${word}`
  }
  return wrapped
}

/** Makes the root command of a program. */
export const makeProgram = (name: string, description: string): ShellCommand =>
  new ShellCommand(name)
    .description(description)
    .helpOption("-h, --help", "Show this help")
    .helpCommand(false)
    // An option after the name of a command belongs to that command.
    .enablePositionalOptions()
    .version(version, "--version", "Show the version")
    .exitOverride()

/** Runs a program. For an error in the arguments it prints one line and ends with the exit code 2. */
export const runProgram = async (program: ShellCommand, args: ReadonlyArray<string>): Promise<void> => {
  try {
    await program.parseAsync([...args], { from: "user" })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    if (!(error instanceof UsageError)) throw error
    process.exitCode = exitCodes.usage
    const sentence = /[.?!)]$/.test(error.message) ? error.message : `${error.message}.`
    process.stderr.write(`${program.name()}: ${sentence} See ${error.command} --help\n`)
  }
}
