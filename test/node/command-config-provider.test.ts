import { live } from "@effect/vitest"
import { ApiConfig } from "effect-iru"
import { CommandConfigProvider } from "effect-iru/node"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { expect } from "vitest"

const token = "0ff1ce00-cafe-4bad-8bad-c0ffee000001"

/** A program in place of `security` or `op`: prints a text and ends with an exit code. */
const command = (text: string, code = 0) =>
  [process.execPath, "-e", `process.stdout.write(${JSON.stringify(text)}); process.exitCode = ${code}`] as const

const variables = ["IRU_TENANT_URL", "IRU_API_TOKEN", "IRUCTL_TENANT", "IRUCTL_TOKEN"] as const

/** What `ApiConfig.layerConfig` reads if some variables have commands and the environment has the others. */
const configWith = (
  commands: CommandConfigProvider.Commands,
  environment: Readonly<Partial<Record<(typeof variables)[number], string>>> = {}
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const before = variables.map((name) => process.env[name])
      const set = (values: ReadonlyArray<string | undefined>) =>
        Effect.sync(() =>
          variables.forEach((name, index) => {
            const value = values[index]
            if (value === undefined) delete process.env[name]
            else process.env[name] = value
          })
        )
      yield* Effect.acquireRelease(set(variables.map((name) => environment[name])), () => set(before))
      return yield* Effect.provide(
        ApiConfig,
        ApiConfig.layerConfig().pipe(Layer.provide(CommandConfigProvider.layer(commands)))
      )
    })
  )

live("a token comes from the command that prints it, and the rest from the environment", () =>
  Effect.gen(function* () {
    const config = yield* configWith(
      { IRU_API_TOKEN: command(`${token}\n`) },
      { IRU_TENANT_URL: "accuhive.api.kandji.io", IRU_API_TOKEN: "not this one" }
    )
    expect(config.tenantUrl).toBe("https://accuhive.api.kandji.io")
    expect(Redacted.value(config.apiToken)).toBe(token)
  })
)

live("a command that fails or prints nothing is an error: no token of the environment is used instead", () =>
  Effect.gen(function* () {
    const old = { IRU_TENANT_URL: "accuhive.api.kandji.io", IRU_API_TOKEN: token, IRUCTL_TOKEN: token }
    const locked = yield* Effect.flip(configWith({ IRU_API_TOKEN: command("", 1) }, old))
    expect(String(locked)).toContain("did not give IRU_API_TOKEN: exit code 1")
    const silent = yield* Effect.flip(configWith({ IRU_API_TOKEN: command("\n") }, old))
    expect(String(silent)).toContain("did not give IRU_API_TOKEN: it printed nothing")
  })
)

live("a variable has its command also if Config.nested puts its name together", () =>
  Effect.gen(function* () {
    const read = Config.nested(Config.string("API_TOKEN"), "IRU")
    expect(yield* read).toBe(token)
  }).pipe(Effect.provide(CommandConfigProvider.layer({ IRU_API_TOKEN: command(token) })))
)

live("without the environment, a variable that has no command is missing", () =>
  Effect.gen(function* () {
    const provider = CommandConfigProvider.fromCommands({ IRU_API_TOKEN: command(token) })
    expect(yield* provider.load(Config.string("IRU_API_TOKEN"))).toBe(token)
    expect(String(yield* Effect.flip(provider.load(Config.string("IRU_TENANT_URL"))))).toContain(
      "No command gives IRU_TENANT_URL"
    )
  })
)

live("a command that fails or is not installed is named with its exit code, without what it printed", () =>
  Effect.gen(function* () {
    const tenant = { IRU_TENANT_URL: "accuhive.api.kandji.io" }
    const locked = yield* Effect.flip(configWith({ IRU_API_TOKEN: command(token, 44) }, tenant))
    expect(String(locked)).toContain("exit code 44")
    expect(String(locked)).not.toContain(token)
    const missing = yield* Effect.flip(configWith({ IRU_API_TOKEN: ["no-such-program"] }, tenant))
    expect(String(missing)).toContain("no-such-program did not give IRU_API_TOKEN: ENOENT")
  })
)

live(
  "a command with an invalid name, or one that waits for input, is a ConfigError, and the program does not hang",
  () =>
    Effect.gen(function* () {
      const tenant = { IRU_TENANT_URL: "accuhive.api.kandji.io" }
      for (const wrong of [[""], ["a\0b"], [process.execPath, "a\0b"]] as const) {
        const error = yield* Effect.flip(configWith({ IRU_API_TOKEN: wrong }, tenant))
        expect(String(error)).toContain("did not give IRU_API_TOKEN: the program and its arguments must be text")
      }
      const asks = [process.execPath, "-e", "process.stdin.on('end', () => process.exit(7)).resume()"] as const
      const error = yield* Effect.flip(configWith({ IRU_API_TOKEN: asks }, tenant))
      expect(String(error)).toContain("exit code 7")
    })
)
