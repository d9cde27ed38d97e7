/**
 * Runs the effect of a command: opens its session, prints warnings, prints a failure in at most three lines, and sets
 * the exit code.
 */
import type { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Tracer from "effect/Tracer"
import { explain } from "../output/failures.js"
import { forTerminal } from "../output/values.js"
import { findTenant, sessionWith, type Tenant } from "../tenants/session.js"
import { type ExitCode, exitCodes } from "./exitCodes.js"
import type { ShellCommand } from "./program.js"
import { runCommand } from "./run.js"

/** The options of every command that calls a tenant. */
export interface SessionOptions {
  readonly tenant?: string
  readonly verbose?: boolean
}

/** Adds the options of every command that calls a tenant. */
export const withSession = (command: ShellCommand): ShellCommand => {
  command.optionsGroup("Session")
  return command
    .option("--tenant <name>", "The name of the tenant in iru auth status")
    .option("--verbose", "Print each request on standard error, without secrets")
}

const complain = (name: string, text: string) => void process.stderr.write(forTerminal(`${name}: ${text}\n`))

const warnings = (name: string) =>
  Layer.merge(
    Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ message }) => {
        complain(name, (Array.isArray(message) ? message : [message]).map(String).join(" "))
      })
    ),
    Logger.minimumLogLevel(LogLevel.Warning)
  )

/** A tracer that prints a line for each finished request. */
const requests = Layer.setTracer(
  Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      let status: Tracer.SpanStatus = { _tag: "Started", startTime }
      return {
        _tag: "Span",
        spanId: "",
        traceId: "",
        sampled: true,
        name,
        parent,
        context,
        kind,
        get status() {
          return status
        },
        attributes,
        links: [...links],
        attribute: (key, value) => void attributes.set(key, value),
        event: () => undefined,
        addLinks: () => undefined,
        end: (endTime, exit) => {
          status = { _tag: "Ended", startTime, endTime, exit }
          if (kind !== "client") return
          const milliseconds = Number((endTime - startTime) / 1_000_000n)
          const answer = attributes.get("http.response.status_code") ?? (Exit.isSuccess(exit) ? "" : "no answer")
          process.stderr.write(`> ${name} ${String(answer)} ${milliseconds} ms\n`)
        }
      }
    },
    context: (execution) => execution()
  })
)

/** Runs the effect of a command that calls no tenant. */
export const execute = (command: ShellCommand, effect: Effect.Effect<ExitCode | void, unknown>): Promise<void> => {
  const name = command.fullName
  const handled = effect.pipe(
    Effect.map((code): ExitCode => code ?? exitCodes.ok),
    Effect.catchAll((error) =>
      Effect.sync((): ExitCode => {
        const { code, text } = explain(error)
        complain(name, text)
        return code
      })
    ),
    Effect.provide(warnings(name))
  )
  return runCommand(handled, { name, interrupted: exitCodes.interrupted })
}

/** Runs the effect of a command with a session for the tenant that the options or the environment name. */
export const executeOn = (
  command: ShellCommand,
  { tenant, verbose = false }: SessionOptions,
  program: (tenant: Tenant) => Effect.Effect<ExitCode | void, unknown, Iru.Services>
): Promise<void> =>
  execute(
    command,
    Effect.flatMap(findTenant(tenant), (found) => {
      const run = Effect.provide(program(found), sessionWith(found))
      return verbose ? Effect.provide(run, requests) : run
    })
  )
