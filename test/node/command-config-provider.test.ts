import { live } from "@effect/vitest"
import { ApiConfig } from "effect-iru"
import { CommandConfigProvider } from "effect-iru/node"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { expect } from "vitest"

const token = "0ff1ce00-cafe-4bad-8bad-c0ffee000001"

/** Stands in for `security` or `op`: prints a text and ends with a code. */
const command = (text: string, code = 0) =>
  [process.execPath, "-e", `process.stdout.write(${JSON.stringify(text)}); process.exitCode = ${code}`] as const

const configWith = (commands: CommandConfigProvider.Commands, environment: Record<string, string> = {}) =>
  ApiConfig.pipe(
    Effect.provide(ApiConfig.layerConfig()),
    Effect.withConfigProvider(
      ConfigProvider.orElse(CommandConfigProvider.fromCommands(commands), () =>
        ConfigProvider.fromMap(new Map(Object.entries(environment)))
      )
    )
  )

live("a token comes from the command that prints it, the rest from the environment", () =>
  Effect.gen(function* () {
    const config = yield* configWith(
      { IRU_API_TOKEN: command(`${token}\n`) },
      { IRU_TENANT_URL: "accuhive.api.kandji.io", IRU_API_TOKEN: "not this one" }
    )
    expect(config.tenantUrl).toBe("https://accuhive.api.kandji.io")
    expect(Redacted.value(config.apiToken)).toBe(token)
  })
)

live("a command that fails, or that is not installed, is named with its exit code, without what it printed", () =>
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
  "a command that is no program's name, or that waits for an answer, is a ConfigError and no crash, and is not waited for",
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

live("as a layer it is what every Config below it reads from", () =>
  Effect.gen(function* () {
    const config = yield* ApiConfig
    expect(Redacted.value(config.apiToken)).toBe(token)
  }).pipe(
    Effect.provide(
      ApiConfig.layerConfig().pipe(
        Layer.provide(
          CommandConfigProvider.layer({
            IRU_TENANT_URL: command("accuhive.api.kandji.io\n"),
            IRU_API_TOKEN: command(token)
          })
        )
      )
    )
  )
)
