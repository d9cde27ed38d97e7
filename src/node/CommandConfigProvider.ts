/**
 * Reads configuration from the output of commands, for a token that is kept in the macOS Keychain or in a password
 * manager instead of the environment.
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
 * A provider that runs a variable's command each time the variable is read. A variable without a command is missing.
 * Line breaks at the end of the output are removed. If a command fails or prints nothing, the provider fails with a
 * `ConfigError` (`SourceUnavailable`) that says how the command ended. The error never contains the command's output.
 */
export const fromCommands = (commands: Commands): ConfigProvider.ConfigProvider =>
  fromCommandsAnd(commands, {
    load: (path) => Effect.fail(ConfigError.MissingData([...path], `No command gives ${path.join("_")}`)),
    enumerateChildren: () => Effect.succeed(HashSet.empty())
  })

/**
 * Reads the variables that have a command as `fromCommands` does, and all others from the environment. A variable that
 * has a command is never read from the environment, so a command that fails does not bring back an old token.
 *
 * @example
 * Iru.layerConfig().pipe(
 *   Layer.provide(
 *     CommandConfigProvider.layer({ IRU_API_TOKEN: ["security", "find-generic-password", "-w", "-s", "iru"] })
 *   )
 * )
 */
export const layer = (commands: Commands): Layer.Layer<never> =>
  Layer.setConfigProvider(fromCommandsAnd(commands, ConfigProvider.fromEnv().flattened))

const fromCommandsAnd = (
  commands: Commands,
  others: Pick<ConfigProvider.ConfigProvider.Flat, "load" | "enumerateChildren">
): ConfigProvider.ConfigProvider =>
  ConfigProvider.fromFlat(
    ConfigProvider.makeFlat({
      load: (path, primitive, split) => {
        const command = commands[path.join("_")]
        return command === undefined
          ? others.load(path, primitive, split)
          : Effect.flatMap(run(path, command), (text) => Effect.map(primitive.parse(text), (value) => [value]))
      },
      enumerateChildren: others.enumerateChildren,
      patch: ConfigProviderPathPatch.empty
    })
  )

const run = (
  path: ReadonlyArray<string>,
  [program, ...args]: Commands[string]
): Effect.Effect<string, ConfigError.ConfigError> =>
  Effect.async((resume, signal) => {
    const refuse = (why: string) =>
      resume(
        Effect.fail(
          ConfigError.SourceUnavailable([...path], `${program} did not give ${path.join("_")}: ${why}`, Cause.fail(why))
        )
      )
    const whyOf = ({ code }: ExecFileException) => (typeof code === "number" ? `exit code ${code}` : String(code))
    try {
      const child = execFile(program, args, { signal, encoding: "utf8" }, (error, stdout) => {
        if (error !== null) return refuse(whyOf(error))
        const text = stdout.replace(/[\r\n]+$/, "")
        return text === "" ? refuse("it printed nothing") : resume(Effect.succeed(text))
      })
      // Closes standard input, so that a program that asks for something gets no answer and ends.
      child.stdin?.end()
    } catch {
      refuse("the program and its arguments must be text without null bytes, and the program must not be empty")
    }
  })
