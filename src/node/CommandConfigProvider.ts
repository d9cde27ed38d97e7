/**
 * Configuration from commands: a token that lies in the macOS Keychain or in a password manager, and not in the
 * environment.
 */
import * as Cause from "effect/Cause"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as ConfigProviderPathPatch from "effect/ConfigProviderPathPatch"
import * as Effect from "effect/Effect"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import { execFile, type ExecFileException } from "node:child_process"

/** For each variable, the program that prints its value, and the program's arguments. No shell is involved. */
export type Commands = Readonly<Record<string, readonly [program: string, ...args: ReadonlyArray<string>]>>

/**
 * A provider that runs a variable's command when the variable is asked for, and knows no other variable. Line breaks at
 * the end are taken off. A command that fails is a `ConfigError` (`SourceUnavailable`) which says how it ended; nothing
 * that it printed to its standard output is in it.
 */
export const fromCommands = (commands: Commands): ConfigProvider.ConfigProvider =>
  ConfigProvider.fromFlat(
    ConfigProvider.makeFlat({
      load: (path, primitive) => {
        const command = commands[path.join(".")]
        return command === undefined
          ? Effect.fail(ConfigError.MissingData([...path], `No command gives ${path.join(".")}`))
          : Effect.flatMap(run(path, command), (text) => Effect.map(primitive.parse(text), (value) => [value]))
      },
      enumerateChildren: () => Effect.succeed(HashSet.empty()),
      patch: ConfigProviderPathPatch.empty
    })
  )

/**
 * `fromCommands`, and the environment for everything that has no command.
 *
 * @example
 * Iru.layerConfig().pipe(
 *   Layer.provide(
 *     CommandConfigProvider.layer({ IRU_API_TOKEN: ["security", "find-generic-password", "-w", "-s", "iru"] })
 *   )
 * )
 */
export const layer = (commands: Commands): Layer.Layer<never> =>
  Layer.setConfigProvider(ConfigProvider.orElse(fromCommands(commands), () => ConfigProvider.fromEnv()))

const run = (
  path: ReadonlyArray<string>,
  [program, ...args]: Commands[string]
): Effect.Effect<string, ConfigError.ConfigError> =>
  Effect.async((resume, signal) => {
    const refuse = (why: string) =>
      resume(
        Effect.fail(
          ConfigError.SourceUnavailable([...path], `${program} did not give ${path.join(".")}: ${why}`, Cause.fail(why))
        )
      )
    const whyOf = ({ code }: ExecFileException) => (typeof code === "number" ? `exit code ${code}` : String(code))
    try {
      const child = execFile(program, args, { signal, encoding: "utf8" }, (error, stdout) =>
        error === null ? resume(Effect.succeed(stdout.replace(/[\r\n]+$/, ""))) : refuse(whyOf(error))
      )
      // Closes standard input, so that a program that asks for something gets no answer and ends.
      child.stdin?.end()
    } catch {
      refuse("the program and its arguments must be text without null bytes, and the program must not be empty")
    }
  })
