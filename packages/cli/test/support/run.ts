/**
 * Runs `iru` as its users do: as a process with pipes, or in a terminal.
 */
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { iruForTests } from "./bundled.js"

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The options of a run. */
export interface Start {
  readonly env?: Readonly<Record<string, string>>
  /** The text on its standard input. */
  readonly input?: string
}

/** Runs a program to its end. */
export const runProcess = async (program: string, args: ReadonlyArray<string>, { env, input = "" }: Start = {}) => {
  const child = spawn(program, args, { env: { ...env }, stdio: ["pipe", "pipe", "pipe"] })
  const printed = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text))
  child.stdin.on("error", () => undefined)
  child.stdin.end(input)
  const [code]: Array<number | null> = await once(child, "close")
  return { code: code ?? null, ...printed } satisfies Ended
}

/** Runs a test on a sandbox tenant with the sample records of a small company. */
export const onTenant = <A, E>(test: Effect.Effect<A, E, Sandbox | Scope.Scope>) =>
  test.pipe(Effect.provide(Sandbox.layer({ seed: 42 })))

/** Makes the functions that run the commands in a test file. */
export const prepareIru = () => {
  const { command, folder } = iruForTests()
  const usual = () => ({
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? folder(),
    XDG_CONFIG_HOME: join(folder(), "config"),
    TERM: "xterm-256color"
  })
  const tenant = Effect.map(Sandbox, ({ apiToken, tenantUrl }) => ({
    IRU_TENANT_URL: tenantUrl,
    IRU_API_TOKEN: apiToken
  }))

  /** Runs `iru` without a tenant. */
  const plain = (args: ReadonlyArray<string>, { env, input }: Start = {}): Effect.Effect<Ended> =>
    Effect.promise(() =>
      runProcess(process.execPath, [command(), ...args], {
        env: { ...usual(), ...env },
        ...(input === undefined ? {} : { input })
      })
    )

  /** Runs `iru` with pipes, on the sandbox of the test. */
  const iru = (args: ReadonlyArray<string>, { env, ...start }: Start = {}): Effect.Effect<Ended, never, Sandbox> =>
    Effect.flatMap(tenant, (variables) => plain(args, { ...start, env: { ...variables, ...env } }))

  /** Runs `iru` in a terminal on the sandbox of the test. Types each answer after its text, and returns all output. */
  const inTerminal = (
    args: ReadonlyArray<string>,
    {
      answers = [],
      columns = 100,
      env
    }: {
      readonly answers?: ReadonlyArray<readonly [text: string, typed: string]>
      readonly columns?: number
      readonly env?: Readonly<Record<string, string>>
    } = {}
  ): Effect.Effect<{ readonly code: number | null; readonly shown: string }, never, Sandbox> =>
    Effect.flatMap(tenant, (variables) =>
      Effect.promise(async () => {
        const program = [process.execPath, command(), ...args]
        const { code, stdout } = await runProcess(
          "python3",
          ["packages/cli/test/support/terminal.py", String(columns), JSON.stringify(answers), ...program],
          { env: { ...usual(), ...variables, ...env } }
        )
        return { code, shown: stdout.replaceAll("\r\n", "\n") }
      })
    )
  return { command, folder, inTerminal, iru, plain, usual }
}
